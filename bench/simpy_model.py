"""The rules of 2024 as a SimPy model, written by hand: what `bench.propagation` measures against.

One process lives a person's day; what takes time is a timeout with a callback, which SimPy runs
faster than a process of its own. Times are seconds since the start; photos are (name, bytes). What
the rulebook says of other options, actions and eras is left out, and so is why a photo came: the
model has less to do than the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import simpy
from bench.population import Day
from simpy.events import Event, ProcessGenerator

HALF_HOUR, DAY = 1800, 86400
TO_TEAMS, TO_EXCHANGE, TO_ENGAGE = 3 * DAY, DAY, DAY
"""What a photo takes at the latest; at the earliest it is there at once."""

AD_BYTES, ENTRA_BYTES, EXCHANGE_BYTES = 102_400, 4_194_304, 512_000
CLOUD = frozenset({"my-account", "teams", "outlook-online", "graph", "admin-center"})
OWN = frozenset({"my-account", "teams", "outlook-online"})
Photo = tuple[str, int | None]
FIRST: Photo = ("A", None)


class Person:
    """One person in one world: the earliest, or (where `late`) the latest."""

    __slots__ = (
        "ad",
        "asked",
        "browser",
        "day",
        "engage",
        "entra",
        "env",
        "exchange",
        "late",
        "outlook",
        "seen",
        "shown",
        "site",
        "teams",
        "teams_client",
    )

    def __init__(self, env: simpy.Environment, day: Day, *, late: bool) -> None:
        self.env, self.day, self.late = env, day, late
        self.ad = self.entra = self.site = self.teams = self.engage = FIRST
        self.exchange: Photo | None = FIRST if day.mailbox else None
        self.shown = True
        self.asked: float | None = None
        self.browser: dict[tuple[str, str], str] = {}
        self.outlook: dict[str, list[str]] = {}
        self.teams_client: dict[str, list[tuple[str, float]]] = {}
        self.seen: frozenset[str | None] = frozenset()

    def live(self) -> ProcessGenerator:
        """The day: the change and the look, whichever comes first."""
        day, env = self.day, self.env
        if day.changes_s <= day.looks_s:
            yield env.timeout(day.changes_s)
            self.change()
            yield env.timeout(day.looks_s - day.changes_s)
            self.seen = frozenset(self.look())
        else:
            yield env.timeout(day.looks_s)
            self.seen = frozenset(self.look())
            yield env.timeout(day.changes_s - day.looks_s)
            self.change()

    # --- changing ------------------------------------------------------------------------------

    def change(self) -> None:
        """Write the new photo where the channel writes, if that is allowed and it fits."""
        day, channel = self.day, self.day.channel
        photo = ("B", day.size_bytes)
        if channel in CLOUD:
            allowed = day.photo_source != "on-premises" and (day.may_edit or channel not in OWN)
            if allowed and day.size_bytes <= ENTRA_BYTES:
                self.write_entra(photo)
        elif channel == "set-userphoto":
            if day.mailbox == "on-premises" and day.size_bytes <= EXCHANGE_BYTES:
                self.write_exchange(photo)
        elif channel == "user-photos-upload":
            self.site = photo
        elif channel == "dirsync" and day.size_bytes <= AD_BYTES:
            self.write_ad(photo)

    def write_ad(self, photo: Photo) -> None:
        """Entra Connect takes it with its next cycle."""
        self.ad = photo
        wait = HALF_HOUR - self.env.now % HALF_HOUR
        self.env.timeout(wait).callbacks.append(self.cycle)

    def cycle(self, _: Event) -> None:
        day = self.day
        if day.synced and day.photo_source != "cloud" and self.ad[0] != self.entra[0]:
            self.write_entra(self.ad)

    def write_entra(self, photo: Photo) -> None:
        """Teams, Exchange and Viva Engage follow."""
        self.entra = photo
        if self.late:
            timeout = self.env.timeout
            timeout(TO_TEAMS, photo).callbacks.append(self.reach_teams)
            timeout(TO_EXCHANGE, photo).callbacks.append(self.reach_exchange)
            timeout(TO_ENGAGE, photo).callbacks.append(self.reach_engage)
        else:
            self.teams = self.engage = photo
            if self.day.mailbox is True:
                self.write_exchange(photo)

    def reach_teams(self, event: Event) -> None:
        self.teams = _photo(event)

    def reach_exchange(self, event: Event) -> None:
        if self.day.mailbox is True:
            self.write_exchange(_photo(event))

    def reach_engage(self, event: Event) -> None:
        self.engage = _photo(event)

    def write_exchange(self, photo: Photo) -> None:
        """On the premises Exchange writes a thumbnail into AD."""
        self.exchange = photo
        if self.day.mailbox == "on-premises" and self.ad[0] != photo[0]:
            self.write_ad((photo[0], None))

    # --- looking -------------------------------------------------------------------------------

    def look(self) -> Iterable[str | None]:
        """All photos that may be seen: one, or what a cache may keep beside it."""
        day, surface = self.day, self.day.surface
        if surface == "m365-profile":
            return (self.entra[0],)
        if surface == "yammer":
            return (self.engage[0],)
        if surface in ("teams", "teams-meeting"):
            return self.through_teams()
        if surface == "outlook-online-mail":
            return (self.exchange and self.exchange[0],)
        if surface == "outlook-client":
            return self.through_outlook()
        if surface == "sharepoint-my-site" and day.viewer == day.person:
            self.view_large()
        return (self.in_sharepoint("large" if surface == "sharepoint-my-site" else "medium"),)

    def view_large(self) -> None:
        """SharePoint asks Exchange, at most once in 24 hours."""
        if self.day.mailbox is not True:
            return
        if self.asked is None or self.env.now - self.asked >= DAY:
            self.asked = self.env.now
            if self.exchange is not None:
                self.site, self.shown = self.exchange, True

    def in_sharepoint(self, file: str) -> str | None:
        day = self.day
        if day.mailbox is True and not self.shown:
            return None
        held = self.site if day.mailbox is True else self.entra
        store = "site" if day.mailbox is True else "entra"
        return self.browser.setdefault((day.viewer, store + file), held[0])

    def through_outlook(self) -> Iterator[str | None]:
        """Its PhotoCache folder may keep every picture it ever showed."""
        fresh = self.exchange and self.exchange[0]
        kept = self.outlook.setdefault(self.day.viewer, [])
        yield fresh
        yield from (name for name in kept if name != fresh)
        if fresh is not None and fresh not in kept:
            kept.append(fresh)

    def through_teams(self) -> Iterator[str | None]:
        """The client may keep a picture for 60 days."""
        fresh, now = self.teams[0], self.env.now
        kept = self.teams_client.setdefault(self.day.viewer, [])
        yield fresh
        yield from (name for name, at in kept if name != fresh and now - at < 60 * DAY)
        kept.append((fresh, now))


def _photo(event: Event) -> Photo:
    return cast("Photo", event.value)


def lives(days: Iterable[Day], together: int) -> Iterator[frozenset[str | None]]:
    """What each person's viewer sees, in both worlds; `together` people in one environment."""
    batch: list[Day] = []
    for day in days:
        batch.append(day)
        if len(batch) == together:
            yield from _lived(batch)
            batch = []
    yield from _lived(batch)


def _lived(batch: list[Day]) -> Iterator[frozenset[str | None]]:
    env = simpy.Environment()
    both = [(Person(env, day, late=False), Person(env, day, late=True)) for day in batch]
    for early, late in both:
        env.process(early.live())
        env.process(late.live())
    env.run(until=DAY)
    for early, late in both:
        yield early.seen | late.seen
