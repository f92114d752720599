"""What came of it: progress while it runs, results, and the exit code at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from sameface.errors import Interrupted, SamefaceError
from sameface.sync.choosing import NO_PHOTO, Call
from sameface.sync.decide import Decision
from sameface.values import Standing
from sameface.vault import Dossier


class Result(StrEnum):
    """What came of one action."""

    WRITTEN = "written"  # and read back
    REMOVED = "removed"  # and found gone
    THERE = "already there"  # nothing was written
    MOVED = "moved"  # not as the plan saw it, or withheld since then; nothing was written
    REFUSED = "refused"  # the store, or the picture, does not allow it
    UNPROVEN = "not proven"  # written, and something else is shown
    FAILED = "failed"

    @property
    def good(self) -> bool:
        return self in (Result.WRITTEN, Result.REMOVED, Result.THERE)


@dataclass(frozen=True, slots=True)
class Progress:
    """A step done: `done` of `total` (None while that is not known).

    While observing, `verb` is "observe" and `person` empty; then it is the action's. `person` is a
    UPN. `error` is a sentence where `outcome` is not good.
    """

    done: int
    total: int | None
    store: str
    verb: str
    person: str = ""
    outcome: str = ""
    error: str | None = None


@dataclass(slots=True)
class Tally:
    """Counts people and what is left for each, one decision after another."""

    people: int = 0
    agreeing: int = 0
    as_is: int = 0
    changing: int = 0
    verdicts: Counter[Call] = field(default_factory=Counter)
    had: Counter[str] = field(default_factory=Counter)  # store -> photos when last agreed
    lost: Counter[str] = field(default_factory=Counter)  # of these, not there any more

    def add(self, dossier: Dossier, decision: Decision) -> None:
        """Count one person, the photos that were agreed on, and those of them that have gone.

        Where the person does not want to be shown, a photo is to go, and none is missed.
        """
        calls = {verdict.call for verdict in decision.verdicts}
        self.people += 1
        self.agreeing += calls <= {Call.NOTHING}
        self.as_is += Call.LEAVE in calls and calls <= {Call.NOTHING, Call.LEAVE}
        self.changing += bool(calls & {Call.WRITE, Call.REMOVE})
        self.verdicts.update(verdict.call for verdict in decision.verdicts)
        standing = {cell.store: cell.standing for cell in dossier.cells}
        for last in dossier.agreed:
            if last.is_missed and last.store not in decision.withheld:
                self.had[last.store] += 1
                self.lost[last.store] += standing.get(last.store, Standing.NONE) in NO_PHOTO


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    `people` were looked at; `agreeing` of them show what they should in every store, `as_is` are
    left as they are somewhere, as the settings or a person wish, and `changing` would be changed
    by a sync. `left` counts stores of people by what they call for; `results` actions by what came
    of them; `doubtful` is a sentence for each account that is nobody's until a person has looked,
    which is never written to. `failures` are stores as a whole, or what ended them. `stopped`: it
    was asked to stop before the end. `warnings` are sentences about what looks wrong though
    nothing failed.
    """

    run: str | None
    people: int
    agreeing: int
    as_is: int
    changing: int
    left: Counter[Call]
    results: Counter[Result]
    doubtful: tuple[str, ...]
    failures: tuple[SamefaceError, ...]
    stopped: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def doubts(self) -> int:
        """How many accounts are nobody's."""
        return len(self.doubtful)

    @property
    def exit_code(self) -> int:
        """As design section 5 fixes it; where several hold, in the order 2, 4, 3, 5, 0.

        Stopped before the end it is that of Ctrl-C: what else was found is not all there is.
        """
        if self.stopped:
            return Interrupted.exit
        if any(failure.exit == 2 for failure in self.failures):
            return 2
        broken = any(count for result, count in self.results.items() if not result.good)
        if self.failures or broken or self.left[Call.UNKNOWN]:
            return 4
        if self.left[Call.WRITE] or self.left[Call.REMOVE]:
            return 3
        if self.left[Call.BY_HAND] or self.left[Call.ASK] or self.doubts:
            return 5
        return 0
