"""The cast: who is in the organisation, and what has happened to their photos so far.

A story is a few steps, told to the rules like anybody's; it holds no rule itself. The seed deals
the stories out. Beyond the two dozen, people get names from lists and mostly no story.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from sameface.rules import Event, Photo, Rulebook
from sameface.rules.steps import LOOK
from sameface.tenant.members import DOMAIN, Member
from sameface.tenant.organisation import Organisation

SPAN = timedelta(days=10)
"""How long before the tenant opens its stories begin."""

_SETTLED_OF_MANY = 0.6  # beyond the cast, how many have no story of their own


@dataclass(frozen=True, slots=True)
class Beat:
    """A step of a story, so many hours after its beginning. `by_colleague`: the viewer is one."""

    hour: int
    event: Event
    by_colleague: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to somebody's photo. `first` is whether they began with one."""

    title: str
    beats: tuple[Beat, ...] = ()
    first: bool = True
    mailbox: bool = True


def _change(hour: int, channel: str, photo: str = "B", size_bytes: int | None = None) -> Beat:
    return Beat(hour, Event("change", channel=channel, photo=Photo(photo, size_bytes)))


def _remove(hour: int, channel: str) -> Beat:
    return Beat(hour, Event("remove", channel=channel))


def _do(hour: int, verb: str, client: str | None = None) -> Beat:
    return Beat(hour, Event(verb, client=client))


def _seen(hour: int, surface: str) -> Beat:
    return Beat(hour, Event(LOOK, surface=surface), by_colleague=True)


_LYNC = "lync-client"
STORIES = (
    Story("one face everywhere"),
    Story("one face everywhere, the own profile looked at", (_do(40, "visit"),)),
    Story("one face everywhere, seen by a colleague", (_seen(90, "sharepoint-people-search"),)),
    Story("one face everywhere, and out of Lync", (_do(200, "sign-out", _LYNC),)),
    Story("changed in Outlook; SharePoint has the old one", (_change(50, "outlook-client"),)),
    Story("changed in Lync; SharePoint has the old one", (_change(70, _LYNC),)),
    Story("changed in Outlook Online; SharePoint is old", (_change(90, "outlook-online"),)),
    Story("changed by Set-UserPhoto; SharePoint is old", (_change(110, "set-userphoto"),)),
    Story(
        "changed in My Site an hour after SharePoint had asked: it did not stick",
        (_do(30, "visit"), _change(31, "sharepoint-my-site")),
    ),
    Story("changed in My Site, and it stuck", (_change(60, "sharepoint-my-site"),)),
    Story(
        "changed in My Site, and made to stick by edit and cancel",
        (_do(100, "visit"), _change(101, "sharepoint-my-site"), _do(102, "edit-cancel")),
    ),
    Story("another photo in Yammer", (_change(80, "yammer"),)),
    Story("no photo in Yammer", (_remove(20, "yammer"),)),
    Story("never had a photo", first=False),
    Story("a photo in Yammer only", (_change(25, "yammer", "A"),), first=False),
    Story("removed by an administrator; SharePoint keeps it", (_remove(120, "set-userphoto"),)),
    Story(
        "removed in Outlook Online, and the own profile opened since",
        (_remove(100, "outlook-online"), _do(130, "visit")),
    ),
    Story(
        "too large in Active Directory for Exchange",
        (_change(24, "dirsync", "A", 14_000),),
        first=False,
    ),
    Story(
        "from Active Directory, the first time",
        (_change(24, "dirsync", "A", 9_000), _do(100, "visit")),
        first=False,
    ),
    Story(
        "changed in Active Directory, which Exchange ignores",
        (_change(60, "dirsync", "B", 9_000),),
    ),
    Story(
        "without a mailbox: changed in My Site, straight into SharePoint",
        (_change(75, "sharepoint-my-site"),),
        mailbox=False,
    ),
    Story(
        "changed in Lync, SharePoint followed, and out of Lync since",
        (_change(140, _LYNC), _do(141, "visit"), _do(200, "sign-out", _LYNC)),
    ),
    Story(
        "changed in Outlook Online and fetched by SharePoint; a colleague's caches are older",
        (
            _seen(40, "sharepoint-people-search"),
            _seen(40, "outlook-client"),
            _change(150, "outlook-online"),
            _do(151, "visit"),
        ),
    ),
    Story(
        "changed in Lync just after SharePoint had asked",
        (_do(235, "visit"), _change(236, _LYNC)),
    ),
)
"""Two dozen ways in which photos agree or disagree; the first four agree."""

_NAMES = (
    ("Amara Okafor", True), ("Björn Lindqvist", False), ("Chiara Bellini", True),
    ("Dmitri Sokolov", False), ("Elif Yıldız", True), ("Farid Haddad", False),
    ("Grace Mwangi", True), ("Hiroshi Tanaka", False), ("Ines Carvalho", True),
    ("Jonas Meyer", False), ("Kavita Rao", True), ("Liam Gallagher", False),
    ("Mei Zhang", True), ("Nikhil Desai", False), ("Olivia Thornton", True),
    ("Pablo Herrera", False), ("Quynh Tran", True), ("Rashid Karimi", False),
    ("Sofia Papadaki", True), ("Tomasz Nowak", False), ("Uma Krishnan", True),
    ("Viktor Horvath", False), ("Wanjiru Kamau", True), ("Yusuf Demir", False),
)  # fmt: skip
_PLAIN = str.maketrans("öıİşğüç", "oiisguc")
_RENAMED = (5, 11, 17)  # whose mail address is not their sign-in name


def settle(organisation: Organisation, people: int, seed: int) -> None:
    """Let everybody join and live through their story, up to the moment the tenant opens."""
    dice = random.Random(seed)  # noqa: S311 - dealing out stories, not secrets
    cast = list(STORIES)
    dice.shuffle(cast)
    start, everybody = organisation.now, tuple(members(people))
    beats: list[tuple[int, Member, Beat]] = []
    for member in everybody:
        story = cast[member.number] if member.number < len(cast) else _of_many(dice)
        photo = Photo("A") if story.first else None
        options = {} if story.mailbox else {"mailbox": False}
        organisation.join(member, photo, options)
        told = (Beat(1, Event("sign-in", client=_LYNC)), *story.beats)
        beats += [(beat.hour, member, beat) for beat in told if _fits(beat, organisation.book)]
    for hour, member, beat in sorted(beats, key=lambda told: told[0]):
        organisation.advance(start + timedelta(hours=hour))
        _play(organisation, member, beat, everybody)
    organisation.advance(start + SPAN)


def _of_many(dice: random.Random) -> Story:
    return STORIES[0] if dice.random() < _SETTLED_OF_MANY else dice.choice(STORIES)


def _fits(beat: Beat, book: Rulebook) -> bool:
    """Whether the rulebook knows what the beat speaks of: later ones have no Lync."""
    event = beat.event
    surfaces = [name for name in (event.client, event.surface) if name is not None]
    return (event.channel is None or event.channel in book.channels) and all(
        name in book.surfaces for name in surfaces
    )


def _play(
    organisation: Organisation, member: Member, beat: Beat, everybody: tuple[Member, ...]
) -> None:
    if beat.by_colleague:
        colleague = everybody[(member.number + 1) % len(everybody)]
        organisation.look(colleague.id, beat.event.surface or "", member.id)
    else:
        organisation.happen(replace(beat.event, person=member.id))


def members(people: int) -> Iterator[Member]:
    """So many people: the cast first, then names from lists. The first is an administrator."""
    for number in range(people):
        name, woman, again = _named(number)
        person = name.lower().translate(_PLAIN).replace(" ", ".") + again
        mail = f"{person}@{DOMAIN}"
        upn = mail if number not in _RENAMED else f"{_short(person)}@{DOMAIN}"
        yield Member(person, name, number, upn, mail, admin=number == 0, woman=woman)


def _short(person: str) -> str:
    given, _, surname = person.partition(".")
    return f"{given[0]}{surname}"


def _named(number: int) -> tuple[str, bool, str]:
    """Name, whether a woman's, and what tells namesakes apart: the cast, then mixed names."""
    if number < len(_NAMES):
        return *_NAMES[number], ""
    again, place = divmod(number - len(_NAMES), len(_NAMES) * (len(_NAMES) - 1))
    shift, first = divmod(place, len(_NAMES))
    given, woman = _NAMES[first]
    surname, _ = _NAMES[(first + shift + 1) % len(_NAMES)]
    name = f"{given.partition(' ')[0]} {surname.partition(' ')[2]}"
    return name, woman, str(again + 1) if again else ""
