"""`python -m bench.living WAY PEOPLE`: a day of so many people, in a process of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from bench.population import RULEBOOK, Day, days

from sameface.rules import Event, Photo, Rulebook, World, load_rulebook

Seen = Iterator[frozenset[str | None]]


def by_interpreter(lived: Iterable[Day]) -> Seen:
    """What each person's viewer sees, one person after the other: they are independent."""
    book = load_rulebook(RULEBOOK)
    for day in lived:
        yield _lived(book, day)


def _lived(book: Rulebook, day: Day) -> frozenset[str | None]:
    world = World(book)
    options = {
        "mailbox": day.mailbox,
        "photo-source": day.photo_source,
        "may-edit": day.may_edit,
        "synced": day.synced,
    }
    world.add(day.person, Photo("A"), options)
    changed = world.start + timedelta(seconds=day.changes_s)
    looked = world.start + timedelta(seconds=day.looks_s)
    photo = Photo("B", day.size_bytes)
    change = Event("change", day.person, day.channel, photo)
    if changed <= looked:
        world.advance(changed)
        world.do(change)
        world.advance(looked)
        return world.see(day.viewer, day.surface, day.person)
    world.advance(looked)
    seen = world.see(day.viewer, day.surface, day.person)
    world.advance(changed)
    world.do(change)
    return seen


def by_simpy(together: int) -> Callable[[Iterable[Day]], Seen]:
    """The same by SimPy, so many people in one environment."""

    def living(lived: Iterable[Day]) -> Seen:
        from bench.simpy_model import lives

        return lives(lived, together)

    return living


WAYS: dict[str, Callable[[Iterable[Day]], Seen]] = {
    "sameface": by_interpreter,
    "simpy, all people in one environment": by_simpy(sys.maxsize),
    "simpy, thirty people in each environment": by_simpy(30),
}


def main(way: str, people: int) -> None:
    """The CPU seconds that living took, without those of making the people up; and peak memory."""
    began = time.process_time()
    for _ in days(people):
        pass
    made = time.process_time()
    for _ in WAYS[way](days(people)):
        pass
    lived = time.process_time()
    told = {"seconds": lived - made - (made - began), "peak_mb": _peak_mb()}
    sys.stdout.write(json.dumps(told))


def _peak_mb() -> float:
    """The most memory this process held: its own, unlike what wait4 tells of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
