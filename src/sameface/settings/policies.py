"""[policy] of sameface.toml, read and checked: wishes that contradict each other are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from sameface.documents import Table, nearest
from sameface.settings import files
from sameface.settings.contradictions import EXCLUDED, GROUP, contradiction
from sameface.settings.model import Mode, StopAbove, StoreSettings
from sameface.settings.wishes import (
    Conflict,
    EmptyStore,
    Faces,
    OwnChoice,
    PolicySettings,
    Removal,
    Wins,
    Wishes,
    Withholding,
)

Choice = TypeVar("Choice", bound=StrEnum)

_WISHES = (
    "authorities",
    "wins",
    "conflict",
    "removal",
    "own-choice",
    "faces",
    "withholding",
    "exclude-stores",
)
KEYS = (*_WISHES, "stop-above", "empty-store", "exclude-people", "groups", "people")
"""What [policy] may say."""

_GROUP = (*_WISHES, "name", "people", "exclude")
_PERSON = (*_WISHES, "person", "exclude", "pin")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")
_PIN = re.compile(r"[0-9a-f]{8,64}")


def policy(table: Table, stores: tuple[StoreSettings, ...], folder: Path) -> dict[str, Any]:
    """What Settings gets of [policy]; lists of people are files in `folder`.

    Errors: BadDocument, which names key and remedy.
    """
    everybody = _wishes(table, stores, "[policy]")
    if not everybody.authorities:
        table.texts("authorities", required=True)
        raise table.error("authorities", "is empty; name the store whose photo wins")
    settings = PolicySettings(
        everybody,
        (*_excluded(table, folder), *_groups(table, stores, folder)),
        _people(table, stores),
        EmptyStore(_percent(table, "empty-store", "50%")),
    )
    _refuse_contradictions(table, settings, stores)
    return {
        "authorities": everybody.authorities,
        "stop_above": _stop_above(table),
        "policy": settings,
    }


def refuse_unknown(table: Table, known: Iterable[str]) -> None:
    """A misspelt key is told first: without it, something else would seem to be missing."""
    names = tuple(known)
    for key in table.keys():  # noqa: SIM118 - a Table is no mapping
        if key not in names:
            raise table.error(key, f"is not known here{nearest(key, names)}")


# ---------------------------------------------------------------------------


def _wishes(row: Table, stores: tuple[StoreSettings, ...], whose: str) -> Wishes:
    without = _stores(row, "exclude-stores", stores) if row.has("exclude-stores") else None
    return Wishes(
        authorities=_authorities(row, stores),
        wins=_choice(row, "wins", Wins),
        conflict=_choice(row, "conflict", Conflict),
        removal=_choice(row, "removal", Removal),
        own_choice=_choice(row, "own-choice", OwnChoice),
        faces=_choice(row, "faces", Faces),
        withholding=_choice(row, "withholding", Withholding),
        exclude_stores=without,
        whose=whose,
    )


def _choice(row: Table, key: str, kind: type[Choice]) -> Choice | None:
    return kind(row.choice(key, list(kind))) if row.has(key) else None


def _authorities(row: Table, stores: tuple[StoreSettings, ...]) -> tuple[str, ...]:
    authorities = _stores(row, "authorities", stores)
    for store in (s for s in stores if s.id in authorities):
        if store.mode is Mode.WRITE:
            what = f'names "{store.id}", which is only written to; set its mode to "both"'
            raise row.error("authorities", what)
    return authorities


def _stores(row: Table, key: str, stores: tuple[StoreSettings, ...]) -> tuple[str, ...]:
    names = row.texts(key)
    known = [store.id for store in stores]
    for name in names:
        if name not in known:
            what = f'names "{name}", which no [[stores]] has; {", ".join(known)} do'
            raise row.error(key, what)
    if len(set(names)) < len(names):
        raise row.error(key, "names a store twice; keep the first of the two")
    return names


def _groups(
    table: Table, stores: tuple[StoreSettings, ...], folder: Path
) -> tuple[tuple[frozenset[str], Wishes], ...]:
    groups: list[tuple[frozenset[str], Wishes]] = []
    for row in table.rows("groups"):
        refuse_unknown(row, _GROUP)
        name = row.text("name")
        members = _list(row, "people", folder)
        for before, wishes in groups:
            if both := sorted(before & members):
                what = f"lists {both[0]}, who is in {wishes.whose} too; take them out of one"
                raise row.error("people", what)
        groups.append((members, _special(row, stores, f"{GROUP}{name}")))
    return tuple(groups)


def _people(table: Table, stores: tuple[StoreSettings, ...]) -> tuple[tuple[str, Wishes], ...]:
    people: dict[str, Wishes] = {}
    for row in table.rows("people"):
        refuse_unknown(row, _PERSON)
        name = row.text("person").strip().casefold()
        if "@" not in name:
            raise row.error("person", f'is "{name}", which is no UPN or mail address; correct it')
        if name in people:
            raise row.error("person", f'names "{name}" a second time; keep one of the two tables')
        people[name] = _special(row, stores, name)
    return tuple(people.items())


def _special(row: Table, stores: tuple[StoreSettings, ...], whose: str) -> Wishes:
    """The wishes of one group or person."""
    wishes = _wishes(row, stores, whose)
    pin = row.maybe_text("pin")
    exclude = row.flag("exclude", default=False) if row.has("exclude") else None
    if pin is not None and not _PIN.fullmatch(pin):
        what = f'should be 8 or more digits of a version, as in `sameface history`, not "{pin}"'
        raise row.error("pin", what)
    return replace(wishes, exclude=exclude, pin=pin)


def _excluded(table: Table, folder: Path) -> tuple[tuple[frozenset[str], Wishes], ...]:
    """Those whom the organisation leaves out, as a group before all others."""
    if not table.has("exclude-people"):
        return ()
    members = _list(table, "exclude-people", folder)
    return ((members, Wishes(exclude=True, whose=EXCLUDED)),)


def _list(row: Table, key: str, folder: Path) -> frozenset[str]:
    """The names in a file, one a line; what follows a # is a remark."""
    path = files.named(row, key, folder)
    text = files.filled(row, key, path, "put a UPN or mail address on each line")
    lines = (line.partition("#")[0].strip().casefold() for line in text.splitlines())
    names = frozenset(line for line in lines if line)
    for name in sorted(names):
        if "@" not in name:
            raise row.error(key, f'lists "{name}", which is no UPN or mail address; correct it')
        if not name.isprintable():
            what = f"lists {name!a}, which holds what nobody sees; write that line anew"
            raise row.error(key, what)
    return names


def _stop_above(table: Table) -> StopAbove:
    if isinstance(table.raw.get("stop-above"), int):
        return StopAbove(people=table.number("stop-above"))
    return StopAbove(percent=_percent(table, "stop-above", "20%", " or a number of people"))


def _percent(table: Table, key: str, default: str, otherwise: str = "") -> float:
    text = table.text(key, default)
    match = _PERCENT.fullmatch(text)
    if match is None or float(match[1]) > 100:
        what = f'should be like "{default}" (0% to 100%){otherwise}, not "{text}"'
        raise table.error(key, what)
    return float(match[1])


def _refuse_contradictions(
    table: Table, settings: PolicySettings, stores: tuple[StoreSettings, ...]
) -> None:
    """Wishes that are fine one by one and cannot hold together, as they will for each member."""
    everybody = settings.everybody
    _refuse(table, settings, [everybody])
    listed = [wishes for _, wishes in settings.groups if wishes.whose != EXCLUDED]
    for row, wishes in zip(table.rows("groups"), listed, strict=True):
        _refuse(row, settings, [everybody, wishes])
    for row, (name, wishes) in zip(table.rows("people"), settings.people, strict=True):
        theirs = [group for names, group in settings.groups if name in names]
        _refuse(row, settings, [everybody, *theirs, wishes])
    if len(everybody.exclude_stores or ()) == len(stores):
        raise table.error("exclude-stores", "leaves no store; take one out of the list")


def _refuse(row: Table, settings: PolicySettings, layers: list[Wishes]) -> None:
    """What the last of these layers, which that row says, makes impossible."""
    if odd := contradiction(layers):
        raise row.error(odd.key, odd.what)
    if layers[-1].removal is Removal.PROPAGATE and settings.empty_store.percent >= 100:
        what = 'is "propagate", which needs the stop that empty-store = "100%" takes away'
        raise row.error("removal", what)
