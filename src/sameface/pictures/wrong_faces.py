"""Wrong faces: one picture on several people, and people whose photos were swapped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sameface.pictures.shelves import Shelf
from sameface.values import Fingerprint


@dataclass(frozen=True, slots=True)
class Photo:
    """What one store shows for one person."""

    person: str
    store: str
    mark: Fingerprint


@dataclass(frozen=True, slots=True)
class Shared:
    """The same picture on several people: (person, store) for each place it was found."""

    places: tuple[tuple[str, str], ...]

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(sorted({person for person, _ in self.places}))


@dataclass(frozen=True, slots=True)
class Swapped:
    """Two people: in `store` each has the photo that is the other's in `elsewhere`."""

    people: tuple[str, str]
    store: str
    elsewhere: str


def wrong_faces(photos: Iterable[Photo]) -> tuple[tuple[Shared, ...], tuple[Swapped, ...]]:
    """All of an organisation, in time that grows with the number of photos.

    A swap's two pictures are told as a swap and not as shared. Which of the two stores is wrong,
    pictures alone cannot tell. Leave out what is not a photo: initials are shared by many.
    """
    where: defaultdict[Fingerprint, list[tuple[str, str]]] = defaultdict(list)
    for photo in photos:
        where[photo.mark].append((photo.person, photo.store))
    groups = Shelf((mark, mark) for mark in where).groups()
    found = [tuple(place for mark in group for place in where[mark]) for group in groups]
    swaps = _swaps({place: picture for picture, places in enumerate(found) for place in places})
    swapped = {frozenset(one.people) for one in swaps}
    shared = []
    for places in found:
        people = frozenset(person for person, _ in places)
        if len(people) > 1 and people not in swapped:
            shared.append(Shared(places))
    return tuple(shared), swaps


def _swaps(picture_of: dict[tuple[str, str], int]) -> tuple[Swapped, ...]:
    """Whoever shows, in two stores, two pictures that somebody else shows the other way round."""
    stores: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (person, store), picture in picture_of.items():
        stores[person][store] = picture
    shown: defaultdict[tuple[str, str, int, int], list[str]] = defaultdict(list)
    found = []
    for person, pictures in stores.items():
        for store, here in pictures.items():
            for elsewhere, there in pictures.items():
                if store < elsewhere and here != there:
                    others = shown[store, elsewhere, there, here]
                    found += [Swapped((other, person), store, elsewhere) for other in others[:1]]
                    shown[store, elsewhere, here, there].append(person)
    return tuple(found)
