"""`sameface picture wrong-faces`: one picture on several people, photos of two that are swapped."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sameface.cli import terminal
from sameface.pictures import Photo, Shared, Swapped, wrong_faces
from sameface.settings import load_settings
from sameface.values import Person
from sameface.vault import Vault

_SOMEBODY = 5
"""Exit code: what is left needs a person."""

_FEW = 6


def tell(settings: Path, *, as_json: bool) -> int:
    """0 where every photo is on one person, 5 where somebody has to look. Asks no store."""
    return asyncio.run(_tell(settings, as_json=as_json))


async def _tell(file: Path, *, as_json: bool) -> int:
    settings = load_settings(file)
    async with await Vault.open(settings.vault, settings.storage) as vault:
        photos = await _photos(vault)
        shared, swapped = await asyncio.to_thread(wrong_faces, photos)
        named = {person for one in shared for person in one.people}
        named |= {person for two in swapped for person in two.people}
        people = {d.person.id: d.person for d in await vault.dossiers_of(named)}
    if as_json:
        terminal.data(_data(photos, shared, swapped, people))
    else:
        for line in _lines(photos, shared, swapped, people):
            terminal.say(line)
    return _SOMEBODY if named else 0


async def _photos(vault: Vault) -> list[Photo]:
    """What every store was last seen to show for everybody."""
    found: list[Photo] = []
    while page := await vault.everywhere((found[-1].person, found[-1].store) if found else None):
        found += [Photo(one.person, one.store, one.mark) for one in page]
    return found


def _data(
    photos: Sequence[Photo],
    shared: Sequence[Shared],
    swapped: Sequence[Swapped],
    people: Mapping[str, Person],
) -> dict[str, Any]:
    return {
        "photos": len(photos),
        "shared": [
            [{"person": people[person].upn, "store": store} for person, store in one.places]
            for one in shared
        ],
        "swapped": [
            {
                "people": [people[person].upn for person in one.people],
                "stores": [one.store, one.elsewhere],
            }
            for one in swapped
        ],
    }


def _lines(
    photos: Sequence[Photo],
    shared: Sequence[Shared],
    swapped: Sequence[Swapped],
    people: Mapping[str, Person],
) -> Iterator[str]:
    if not shared and not swapped:
        yield f"No picture is on two people, of {len(photos):,} photos in all stores."
        return
    for one in shared:
        stores: defaultdict[str, list[str]] = defaultdict(list)
        for person, store in one.places:
            stores[person].append(store)
        yield f"The same picture is on {len(stores)} people:"
        for person in one.people[:_FEW]:
            yield f"  {_named(people[person])} in {' and '.join(sorted(stores[person]))}"
        if len(stores) > _FEW:
            yield f"  and {len(stores) - _FEW} more; --json names them"
    for two in swapped:
        first, second = (_named(people[person]) for person in two.people)
        yield (
            f"{first} and {second} are swapped: in {two.store} each shows what the other shows in "
            f"{two.elsewhere}."
        )
    yield (
        "Whose face it is, only somebody who knows them can tell: put the right photo into the "
        "store that decides, then run a sync."
    )


def _named(person: Person) -> str:
    return f"{person.name or person.upn} ({person.upn})"
