"""What to do about one person's photos, and why. Pure: no I/O, no clock, and always an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sameface.settings import OwnChoice, Wins
from sameface.sync.choosing import NO_PHOTO, Call, Choice, choose, has_lapsed
from sameface.sync.leftovers import REMEDY, UNPROVEN, is_leftover
from sameface.sync.policy import Leave, Policy
from sameface.values import Cell, Likeness, Person, Standing
from sameface.vault import Agreement, Pin

REMOVED_BY_HAND = "they, or who runs it, must remove the photo there"
"""Who takes a photo away where Sameface may not; a store's own `by_hand` is about putting one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One store of one person: what it calls for, and why, in words that follow the store's name.

    `before` and `after` are versions of that person, None for no photo; `after` is what the store
    should show. `expected` is the change key that was seen, `standing` how the store stood.
    `remedy` is what a person can do about it, where that is known; `because` ends with it.
    """

    store: str
    call: Call
    because: str
    before: str | None = None
    after: str | None = None
    expected: str | None = None
    standing: Standing = Standing.UNKNOWN
    remedy: str = ""

    @property
    def reason(self) -> str:
        """`because` without the remedy, for lists that say it once for many."""
        return self.because.removesuffix(f": {self.remedy}") if self.remedy else self.because


@dataclass(frozen=True, slots=True)
class Decision:
    """All stores of one person. `wanted` is the photo to show everywhere, None where there is none,
    or nobody can say; `because` is a sentence. `pin`: the choice is to be remembered, so that it
    lasts until an authority changes; `lapsed`: an earlier one is over. `emptied`: the photo is
    being removed everywhere. `withheld` are the stores that are to show none, since the person
    wants it so. It rests on `cells`, as they
    were observed, but for the stores in `unseen`, which could not be observed to the end."""

    person: Person
    wanted: str | None
    because: str
    verdicts: tuple[Verdict, ...]
    pin: bool = False
    lapsed: bool = False
    emptied: bool = False
    withheld: frozenset[str] = frozenset()
    cells: tuple[Cell, ...] = ()
    unseen: frozenset[str] = frozenset()

    def calling(self, *calls: Call) -> tuple[Verdict, ...]:
        """The stores that call for one of these."""
        return tuple(verdict for verdict in self.verdicts if verdict.call in calls)

    @property
    def actions(self) -> tuple[Verdict, ...]:
        """What a sync would write or remove."""
        return self.calling(Call.WRITE, Call.REMOVE)


def decide(
    person: Person,
    cells: Iterable[Cell],
    agreed: Iterable[Agreement],
    policy: Policy,
    pin: Pin | None = None,
    *,
    withheld: Collection[str] = (),
) -> Decision:
    """One verdict for each connected store in which this person has an account.

    `withheld` are the places where they do not want to be shown. Which photo is right is chosen
    first (`choosing`): a pin, the first authority that has a photo or the newest change, what
    people chose elsewhere. Where that cannot be said, nothing is written: the verdict says who
    must act.
    """
    observed = tuple(cells)
    decision = _decided(person, observed, agreed, policy.of_person(person, withheld), pin)
    return replace(decision, cells=observed, unseen=policy.unseen)


def _decided(
    person: Person,
    cells: tuple[Cell, ...],
    agreed: Iterable[Agreement],
    policy: Policy,
    pin: Pin | None,
) -> Decision:
    known = {cell.store: cell for cell in cells if cell.store in policy.stores}
    if policy.alone:
        because = f"is left alone, {policy.alone}"
        return Decision(person, None, because, tuple(_left(c, because) for c in known.values()))
    held = {store: cell for store, cell in known.items() if store not in policy.silent}
    before = {agreement.store: agreement for agreement in agreed}
    if policy.silent:
        authorities = tuple(s for s in policy.authorities if s not in policy.silent)
        unseen = policy.unseen - policy.silent
        policy = replace(policy, authorities=authorities, unseen=unseen)
    choice = choose(held, before, policy, pin)
    lapsed = pin is not None and has_lapsed(pin, held, before, policy)
    verdicts = tuple(
        _verdict(cell, choice, before.get(cell.store), policy) for cell in known.values()
    )
    if choice.call is not None:
        if choice.store is not None and choice.store not in held:  # no account there, as yet
            verdicts += (Verdict(choice.store, choice.call, choice.because),)
        return Decision(
            person, None, choice.because, verdicts, lapsed=lapsed, withheld=policy.withheld
        )
    return Decision(
        person,
        choice.photo,
        choice.because,
        verdicts,
        choice.new_pin,
        lapsed,
        choice.emptied,
        policy.withheld,
    )


def reached(
    decision: Decision, agreed: Iterable[Agreement], now: datetime
) -> tuple[Agreement, ...]:
    """The agreements that this decision found, as far as they are new.

    While other stores still have to follow, a store that changed has agreed with nobody: it keeps
    its last agreement, so that what else changed since then is a conflict. A removal on its way is
    no agreement either: until every store is empty, it must not be forgotten. A store in which the
    person does not want to be shown follows nobody: once empty, it has lost nothing that could
    later be taken for a removal.
    """
    known = {a.store: (a.photo, a.change_key) for a in agreed}
    pending = bool(decision.actions)

    def is_due(verdict: Verdict) -> bool:
        if verdict.store in decision.withheld:
            return True
        unmoved = known.get(verdict.store, (verdict.after,))[0] == verdict.after
        return not decision.emptied and (unmoved or not pending)

    return tuple(
        Agreement(decision.person.id, verdict.store, verdict.after, verdict.expected, now)
        for verdict in decision.calling(Call.NOTHING)
        if known.get(verdict.store) != (verdict.after, verdict.expected) and is_due(verdict)
    )


# ---------------------------------------------------------------------------
# What each store calls for


def _verdict(cell: Cell, choice: Choice, last: Agreement | None, policy: Policy) -> Verdict:
    if cell.store in policy.without:
        return _left(cell, "is left alone (exclude-stores)")
    if cell.store in policy.withheld:
        return _withheld(cell, policy.stores[cell.store])
    left = dict(choice.left).get(cell.store)
    if choice.hold or left is not None:
        return _as_it_is(cell, left or f"stays as it is: {choice.because}")
    if choice.call is not None:
        return _waiting(cell, choice)
    if choice.photo is None and not choice.emptied and cell.standing is Standing.PHOTO:
        return _as_it_is(cell, "shows a photo, and no store that decides has one")
    return _judge(cell, choice, last, policy)


def _as_it_is(cell: Cell, because: str) -> Verdict:
    """A store that nothing is known to be put into."""
    if is_leftover(cell):
        return _of(cell, Call.ASK, f"shows {cell.unfit}", None, REMEDY)
    return _left(cell, because)


def _left(cell: Cell, because: str) -> Verdict:
    """A store that is nobody's to change."""
    if cell.standing is Standing.UNKNOWN:
        return _unknown(cell)
    return _of(cell, Call.LEAVE, because, cell.photo)


def _withheld(cell: Cell, leave: Leave) -> Verdict:
    """A store in which its person does not want to be shown: empty is as it should be."""
    if cell.standing is Standing.UNKNOWN:
        return _unknown(cell)
    if cell.standing in NO_PHOTO:
        return _of(cell, Call.NOTHING, "shows no photo, as the person chose", None)
    call, remark, remedy = _taken_away(leave)
    because = f"still shows a photo, which the person withholds from there{remark}"
    return _of(cell, call, because, cell.photo if call is Call.LEAVE else None, remedy)


def _taken_away(leave: Leave) -> tuple[Call, str, str]:
    """Who takes a photo away that the person withholds, what to add to the reason, and the remedy
    where a person must act."""
    if leave.writes and leave.removes:
        return Call.REMOVE, "", ""
    if not leave.writes and leave.by_hand is None:
        return Call.LEAVE, _ONLY_READ, ""
    return Call.BY_HAND, "", REMOVED_BY_HAND


def _waiting(cell: Cell, choice: Choice) -> Verdict:
    """Where nobody can say which photo is right, no store is touched."""
    if cell.standing is Standing.UNKNOWN:
        return _unknown(cell)
    if cell.store == choice.store and choice.call is not None:
        return _of(cell, choice.call, choice.because, None)
    return _of(cell, Call.LEAVE, f"waits: {choice.because}", cell.photo)


def _judge(cell: Cell, choice: Choice, last: Agreement | None, policy: Policy) -> Verdict:
    """One store, where the photo to show is known (or known to be none)."""
    wanted, leave = choice.photo, policy.stores[cell.store]
    if cell.standing is Standing.UNKNOWN:
        return _unknown(cell)
    if cell.standing in NO_PHOTO:
        if wanted is None:
            return _of(cell, Call.NOTHING, "has no photo", None)
        if leave.once and (last is not None or cell.standing is Standing.DELETED):
            return _of(cell, Call.LEAVE, f"{_difference(cell, choice, last)}; {_ONCE}", None)
    elif cell.photo is not None and cell.photo == wanted:
        because = choice.because if cell.store == choice.store else "shows the same photo"
        return _of(cell, Call.NOTHING, because, wanted)
    elif leave.once and not choice.emptied and not is_leftover(cell):
        return _of(cell, Call.LEAVE, f"{_difference(cell, choice, last)}; {_ONCE}", cell.photo)
    call, remark, remedy = _allowed(cell, policy, removes=choice.emptied)
    return _of(cell, call, f"{_difference(cell, choice, last)}{remark}", wanted, remedy)


_ONLY_READ = "; Sameface only reads there"
_ONCE = "it was to get a photo once only (seed-once)"


def _is_unsure(cell: Cell, policy: Policy) -> bool:
    """True where it may be the photo wanted, or what somebody chose there, and that would count."""
    if cell.standing is not Standing.PHOTO or cell.likeness is not Likeness.CANNOT_TELL:
        return False
    if cell.unfit == UNPROVEN:
        return policy.own_choice is not OwnChoice.OVERWRITE or policy.wins is Wins.NEWEST
    return not is_leftover(cell)


def _allowed(cell: Cell, policy: Policy, *, removes: bool) -> tuple[Call, str, str]:
    """Who puts the right photo there, or takes it away, what to add to the reason, and the remedy
    where a person must act."""
    leave = policy.stores[cell.store]
    able = leave.writes and (leave.removes or not removes)
    if not leave.writes and leave.by_hand is None:
        return Call.LEAVE, _ONLY_READ, ""
    if _is_unsure(cell, policy):
        return Call.ASK, "", "look at both, and replace one"
    if able:
        return Call.REMOVE if removes else Call.WRITE, "", ""
    return Call.BY_HAND, "", REMOVED_BY_HAND if removes else leave.by_hand or ""


def _difference(cell: Cell, choice: Choice, last: Agreement | None) -> str:
    """How the store differs from what it should show, and why that is what it should show."""
    if choice.emptied:
        return f"still shows a photo: {choice.because}"
    shows = cell.standing is Standing.PHOTO
    how = _other_photo(cell, choice, last) if shows else _no_photo(cell, last)
    if not choice.is_plain:
        return f"{how}; {choice.because}"
    return how if shows else f"{how}, unlike {choice.store}"


def _no_photo(cell: Cell, last: Agreement | None) -> str:
    if last is not None and last.photo is not None:
        return f"lost the photo it had on {_day(last)}"
    if cell.standing is Standing.NEVER:
        return "never had a photo"
    if cell.standing is Standing.DELETED:
        return "had its photo deleted"
    return f"shows {_instead(cell)}" if cell.standing is Standing.PLACEHOLDER else "has no photo"


def _instead(cell: Cell) -> str:
    """What a placeholder is; an older Sameface did not note it."""
    return cell.unfit or "a placeholder"


def _other_photo(cell: Cell, choice: Choice, last: Agreement | None) -> str:
    right = choice.store
    if is_leftover(cell):
        return f"shows {cell.unfit}"
    if right is None:
        return "shows another photo than wanted"
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


def _of(cell: Cell, call: Call, reason: str, after: str | None, remedy: str = "") -> Verdict:
    before = None if cell.standing in NO_PHOTO else cell.photo
    because = f"{reason}: {remedy}" if remedy else reason
    return Verdict(cell.store, call, because, before, after, cell.change_key, cell.standing, remedy)


def _day(agreement: Agreement) -> str:
    return f"{agreement.at:%d %b %Y}"
