"""The tour: the seed's story of Alice's photo in six stops, as Bob sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sameface.rules import Event, Photo, Rulebook
from sameface.tenant.desk.cast import LOOKED_AT, VIEWER


@dataclass(frozen=True, slots=True)
class Beat:
    """Something that happens, after so long."""

    event: Event
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: what is told, what happens, and the panels that show it (surface ids)."""

    title: str
    told: str
    look_at: str
    panels: tuple[str, ...]
    beats: tuple[Beat, ...] = field(default=())


def _change(channel: str, photo: str, wait: timedelta = timedelta(0)) -> Beat:
    return Beat(Event("change", person=LOOKED_AT, channel=channel, photo=Photo(photo)), wait)


_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_LYNC, _OUTLOOK = "lync-client", "outlook-client"
_SEARCH, _NEWS, _PICKER = (
    "sharepoint-people-search",
    "sharepoint-newsfeed",
    "sharepoint-people-picker",
)
_SITE, _MAIL = "sharepoint-my-site", "outlook-online-mail"

STOPS = (
    Stop(
        "One face, five stores",
        "You are Bob, and Alice is your colleague. Her photo lies in five stores; what you look at "
        "reads one of them each. It is the same photo everywhere, so nobody has noticed.",
        "All the panels agree. Your browser has fetched SharePoint's pictures, and keeps them.",
        (_SITE, _SEARCH, _PICKER, _MAIL, _OUTLOOK, _LYNC, "yammer"),
        (Beat(Event("sign-in", person=LOOKED_AT, client=_LYNC)),),
    ),
    Stop(
        "Alice changes her photo in Outlook",
        "Outlook, Outlook Online and Lync all write into Exchange, and Exchange tells nobody. "
        "A change made in Outlook or Lync may not show up in SharePoint at all.",
        "Lync and the contact hover show the new photo at once; your Outlook may. SharePoint does "
        "not, and will not by itself.",
        (_LYNC, "sharepoint-search-hover", _MAIL, _OUTLOOK, _SITE, _PICKER),
        (_change(_OUTLOOK, "B", _MINUTE),),
    ),
    Stop(
        "Alice opens her own profile",
        "SharePoint asks Exchange for a newer photo when its owner looks at her own large picture, "
        "and only then. Now SharePoint has it, and still you see two faces in SharePoint.",
        "The people picker's address carries a timestamp, so your browser had to fetch it anew. "
        "People search has the address it always had: your browser did not even ask.",
        (_PICKER, _SEARCH, _NEWS),
        (Beat(Event("visit", person=LOOKED_AT), _MINUTE),),
    ),
    Stop(
        "You clear your caches",
        "You empty your browser's cache, and you close and restart Outlook. Neither changes any "
        "store: the photo was there all the time, only you could not see it.",
        "People search, the newsfeed and Outlook now show what their stores hold.",
        (_SEARCH, _NEWS, _SITE, _OUTLOOK),
        (
            Beat(Event("clear-cache", viewer=VIEWER), _MINUTE),
            Beat(Event("restart", viewer=VIEWER, client=_OUTLOOK)),
        ),
    ),
    Stop(
        "Alice changes it in SharePoint, and it does not stick",
        "An hour later she uploads another one on her profile page. Outlook and Lync have it "
        "immediately. But SharePoint wrote it to Exchange too, and has asked Exchange within the "
        "last 24 hours; so the page she changed it on goes on showing the old one.",
        "Outlook Online and Lync are ahead of SharePoint, which the change was made in.",
        (_MAIL, _LYNC, _SITE, _SEARCH, _PICKER),
        (_change(_SITE, "C", _HOUR),),
    ),
    Stop(
        "Edit, cancel; and Yammer on its own",
        "Opening \u201cedit photo\u201d again and cancelling makes SharePoint ask after all. "
        "In the evening Alice signs out of Lync, where nobody who is offline has a face. Yammer "
        "was never told of any of this.",
        "The picker follows, search waits for your browser again, Lync is empty, and Yammer keeps "
        "the first photo until Alice sets it there. From here on, press whatever you like.",
        (_PICKER, _SEARCH, _LYNC, "yammer"),
        (
            Beat(Event("edit-cancel", person=LOOKED_AT), _MINUTE),
            Beat(Event("sign-out", person=LOOKED_AT, client=_LYNC), 8 * _HOUR),
        ),
    ),
)


def is_told_in(book: Rulebook) -> bool:
    """True where the era knows everything that the tour speaks of."""
    panels = {panel for stop in STOPS for panel in stop.panels}
    events = [beat.event for stop in STOPS for beat in stop.beats]
    return (
        panels <= book.surfaces.keys()
        and {e.client for e in events if e.client} <= book.surfaces.keys()
        and {e.channel for e in events if e.channel} <= book.channels.keys()
        and {e.verb for e in events if e.channel is None} <= book.actions.keys()
    )
