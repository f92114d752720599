"""Where somebody's photo may be shown: in the stores and by the photo service, as they choose."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sameface.console.desk import Desk, View
from sameface.console.texts import say
from sameface.explain.histories import connected
from sameface.settings import Withholding
from sameface.vault import Dossier


class Service(StrEnum):
    """Where the photo service shows a photo, beyond the stores."""

    PHOTO = "photo"  # /photo/: colleagues who are signed in, and whoever has a signed address
    AVATAR = "avatar"  # /avatar/: other programs, by the hash of a mail address


@dataclass(frozen=True, slots=True)
class Offer:
    """One place that somebody may choose: whether it may show them, how it is now, what to know.

    `photo` is the digest of what it shows now, None for none.
    """

    id: str
    title: str
    may: bool
    photo: str | None = None
    says: str = ""
    remark: str = ""


def is_theirs(desk: Desk, dossier: Dossier) -> bool:
    """True where the settings leave it to the person where they are shown."""
    return desk.policy.of_person(dossier.person).withholding is Withholding.RESPECT


def withheld(desk: Desk, dossier: Dossier) -> frozenset[str]:
    """Places where this person is not to be shown, as far as the settings respect that."""
    return dossier.withheld if is_theirs(desk, dossier) else frozenset()


def places_of(desk: Desk, dossier: Dossier) -> list[str]:
    """What there is to choose: stores in which they have an account, then the photo service."""
    without = desk.policy.of_person(dossier.person).without
    held = {cell.store for cell in dossier.cells} - without
    return [*(column.id for column in desk.stores if column.id in held), *Service]


def offers(desk: Desk, view: View) -> Iterator[Offer]:
    """The same with what a person should know before they choose."""
    titles = {column.id: column.heading for column in desk.stores}
    shown = {spot.id: say(f"mine.shows.{spot.place.name.lower()}") for spot in view.row.stores}
    photos = {cell.store: cell.photo for cell in view.dossier.cells}
    no, wanted = view.dossier.withheld, view.decision.wanted
    deciding = (s for s in desk.policy.authorities if s not in no and photos.get(s))
    source = next(deciding, "")
    for place in places_of(desk, view.dossier):
        if place in list(Service):
            may = place not in no
            yield Offer(place, say(f"mine.place.{place}"), may, wanted if may else None)
            continue
        giver = _giver(view, place, photos.keys() - no)
        remark = say("mine.given-on", origin=titles[giver]) if giver else ""
        if place == source:
            remark = say("mine.decides")
        now = shown.get(place, "")
        yield Offer(place, titles[place], place not in no, photos.get(place), now, remark)


def _giver(view: View, store: str, others: Collection[str]) -> str:
    """One of these stores that gives its photo on to that one by itself, "" where none does."""
    book = view.explainer.book
    if store not in book.stores:
        return ""
    options = book.settings(view.explainer.subject.settings(book))
    reached = connected(store, book, options)
    origins = (route.origin for route in book.routes_into(store))
    return next((one for one in origins if one in others and one in reached), "")
