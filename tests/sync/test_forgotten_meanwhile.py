"""Somebody is forgotten while a run looks at their store: they stay forgotten, and it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.servers.memory_store import MemoryStore, face, may_write
from tests.sync.kit import Office

from sameface.values import Account, Picture
from sameface.vault import Vault

PEOPLE = [f"p{number}@x.test" for number in range(9)]
GONE, LAST = "p3@x.test", "p5@x.test"


@dataclass
class Waiting(MemoryStore):
    """A store whose picture of `LAST` is long in coming, once it is asked to be."""

    asked_for: asyncio.Event = field(default_factory=asyncio.Event)
    comes: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, account: Account, *more: Any) -> Picture | None:
        if account.ref == LAST:
            self.asked_for.set()
            await self.comes.wait()
        return await super().read(account, *more)


async def forgotten_meanwhile(office: Office, store: Waiting) -> None:
    """A look at everybody, during which another process forgets somebody it has seen already."""
    store.asked_for.clear()
    store.comes.clear()
    look = asyncio.create_task(office.status())
    await store.asked_for.wait()
    async with await Vault.open(office.vault.folder) as other:
        await other.erase((await other.person(GONE)).id, "r", office.clock.now())
    store.comes.set()
    outcome = await look
    assert outcome.failures == ()
    assert await office.vault.remembered("exchange", [GONE]) == {}
    assert set(await office.vault.remembered("exchange", PEOPLE)) == {*PEOPLE} - {GONE}


@pytest.mark.parametrize("look", [0, 1], ids=["the same photos", "new photos"])
async def test_a_look_ends_and_leaves_nothing_of_them(office: Office, look: int) -> None:
    """Whether their photo is a new one or a known one: no row of theirs comes back."""
    able = may_write("exchange", writes=True, change_key=False)
    store = Waiting("exchange", office.clock, able)
    office.stores["exchange"] = store
    store.comes.set()
    for upn in PEOPLE:
        store.join(upn, face(upn))
    await office.status()
    for upn in PEOPLE:
        store.put(upn, face(upn, look))

    await forgotten_meanwhile(office, store)
