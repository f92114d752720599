"""The real process, killed again and again in every phase, ends as an undisturbed one does."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.kit import SAMEFACE, Tenant, environment, tenant
from tests.end_to_end.wire import (
    OBSERVE,
    PHASES,
    READ_BACK,
    VAULT,
    WRITE,
    Doom,
    Wire,
    watch_vault,
    wire,
    writes,
)

from sameface.vault import Vault

SPEED = 1000
AFAR = {OBSERVE: 80, VAULT: 60, WRITE: 20, READ_BACK: 12}
"""How many moments of a phase a process may live through before it is killed, at most."""

EARLY = (OBSERVE, VAULT)
"""Phases that a sync comes to soon, so that most deaths may be there."""


@dataclass
class Organisation:
    """A tenant, the vault that is kept of it, and what was asked of it."""

    world: Tenant
    folder: Path
    asked: Counter[str] = field(default_factory=Counter)  # writes in the tenant's own log
    in_flight: Counter[tuple[str, str]] = field(default_factory=Counter)  # (UPN, store) at kills

    def begin(self) -> subprocess.Popen[bytes]:
        """`sameface sync`, in a process of its own."""
        log = (self.folder / "sync.log").open("ab")
        with log:
            return subprocess.Popen(
                [*SAMEFACE, "sync", "--json"],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                env=environment(),
            )

    def read_log(self) -> None:
        """Count the writes since the last time; the log holds no more than the last requests."""
        told = self.world.clear_requests()
        writing = (r for r in told["requests"] if writes(r["method"], r["path"]))
        self.asked.update(f"{r['method']} {r['path'].lower()}" for r in writing)

    def note_in_flight(self) -> None:
        """What the vault has announced and not settled, now that the process is dead."""
        with closing(sqlite3.connect(self.folder / "sameface-vault" / "vault.sqlite")) as file:
            rows = file.execute(
                "SELECT people.upn, actions.store FROM actions JOIN people"
                " ON people.id = actions.person WHERE actions.outcome IS NULL"
            )
            self.in_flight.update(set(rows))

    def change(self, number: int) -> None:
        """Everybody has a new photo in the mailbox."""
        for person in self.world.people():
            if person["options"].get("mailbox", True) is True:
                self.world.post(
                    "events",
                    do="change",
                    person=person["id"],
                    channel="set-userphoto",
                    photo=f"N{number}",
                )

    def held(self) -> dict[tuple[str, str], Any]:
        """(person, store) -> how it stands and with which photos; and the options of a person."""
        people = self.world.people()
        held = {
            (person["id"], store): (told["standing"], told["photo"], told.get("files"))
            for person in people
            for store, told in person["stores"].items()
        }
        return held | {(person["id"], "options"): person["options"] for person in people}

    async def kept(self) -> set[tuple[str, str]]:
        """(UPN, digest) of every version, each whole; and the journal has no gap."""
        found = set()
        async with await Vault.open(self.folder / "sameface-vault") as vault:
            assert await vault.in_flight() == ()
            assert (await vault.verify()).broken is None
            after = None
            while page := await vault.people(after):
                after = page[-1]
                for person in page:
                    for version in await vault.versions(person.id):
                        assert await vault.holds(version.digest)
                        found.add((person.upn, version.digest))
        return found


def through(line: Wire, one: Tenant) -> None:
    """Its settings lead over the wire; only tokens, which no phase is about, come directly."""
    text = one.settings.read_text()
    https = next(row.split('"')[1] for row in text.splitlines() if row.startswith("url = "))
    one.settings.write_text(
        text.replace(f'url = "{https}"', f'url = "http://localhost:{line.port}"')
    )


def killed(one: Organisation, line: Wire, doom: Doom) -> bool:
    """One sync; True where it was killed, and it ended well where it was not."""
    doom.process = one.begin()
    line.doom = doom
    watching = threading.Thread(target=watch_vault, args=[one.folder / "sameface-vault", doom])
    watching.start()
    code = doom.process.wait()
    watching.join()
    line.doom = None
    one.read_log()
    if code == -signal.SIGKILL:
        one.note_in_flight()
        return True
    assert code == 5, (one.folder / "sync.log").read_text()[-2000:]
    return False


def calm(one: Organisation) -> None:
    """One sync that nothing disturbs."""
    assert one.begin().wait() == 5, (one.folder / "sync.log").read_text()[-2000:]
    one.read_log()


def storm(rough: Organisation, quiet: Organisation, line: Wire, *, kills: int, each: int) -> str:
    """Kill until there were enough; gives what it took. Both then have seen the same changes."""
    dice, hit, rounds, began = random.Random(7), Counter[str](), 1, time.monotonic()
    calm(quiet)
    while hit.total() < kills or min(hit[phase] for phase in PHASES) < each:
        short = [phase for phase in PHASES if hit[phase] < each]
        phase = min(short or EARLY, key=lambda name: hit[name])
        late = dice.random() < 0.5
        if killed(rough, line, Doom(phase, dice.randint(1, AFAR[phase]), late)):
            hit[phase] += 1
            continue
        rounds += 1
        for one in (rough, quiet):
            one.change(rounds)
        calm(quiet)
    assert not killed(rough, line, Doom("none", 1, late=False))
    minutes = (time.monotonic() - began) / 60
    return f"{dict(hit)} over {rounds} syncs in {minutes:.0f} min"


def compare(rough: Organisation, quiet: Organisation) -> str:
    """Stores, vaults and the tenants' own logs; gives how many writes were repeated."""
    assert rough.held() == quiet.held()
    assert asyncio.run(rough.kept()) == asyncio.run(quiet.kept())

    assert set(rough.asked) == set(quiet.asked)
    allowed = Counter[str]()
    for (upn, _), count in rough.in_flight.items():
        allowed[upn.lower().replace("@", "_").replace(".", "_")] += count
    repeated = Counter({what: n - quiet.asked[what] for what, n in rough.asked.items()})
    assert min(repeated.values()) >= 0
    for what, count in repeated.items():
        if "setsinglevalue" in what:  # its body says whose it is: one of two for each in flight
            assert count <= 2 * rough.in_flight.total()
        elif count:
            stem = next(name for name in allowed if f"'{name}_" in what)
            assert count <= allowed[stem], what
    return f"{repeated.total()} requests repeated, {rough.in_flight.total()} writes in flight"


def proven(folder: Path, *, people: int, kills: int, each: int) -> str:
    """That many kills, so many in each phase; then all is as if there had been none."""
    arguments = {"people": people, "seed": 3}
    rough, quiet = folder / "rough", folder / "quiet"
    speed = ("--speed", str(SPEED))
    with tenant(rough, *speed, **arguments) as one, tenant(quiet, *speed, **arguments) as other:
        rough_one, quiet_one = Organisation(one, rough), Organisation(other, quiet)
        with wire(int(one.url.rpartition(":")[2])) as line:
            through(line, one)
            took = storm(rough_one, quiet_one, line, kills=kills, each=each)
        return f"{people} people, {took}; {compare(rough_one, quiet_one)}\n"


def test_killed_in_every_phase_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    """While observing, remembering, writing and reading back: the same stores and vault, and no
    write is made again but those in flight."""
    proven(tmp_path, people=12, kills=8, each=2)


@pytest.mark.long
def test_two_hundred_kills_change_nothing_for_a_thousand_people(tmp_path: Path) -> None:
    """The same of 1,000 people, at least 20 in each phase, over as few syncs as that takes."""
    sys.stderr.write(proven(tmp_path, people=1000, kills=200, each=20))
