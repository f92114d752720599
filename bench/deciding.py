"""Deciding about 100,000 people in five stores, on one core: what is pure costs no request."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.measuring import say, table

from sameface.sync import Leave, Policy, decide
from sameface.values import STORES, Account, Cell, Key, Person, Standing
from sameface.vault import Agreement

PEOPLE = 100_000
GOAL_S = 5
_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_DIFFER, _EMPTY = 0.1, 0.03  # of all accounts: another photo than agreed, and none

Case = tuple[Person, list[Cell], list[Agreement]]


def run() -> None:
    """Seconds of computing for all verdicts, everybody having an account in every store."""
    leaves = {store: Leave(writes=True, removes=True) for store in STORES}
    policy = Policy(("active-directory", "exchange"), leaves)
    cases = list(_cases())
    began = time.process_time()
    writes = sum(len(decide(*case, policy).actions) for case in cases)  # in one thread
    seconds = time.process_time() - began
    table(
        f"`decide` for {PEOPLE:,} people x {len(STORES)} stores, on one core",
        ("", "CPU s", "people/s", "writes decided"),
        [("decide", f"{seconds:.1f}", f"{PEOPLE / seconds:,.0f}", f"{writes:,}")],
    )
    say(f"Goal: under {GOAL_S} s.\n")


def _cases() -> Iterator[Case]:
    dice = random.Random(1)
    for number in range(PEOPLE):
        upn = f"p{number}@x.test"
        accounts = tuple(Account(s, f"{s}-{number}", "", ((Key.UPN, upn),)) for s in STORES)
        person = Person(f"id{number}", upn, upn, accounts)
        agreed = [Agreement(person.id, store, "A", "k", _NOW) for store in STORES]
        yield person, [_cell(store, dice.random()) for store in STORES], agreed


def _cell(store: str, chance: float) -> Cell:
    if chance < _EMPTY:
        return Cell(store, Standing.NEVER, _NOW)
    photo = "B" if chance < _EMPTY + _DIFFER else "A"
    return Cell(store, Standing.PHOTO, _NOW, photo, change_key="k")
