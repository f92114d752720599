"""Which photo is right for one person, and who says so. Pure: no I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sameface.settings import Conflict, Faces, OwnChoice, Removal, Wins
from sameface.sync.leftovers import REMEDY, UNPROVEN, is_leftover
from sameface.sync.policy import Policy
from sameface.values import Cell, Standing
from sameface.vault import Agreement, Pin
from sameface.vault.values import SHOWN_AGAIN

NO_PHOTO = frozenset({Standing.NEVER, Standing.DELETED, Standing.NONE, Standing.PLACEHOLDER})
"""Standings that are agreement when they are everywhere. A placeholder never counts as a photo."""

Held = Mapping[str, Cell]
Agreed = Mapping[str, Agreement]


class Call(StrEnum):
    """What one store of one person calls for."""

    NOTHING = "nothing"  # it shows what it should
    WRITE = "write"
    REMOVE = "remove"
    BY_HAND = "by hand"  # somebody must change it there
    ASK = "ask"  # somebody must say what is right
    UNKNOWN = "unknown"  # it could not be observed
    LEAVE = "leave"  # it differs, and that is nobody's to change


@dataclass(frozen=True, slots=True)
class Choice:
    """The photo to show; or the `store` that keeps it from being said, and what that calls for.

    `emptied`: the photo was removed and is to go everywhere. `left` are stores that stay as they
    are, and why. `hold`: all of them do. `new_pin`: what is to be remembered with the choice.
    """

    photo: str | None
    because: str
    store: str | None = None
    call: Call | None = None
    emptied: bool = False
    left: tuple[tuple[str, str], ...] = ()
    hold: bool = False
    new_pin: bool = False

    @property
    def mark(self) -> str:
        """What a pin holds against: it lapses when the stores by themselves say something else."""
        if self.call is not None:
            return f"{self.call}:{self.store}"
        return self.photo or ("removed" if self.emptied else "")

    @property
    def is_plain(self) -> bool:
        """The first authority has the word, and nothing more is to be said about why."""
        return self.store is not None and self.because == _first(self.store)


def choose(held: Held, agreed: Agreed, policy: Policy, pin: Pin | None) -> Choice:
    """The right photo by pins, policy and what people chose since the last agreement."""
    choice = _chosen(held, agreed, policy, pin)
    allowed = {policy.pin, None if pin is None else pin.photo}  # an administrator chose these
    if policy.faces is Faces.ANY or choice.photo in allowed:
        return choice
    return _of_one_person(choice, held)


def _of_one_person(choice: Choice, held: Held) -> Choice:
    """The same; but what shows no face, or several, is not put where it is not yet."""
    shown = [c for c in held.values() if c.photo is not None and c.photo == choice.photo]
    doubtful = [cell for cell in shown if cell.unfit]
    if not doubtful or len(shown) == len(held):
        return choice
    cell = next((c for c in doubtful if c.store == choice.store), doubtful[0])
    because = (
        f"{cell.store} shows {cell.unfit}, which is not spread: put a photo of the person there, "
        'or allow it (faces = "any")'
    )
    return Choice(None, because, cell.store, Call.ASK)


def _chosen(held: Held, agreed: Agreed, policy: Policy, pin: Pin | None) -> Choice:
    if policy.pin is not None:
        return Choice(policy.pin, "it is pinned in the settings")
    base = by_stores(held, agreed, policy)
    if pin is not None and (holds(pin, base) or _is_due(pin, held)):
        if pin.photo is None:
            return Choice(None, pin.why, hold=True)
        return _own_choices(Choice(pin.photo, pin.why), held, agreed, policy, moved=False)
    if policy.wins is Wins.NEWEST:
        return base
    last = agreed.get(base.store or "")
    moved = last is not None and last.photo != base.photo
    return _own_choices(base, held, agreed, policy, moved=moved)


def _is_due(pin: Pin, held: Held) -> bool:
    """True where half of a picture is nobody's word: the pinned photo comes there first."""
    return pin.photo is not None and any(map(is_leftover, held.values()))


def by_stores(held: Held, agreed: Agreed, policy: Policy) -> Choice:
    """What the stores say by themselves, without pins and anybody's own choice elsewhere."""
    if all(cell.standing in NO_PHOTO for cell in held.values()) and not policy.unseen:
        return Choice(None, "no store has a photo")
    return (_newest if policy.wins is Wins.NEWEST else _by_authority)(held, agreed, policy)


def holds(pin: Pin, base: Choice) -> bool:
    """True until an authority says something it did not say when the pin was set."""
    return base.call is Call.UNKNOWN or base.mark in (pin.mark, pin.photo)


def has_lapsed(pin: Pin, held: Held, agreed: Agreed, policy: Policy) -> bool:
    """True once the stores surely say something else than when it was set: it is over for good,
    also where they say the same again later."""
    if policy.pin is not None or _is_due(pin, held):
        return False
    base = by_stores(held, agreed, policy)
    return base.call is None and not holds(pin, base)


# ---------------------------------------------------------------------------
# Authorities


def _by_authority(held: Held, agreed: Agreed, policy: Policy) -> Choice:
    for store in policy.authorities:
        choice = _says(store, held, agreed, policy)
        if choice is not None:
            return choice
    return _without_authority(held, agreed, policy)


def _says(store: str, held: Held, agreed: Agreed, policy: Policy) -> Choice | None:
    """What one authority has to say; None where it leaves the word to the next."""
    cell, last = held.get(store), agreed.get(store)
    unseen = store in policy.unseen if cell is None else cell.standing is Standing.UNKNOWN
    if unseen:
        return Choice(None, f"{store} could not be observed", store, Call.UNKNOWN)
    if cell is None or cell.standing in NO_PHOTO:
        if last is None or not last.is_missed:
            return None
        return _removed(store, last, held, agreed, policy)
    if is_leftover(cell):
        because = f"{store} shows {cell.unfit}: {REMEDY}"
        return Choice(None, because, store, Call.ASK)
    if cell.photo is None:
        because = f"nobody can tell whether {store} shows a new photo or one of the known ones"
        return Choice(None, because, store, Call.ASK)
    return Choice(cell.photo, _ranked(store, policy), store)


def _removed(store: str, last: Agreement, held: Held, agreed: Agreed, policy: Policy) -> Choice:
    gone = f"the photo of {last.at:%d %b %Y} is no longer in {store}"
    if policy.removal is Removal.KEEP:
        left = ((store, f"had its photo removed, and the others keep theirs ({_key('keep')})"),)
        return Choice(last.photo, f"{gone}, and the others keep it ({_key('keep')})", left=left)
    ask = f"{gone}: remove it in the other stores too, or put it back there"
    if policy.removal is Removal.ASK or store not in held:
        return Choice(None, ask, store, Call.ASK)
    others = [cell.store for cell in _changed(held, agreed, policy) if cell.store != store]
    if others and policy.conflict is not Conflict.AUTHORITY:
        because = f"{gone}, and {' and '.join(others)} got another one: say which is right"
        return Choice(None, because, store, Call.ASK)
    return Choice(None, f"{gone} and is removed everywhere ({_key('propagate')})", emptied=True)


def _key(removal: str) -> str:
    return f'removal = "{removal}"'


def _without_authority(held: Held, agreed: Agreed, policy: Policy) -> Choice:
    """No authority has a photo. Fine while the others agree; else only a person can say.

    Where a store was emptied since its person withheld their photo from there, and shows it again,
    it says nothing against the others.
    """
    cells = [cell for cell in held.values() if cell.standing is not Standing.UNKNOWN]
    photos = {cell.photo for cell in cells if cell.standing is Standing.PHOTO}
    if not photos:
        return Choice(None, "no store has a photo")
    shown = all(c.standing is Standing.PHOTO or _is_awaited(c, agreed, policy) for c in cells)
    if len(photos) == 1 and None not in photos and shown:
        return Choice(photos.pop(), "no authority has a photo, and the others agree")
    holders = [cell.store for cell in cells if cell.standing is Standing.PHOTO]
    where = f"{' and '.join(holders)} {'does' if len(holders) == 1 else 'do'}"
    asked = policy.authorities[0] if policy.authorities else "an authority"
    because = f"no authority has a photo, {where}: put one into {asked}"
    return Choice(None, because, holders[0], Call.ASK)


def _is_awaited(cell: Cell, agreed: Agreed, policy: Policy) -> bool:
    last = agreed.get(cell.store)
    again = last is not None and last.change_key == SHOWN_AGAIN
    return again and cell.store not in policy.withheld


def _ranked(store: str, policy: Policy) -> str:
    if store == policy.authorities[0]:
        return _first(store)
    return f"{store} is the first authority that has a photo"


def _first(store: str) -> str:
    return f"{store} is the authority"


# ---------------------------------------------------------------------------
# The newest change


def _newest(held: Held, agreed: Agreed, policy: Policy) -> Choice:
    """The photo that was changed last; where that cannot be told, the conflict rule."""
    unseen = (s for s in policy.unseen if s not in held and s in policy.stores)
    missing = sorted(store for store in unseen if policy.stores[store].reads)
    cells = [cell for cell in held.values() if policy.stores[cell.store].reads]
    missing += [cell.store for cell in cells if cell.standing is Standing.UNKNOWN]
    if missing:
        because = f"{missing[0]} could not be observed and may have the newest photo"
        return Choice(None, because, missing[0], Call.UNKNOWN)
    photos_there = (cell for cell in cells if cell.standing is Standing.PHOTO)
    shown = [cell for cell in photos_there if not is_leftover(cell) or cell.unfit == UNPROVEN]
    unclear = next((cell.store for cell in shown if cell.photo is None), None)
    if unclear is not None:
        because = f"nobody can tell whether {unclear} shows a new photo or one of the known ones"
        return Choice(None, because, unclear, Call.ASK)
    photos = {cell.photo for cell in shown}
    empty = [c.store for c in cells if c.standing in NO_PHOTO and _missed(agreed.get(c.store))]
    # A removal is news while the removed photo is shown elsewhere; later photos have replaced it.
    gone = [store for store in empty if agreed[store].photo in photos]
    moved = [cell for cell in shown if _is_new(cell, agreed.get(cell.store))]
    if gone and not moved:
        return _removed(gone[0], agreed[gone[0]], held, agreed, policy)
    return _latest(shown, moved, agreed, policy, removed=bool(gone))


def _latest(
    shown: list[Cell], moved: list[Cell], agreed: Agreed, policy: Policy, *, removed: bool
) -> Choice:
    photos = {cell.photo for cell in shown}
    if not photos:
        return Choice(None, "no store has a photo")
    changed = {cell.photo for cell in moved}
    others_agreed = all(_had(agreed.get(cell.store)) for cell in shown)
    if len(photos) == 1 or (len(changed) == 1 and others_agreed and not removed):
        cell = (moved or shown)[0]
        return Choice(cell.photo, f"{cell.store} has the newest photo", cell.store)
    latest = None if removed else _last_of(shown, agreed)
    if latest is not None:
        return Choice(latest.photo, f"{latest.store} has the newest photo", latest.store)
    where = " and ".join(cell.store for cell in shown)
    if policy.conflict is Conflict.AUTHORITY:
        for store in policy.authorities:
            cell_there = next((c for c in shown if c.store == store), None)
            if cell_there is not None:
                because = f"nobody can tell which of {where} changed last, and {store} is asked"
                return Choice(cell_there.photo, f"{because} first", store)
    because = f"nobody can tell which of {where} changed last: put the right photo into each"
    return Choice(None, because, shown[0].store, Call.ASK)


def _last_of(cells: Iterable[Cell], agreed: Agreed) -> Cell | None:
    """The cell whose photo surely came after all others; None where times overlap."""
    times = {cell.store: _within(cell, agreed.get(cell.store)) for cell in cells}
    for one in cells:
        after = times[one.store][0]
        rest = [times[c.store][1] for c in cells if c.photo != one.photo]
        if after is not None and all(by is not None and by <= after for by in rest):
            return one
    return None


def _within(cell: Cell, last: Agreement | None) -> tuple[datetime | None, datetime | None]:
    """When this photo came there: after, and by; both unknown where a clock jumped."""
    after, by = cell.changed_after, cell.changed_by
    if last is not None and last.photo == cell.photo:
        by = min(filter(None, (last.at, by)))
    elif last is not None:
        after = max(filter(None, (last.at, after)))
    if after is not None and by is not None and by <= after:
        return None, None
    return after, by


# ---------------------------------------------------------------------------
# What people chose in stores that are no authority


def _own_choices(
    base: Choice, held: Held, agreed: Agreed, policy: Policy, *, moved: bool
) -> Choice:
    """The base, unless somebody put another photo elsewhere and that counts. `moved`: the
    authority changed since the last agreement too."""
    plain = policy.own_choice is OwnChoice.OVERWRITE
    if base.call is not None or base.emptied or (plain and not moved):
        return base
    changed = [c for c in _changed(held, agreed, policy) if c.photo != base.photo]
    changed = [c for c in changed if c.store != base.store]
    if changed and moved:
        return _conflict(base, changed, held, agreed, policy)
    if policy.own_choice is OwnChoice.KEEP:
        lost = [
            c.store
            for c in held.values()
            if c.standing in NO_PHOTO and _missed(agreed.get(c.store))
        ]
        why = 'is left as it is: somebody chose so there (own-choice = "keep")'
        kept = tuple((store, why) for store in (*(c.store for c in changed), *lost))
        return replace(base, left=(*base.left, *kept))
    if policy.own_choice is OwnChoice.SPREAD and changed:
        if len({cell.photo for cell in changed}) > 1:
            where = " and ".join(cell.store for cell in changed)
            because = f"{where} got different photos since they agreed: say which is right"
            return Choice(None, because, changed[0].store, Call.ASK)
        because = f'it was chosen in {changed[0].store} (own-choice = "spread")'
        return Choice(changed[0].photo, because, changed[0].store, new_pin=True)
    return base


def _conflict(
    base: Choice, changed: list[Cell], held: Held, agreed: Agreed, policy: Policy
) -> Choice:
    """The authority and somewhere else got different photos since the last agreement."""
    if policy.conflict is Conflict.AUTHORITY:
        return base
    where = " and ".join([base.store or "", *(cell.store for cell in changed)])
    authority = held.get(base.store or "")
    if policy.conflict is Conflict.NEWEST and authority is not None:
        latest = _last_of([authority, *changed], agreed)
        if latest is authority:
            return replace(base, because=f"{base.store} changed last of {where}")
        if latest is not None:
            because = f"{latest.store} changed last of {where}"
            return Choice(latest.photo, because, latest.store, new_pin=True)
    because = f"{where} got different photos since they agreed: put the right one into each"
    return Choice(None, because, base.store, Call.ASK)


def _changed(held: Held, agreed: Agreed, policy: Policy) -> list[Cell]:
    """Stores that once agreed and got another photo since then, by somebody else than us."""
    return [
        cell
        for cell in held.values()
        if cell.standing is Standing.PHOTO
        and cell.photo is not None
        and policy.stores[cell.store].reads
        and _had(agreed.get(cell.store))
        and agreed[cell.store].photo != cell.photo
    ]


def _is_new(cell: Cell, last: Agreement | None) -> bool:
    return last is None or last.photo != cell.photo


def _had(last: Agreement | None) -> bool:
    return last is not None and last.photo is not None


def _missed(last: Agreement | None) -> bool:
    return last is not None and last.is_missed
