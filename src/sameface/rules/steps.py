"""One scenario step, read strictly: what is done, by whom, where, and what should be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sameface.documents import Table, nearest
from sameface.rules.conditions import Value
from sameface.rules.events import Event, Photo
from sameface.rules.rulebook import Rulebook
from sameface.rules.settings import read_value

NOTHING = "none"
"""How a scenario spells "no picture"."""

LOOK = "look"
PAGES = ("own-profile",)
FIELDS: Mapping[str, tuple[str, ...]] = {
    "change": ("person", "channel", "photo", "bytes", "file"),
    "remove": ("person", "channel"),
    LOOK: ("viewer", "surface", "person", "sees"),
    "visit": ("person", "page"),
    "edit-cancel": ("person",),
    "sign-in": ("person", "client"),
    "sign-out": ("person", "client"),
    "restart": ("viewer", "client"),
    "clear-cache": ("viewer",),
    "clear-photo-cache": ("viewer", "client"),
    "reset-client": ("viewer", "client"),
    "office-sign-in": ("person",),
    "sync": ("process",),
    "set": ("person", "option", "value"),
}
"""What each verb is told, beside `at` and `do`."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step, `at` from the start; `sees` are the photos a look may show, None: not said."""

    at: timedelta
    event: Event
    sees: tuple[str, ...] | None = None


def verbs(book: Rulebook) -> tuple[str, ...]:
    """Everything a step can do under this rulebook."""
    return ("change", "remove", LOOK, *book.actions)


def read_step(t: Table, book: Rulebook, people: Collection[str]) -> Step:
    """A step from its table. `BadDocument` names table, key and the nearest valid name."""
    at = t.offset("at", "0s")
    verb = t.choice("do", verbs(book))
    fields = FIELDS[verb]
    event = Event(
        verb=verb,
        person=_person(t, "person", people) if "person" in fields else None,
        channel=t.choice("channel", book.channels) if "channel" in fields else None,
        photo=_photo(t) if "photo" in fields else None,
        file=_file(t, book) if "file" in fields else None,
        viewer=_viewer(t, verb, people) if "viewer" in fields else None,
        surface=t.choice("surface", book.surfaces) if "surface" in fields else None,
        client=t.choice("client", book.surfaces) if "client" in fields else None,
        process=t.choice("process", book.processes) if "process" in fields else None,
        option=t.choice("option", book.options) if "option" in fields else None,
        value=_value(t, book) if "value" in fields else True,
    )
    if "page" in fields:
        t.choice("page", PAGES)
    sees = _sees(t) if verb == LOOK else None
    t.done()
    return Step(at, event, sees)


def _person(t: Table, key: str, people: Collection[str]) -> str:
    person = t.text(key)
    if person not in people:
        raise t.error(key, f'has no "{person}"{nearest(person, people)}')
    return person


def _viewer(t: Table, verb: str, people: Collection[str]) -> str | None:
    if verb == LOOK and not t.has("viewer"):
        t.maybe_text("viewer")
        return None
    return _person(t, "viewer", people)


def _photo(t: Table) -> Photo:
    return Photo(photo_name(t, "photo"), t.number("bytes", at_least=1))


def photo_name(t: Table, key: str) -> str:
    """A photo's name; "none" means no picture and cannot be one."""
    name = t.text(key)
    if name == NOTHING:
        raise t.error(key, 'cannot be "none": that is how a look says "no picture"')
    return name


def _value(t: Table, book: Rulebook) -> Value:
    return read_value(t, "value", book.options[t.text("option")])


def _file(t: Table, book: Rulebook) -> str | None:
    channel = book.channels[t.text("channel")]
    files = book.stores[channel.writes].files if channel.names_files else ()
    return t.choice("file", files) if t.has("file") else None


def _sees(t: Table) -> tuple[str, ...] | None:
    if not t.has("sees"):
        t.maybe_text("sees")
        return None
    if isinstance(t.raw["sees"], list):
        names = t.texts("sees")
        if not names:
            raise t.error("sees", 'is empty; write "none" for no picture, or leave it out')
        return names
    return (t.text("sees"),)
