"""Wishes that are fine one by one and cannot hold together: over one another, or of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

from sameface.settings.wishes import Conflict, OwnChoice, Wins, Wishes

EXCLUDED = "exclude-people"
"""Whose wish it is that those in the organisation's list are left alone."""

GROUP = "group "
"""How the `whose` of a group's wishes begins."""

_UNSAID = {field.name: field.default for field in fields(Wishes)}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A key, who says it, and what is wrong with it, in words that follow the key."""

    key: str
    whose: str
    what: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What holds of a key, and which of the layers says so."""

    key: str
    value: Any
    layer: int
    whose: str

    def beside(self, other: _Said) -> str:
        """The key, and whose it is where that is not the same as the other's."""
        return self.key if self.layer == other.layer else f"{self.key} of {self.whose}"


def layered(wishes: Iterable[Wishes]) -> list[Wishes]:
    """The weaker first: the list of those left alone, then a group, then a person's own table."""
    return sorted(set(wishes), key=lambda one: (_rank(one), one.whose))


def contradiction(layers: Sequence[Wishes]) -> Contradiction | None:
    """What cannot hold where each of these layers comes before those in front of it.

    It is told of the later of the two keys.
    """
    wins, conflict = _holding(layers, "wins"), _holding(layers, "conflict")
    if wins.value is Wins.NEWEST:
        if conflict.value is Conflict.NEWEST:
            what = 'is "newest", and so is {}: of two that overlap neither is; use conflict = "ask"'
            return _told(conflict, wins, what, what)
        own = _holding(layers, "own_choice")
        if own.value not in (None, OwnChoice.SPREAD):
            what = f'is "{own.value}", but {{}} = "newest" spreads every change'
            other = f'is "newest", which spreads every change, but {{}} is "{own.value}"'
            rest = '; leave one of them out, or say own-choice = "spread"'
            return _told(own, wins, what + rest, other + rest)
    return _authority_left_out(layers) or _pin_left_alone(layers)


def clash(named: Mapping[str, tuple[Wishes, ...]], everybody: Wishes) -> str:
    """What the names that turned out to be one person's say and cannot all hold, and the next step.

    "" where they say the same, or each a thing of its own. An exclusion is lifted under the name
    that it was asked for, and under no other.
    """
    holders: dict[Wishes, set[str]] = {}
    for name in sorted(named):
        for wish in named[name]:
            holders.setdefault(wish, set()).add(name)
    layers = layered(holders)
    odd = contradiction([everybody, *layers])
    return (
        _two_groups(holders, layers)
        or _two_tables(layers)
        or _exclusion_lost(holders, layers)
        or ("" if odd is None else f"{odd.key} of {odd.whose} {odd.what}")
    )


# ---------------------------------------------------------------------------


def _rank(wish: Wishes) -> int:
    return 0 if wish.whose == EXCLUDED else 1 if wish.whose.startswith(GROUP) else 2


def _says(wish: Wishes, field: str) -> bool:
    return bool(getattr(wish, field) != _UNSAID[field])


def _holding(layers: Sequence[Wishes], field: str) -> _Said:
    key = field.replace("_", "-")
    for layer, wish in reversed(list(enumerate(layers))):
        if _says(wish, field):
            return _Said(key, getattr(wish, field), layer, wish.whose)
    return _Said(key, _UNSAID[field], 0, layers[0].whose)


def _told(one: _Said, other: _Said, of_one: str, of_other: str) -> Contradiction:
    """Of the later one of the two; of the first where one layer says both."""
    if one.layer >= other.layer:
        return Contradiction(one.key, one.whose, of_one.format(other.beside(one)))
    return Contradiction(other.key, other.whose, of_other.format(one.beside(other)))


def _authority_left_out(layers: Sequence[Wishes]) -> Contradiction | None:
    without, authorities = _holding(layers, "exclude_stores"), _holding(layers, "authorities")
    for name in authorities.value:
        if name in (without.value or ()):
            what = f'names "{name}", which is among {{}}; take it out of one of the two lists'
            other = f'names "{name}", which {{}} leaves out; say exclude-stores too, without it'
            return _told(without, authorities, what, other)
    return None


def _pin_left_alone(layers: Sequence[Wishes]) -> Contradiction | None:
    """A pin for somebody who is left alone: only one of the two can be meant."""
    exclude, pin = _holding(layers, "exclude"), _holding(layers, "pin")
    if not exclude.value or pin.value is None:
        return None
    if exclude.layer == pin.layer:
        return Contradiction(
            pin.key, pin.whose, "and exclude contradict each other; keep one of the two"
        )
    what = (
        f"is for {pin.whose}, whom {exclude.whose} leaves alone; take the pin out, or say "
        "exclude = false beside it"
    )
    return Contradiction(pin.key, pin.whose, what)


def _two_groups(holders: Mapping[Wishes, set[str]], layers: Sequence[Wishes]) -> str:
    groups = [wish for wish in layers if wish.whose.startswith(GROUP)]
    if len(groups) < 2:
        return ""
    one, other = groups[:2]
    return (
        f"{min(holders[one])} is in {one.whose}, and {min(holders[other])} in {other.whose}; "
        "take one of them out"
    )


def _two_tables(layers: Sequence[Wishes]) -> str:
    tables = [wish for wish in layers if _rank(wish) == 2]
    for one, other in combinations(tables, 2):
        for field in _UNSAID:
            if field == "whose" or not (_says(one, field) and _says(other, field)):
                continue
            if getattr(one, field) != getattr(other, field):
                return (
                    f"{_spelt(one, field)} of {one.whose}, and {_spelt(other, field)} of "
                    f"{other.whose}; keep one of the two tables"
                )
    return ""


def _exclusion_lost(holders: Mapping[Wishes, set[str]], layers: Sequence[Wishes]) -> str:
    last = next((wish for wish in reversed(layers) if wish.exclude is not None), None)
    if last is None or last.exclude:
        return ""
    for wish in layers:
        if wish.exclude and not holders[wish] & holders[last]:
            return (
                f"{wish.whose} leaves {min(holders[wish])} alone, and exclude = false is said of "
                f"{min(holders[last])}; give both the same name, or take one of them out"
            )
    return ""


def _spelt(wish: Wishes, field: str) -> str:
    """As sameface.toml says it."""
    value = getattr(wish, field)
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, tuple):
        text = f"[{', '.join(map(_quoted, value))}]"
    else:
        text = _quoted(value)
    return f"{field.replace('_', '-')} = {text}"


def _quoted(value: object) -> str:
    return f'"{value}"'
