"""What to do about one person's photos, and why. Pure: no I/O, no clock, and always an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sameface.sync.policy import Leave, Policy
from sameface.values import Cell, Likeness, Person, Standing
from sameface.vault import Agreement

NO_PHOTO = frozenset({Standing.NEVER, Standing.DELETED, Standing.NONE, Standing.PLACEHOLDER})
"""Standings that are agreement when they are everywhere. A placeholder never counts as a photo."""


class Call(StrEnum):
    """What one store of one person calls for."""

    NOTHING = "nothing"  # it shows what it should
    WRITE = "write"
    BY_HAND = "by hand"  # somebody must change it there
    ASK = "ask"  # somebody must say what is right
    UNKNOWN = "unknown"  # it could not be observed
    LEAVE = "leave"  # it differs, and that is nobody's to change


@dataclass(frozen=True, slots=True)
class Verdict:
    """One store of one person: what it calls for, and why, in words that follow the store's name.

    `before` and `after` are versions of that person, None for no photo; `after` is what the store
    should show. `expected` is the change key that was seen.
    """

    store: str
    call: Call
    because: str
    before: str | None = None
    after: str | None = None
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """All stores of one person. `wanted` is the photo to show everywhere, None where there is none,
    or nobody can say; `because` is a sentence."""

    person: Person
    wanted: str | None
    because: str
    verdicts: tuple[Verdict, ...]

    def calling(self, *calls: Call) -> tuple[Verdict, ...]:
        """The stores that call for one of these."""
        return tuple(verdict for verdict in self.verdicts if verdict.call in calls)

    @property
    def actions(self) -> tuple[Verdict, ...]:
        """What a sync would write."""
        return self.calling(Call.WRITE)


def decide(
    person: Person, cells: Iterable[Cell], agreed: Iterable[Agreement], policy: Policy
) -> Decision:
    """One verdict for each connected store in which this person has an account.

    The first authority that has a photo wins. Where an authority cannot be observed, has lost the
    photo of the last agreement, or where nobody can tell photos apart, nothing is written: the
    verdict says who must act.
    """
    held = {cell.store: cell for cell in cells if cell.store in policy.stores}
    before = {agreement.store: agreement for agreement in agreed}
    choice = _choose(held, before, policy)
    if choice.call is not None:
        verdicts = tuple(_waiting(cell, choice) for cell in held.values())
        if choice.store is not None and choice.store not in held:  # no account there, as yet
            verdicts += (Verdict(choice.store, choice.call, choice.because),)
        return Decision(person, None, choice.because, verdicts)
    verdicts = tuple(_judge(cell, choice, before.get(cell.store), policy) for cell in held.values())
    return Decision(person, choice.photo, choice.because, verdicts)


def reached(
    decision: Decision, agreed: Iterable[Agreement], now: datetime
) -> tuple[Agreement, ...]:
    """The agreements that this decision found, as far as they are new."""
    known = {a.store: (a.photo, a.change_key) for a in agreed}
    return tuple(
        Agreement(decision.person.id, verdict.store, verdict.after, verdict.expected, now)
        for verdict in decision.calling(Call.NOTHING)
        if known.get(verdict.store) != (verdict.after, verdict.expected)
    )


# ---------------------------------------------------------------------------
# Which photo is right


@dataclass(frozen=True, slots=True)
class _Choice:
    """The photo to show; or the `store` that keeps it from being said, and what that calls for."""

    photo: str | None
    because: str
    store: str | None = None
    call: Call | None = None


def _choose(held: Mapping[str, Cell], agreed: Mapping[str, Agreement], policy: Policy) -> _Choice:
    if all(cell.standing in NO_PHOTO for cell in held.values()) and not policy.unseen:
        return _Choice(None, "no store has a photo")
    for store in policy.authorities:
        choice = _says(store, held.get(store), agreed.get(store), policy)
        if choice is not None:
            return choice
    return _without_authority(held, policy)


def _says(store: str, cell: Cell | None, last: Agreement | None, policy: Policy) -> _Choice | None:
    """What one authority has to say; None where it leaves the word to the next."""
    unseen = store in policy.unseen if cell is None else cell.standing is Standing.UNKNOWN
    if unseen:
        return _Choice(None, f"{store} could not be observed", store, Call.UNKNOWN)
    if cell is None or cell.standing in NO_PHOTO:
        return _removed(store, last) if last is not None and last.photo is not None else None
    if cell.photo is None:
        because = f"nobody can tell whether {store} shows a new photo or one of the known ones"
        return _Choice(None, because, store, Call.ASK)
    return _Choice(cell.photo, _ranked(store, policy), store)


def _removed(store: str, last: Agreement) -> _Choice:
    because = (
        f"the photo of {_day(last)} is no longer in {store}: remove it in the other stores too, "
        "or put it back there"
    )
    return _Choice(None, because, store, Call.ASK)


def _without_authority(held: Mapping[str, Cell], policy: Policy) -> _Choice:
    """No authority has a photo. Fine while the others agree; else only a person can say."""
    cells = [cell for cell in held.values() if cell.standing is not Standing.UNKNOWN]
    photos = {cell.photo for cell in cells if cell.standing is Standing.PHOTO}
    if not photos:
        return _Choice(None, "no store has a photo")
    if len(photos) == 1 and None not in photos and all(c.standing is Standing.PHOTO for c in cells):
        return _Choice(photos.pop(), "no authority has a photo, and the others agree")
    holders = [cell.store for cell in cells if cell.standing is Standing.PHOTO]
    where = f"{' and '.join(holders)} {'does' if len(holders) == 1 else 'do'}"
    asked = policy.authorities[0] if policy.authorities else "an authority"
    because = f"no authority has a photo, {where}: put one into {asked}"
    return _Choice(None, because, holders[0], Call.ASK)


def _ranked(store: str, policy: Policy) -> str:
    if store == policy.authorities[0]:
        return f"{store} is the authority"
    return f"{store} is the first authority that has a photo"


# ---------------------------------------------------------------------------
# What each store calls for


def _waiting(cell: Cell, choice: _Choice) -> Verdict:
    """Where nobody can say which photo is right, no store is touched."""
    if cell.standing is Standing.UNKNOWN:
        return _unknown(cell)
    if cell.store == choice.store and choice.call is not None:
        return Verdict(cell.store, choice.call, choice.because, cell.photo, None, cell.change_key)
    because = f"waits: {choice.because}"
    return Verdict(cell.store, Call.LEAVE, because, cell.photo, cell.photo, cell.change_key)


def _judge(cell: Cell, choice: _Choice, last: Agreement | None, policy: Policy) -> Verdict:
    """One store, where the photo to show is known (or known to be none)."""
    store, wanted = cell.store, choice.photo
    if cell.standing is Standing.UNKNOWN:
        return _unknown(cell)
    if cell.standing in NO_PHOTO:
        if wanted is None:
            return Verdict(store, Call.NOTHING, "has no photo", None, None, cell.change_key)
    elif cell.photo == wanted:
        because = choice.because if store == choice.store else "shows the same photo"
        return Verdict(store, Call.NOTHING, because, wanted, wanted, cell.change_key)
    call, remark = _allowed(cell, policy.stores[store])
    because = f"{_difference(cell, choice, last)}{remark}"
    return Verdict(store, call, because, cell.photo, wanted, cell.change_key)


def _allowed(cell: Cell, leave: Leave) -> tuple[Call, str]:
    """Who puts the right photo there, and what to add to the reason."""
    if not leave.writes and leave.by_hand is None:
        return Call.LEAVE, "; Sameface only reads there"
    if cell.likeness is Likeness.CANNOT_TELL and cell.standing is Standing.PHOTO:
        return Call.ASK, ": look at both, and replace one"
    if leave.writes:
        return Call.WRITE, ""
    return Call.BY_HAND, f": {leave.by_hand}"


def _difference(cell: Cell, choice: _Choice, last: Agreement | None) -> str:
    """How the store differs from what it should show."""
    if cell.standing is Standing.PHOTO:
        return _other_photo(cell, choice, last)
    if last is not None and last.photo is not None:
        return f"lost the photo it had on {_day(last)}"
    if cell.standing is Standing.NEVER:
        return "never had a photo"
    if cell.standing is Standing.DELETED:
        return "had its photo deleted"
    return "shows a placeholder" if cell.standing is Standing.PLACEHOLDER else "has no photo"


def _other_photo(cell: Cell, choice: _Choice, last: Agreement | None) -> str:
    right = choice.store or "the others"
    if cell.likeness is Likeness.CANNOT_TELL:
        return f"may or may not show the same photo as {right}"
    if last is None or last.photo is None:
        return f"shows another photo than {right}"
    if last.photo == cell.photo:
        return f"still shows the photo of {_day(last)}, {right} a newer one"
    return f"got another photo than {right} since {_day(last)}"


def _unknown(cell: Cell) -> Verdict:
    because = cell.error or "could not be observed"
    return Verdict(cell.store, Call.UNKNOWN, because, None, None, cell.change_key)


def _day(agreement: Agreement) -> str:
    return f"{agreement.at:%d %b %Y}"
