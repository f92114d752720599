"""A day in the life of many people, by a seed: who they are, one change and one look each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

RULEBOOK = "microsoft365-2024"
CHANNELS = (
    *("my-account", "teams", "outlook-online", "graph", "admin-center"),
    *("set-userphoto", "user-photos-upload", "dirsync"),
)
SURFACES = (
    *("m365-profile", "sharepoint-my-site", "sharepoint-pages", "outlook-online-mail"),
    *("outlook-client", "teams", "teams-meeting", "yammer"),
)
_MAILBOXES: tuple[bool | str, ...] = (*[True] * 8, "on-premises", False)
_SOURCES = (*["undefined"] * 8, "cloud", "on-premises")
_SIZES = (20_000, 90_000, 300_000, 600_000)


class Day(NamedTuple):
    """One person's day; times are seconds since its start, and a photo A is there before it."""

    person: str
    mailbox: bool | str
    photo_source: str
    may_edit: bool
    synced: bool
    channel: str
    size_bytes: int
    changes_s: int
    surface: str
    viewer: str
    looks_s: int


def days(people: int, seed: int = 1) -> Iterator[Day]:
    """One day for each of so many people, made as they are asked for."""
    dice = random.Random(seed)
    pick, roll = dice.choice, dice.random
    for number in range(people):
        person = f"p{number}"
        yield Day(
            person=person,
            mailbox=pick(_MAILBOXES),
            photo_source=pick(_SOURCES),
            may_edit=roll() < 0.9,
            synced=roll() < 0.7,
            channel=pick(CHANNELS),
            size_bytes=pick(_SIZES),
            changes_s=int(roll() * 86400),
            surface=pick(SURFACES),
            viewer=person if roll() < 0.2 else "a colleague",
            looks_s=int(roll() * 86400),
        )
