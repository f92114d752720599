"""Forgetting: everything about a person leaves the vault, but for proof that it did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.people import aliases_of, comparable, keys_of, own_addresses
from sameface.people.keys import STRONG
from sameface.values import Account, Key
from sameface.vault import journal
from sameface.vault.database import (
    accounts,
    actions,
    agreements,
    forgotten,
    insert_missing,
    keys,
    observations,
    people,
    pins,
    versions,
    withheld,
)
from sameface.vault.people import account_of
from sameface.vault.values import Entry


async def only_theirs(connection: AsyncConnection, person: str) -> tuple[str, ...]:
    """Digests of the pictures that are that person's and nobody else's."""
    others = sa.select(versions.c.digest).where(versions.c.person != person)
    query = sa.select(versions.c.digest).where(versions.c.person == person)
    rows = await connection.scalars(query.where(versions.c.digest.not_in(others)))
    return tuple(sorted(rows))


async def erase(connection: AsyncConnection, person: str, run: str, at: datetime) -> None:
    """Delete every row about that person. What stays are hashes: of pictures, and of names.

    The hashes of names keep the person from being taken up again by the next look at a store.
    """
    digests = sorted(
        await connection.scalars(sa.select(versions.c.digest).where(versions.c.person == person))
    )
    owned = (await connection.execute(sa.select(accounts).where(accounts.c.person == person))).all()
    known = await connection.execute(
        sa.select(keys.c.kind, keys.c.value).where(keys.c.person == person)
    )
    theirs = [account_of(row) for row in owned]
    mere = set[str]().union(*map(aliases_of, theirs)).difference(*map(own_addresses, theirs))
    names = {_hash(k, value) for k, value in known if Key(k) in STRONG and value not in mere}
    names |= {_hash(f"account in {row.store}", row.ref) for row in owned}
    rows = [{"key": name, "person": person, "at": at} for name in sorted(names)]
    await insert_missing(connection, forgotten, rows)
    for row in owned:
        which = (observations.c.store == row.store, observations.c.ref == row.ref)
        await connection.execute(observations.delete().where(*which))
    for table in (actions, agreements, pins, withheld, versions, keys, accounts):
        await connection.execute(table.delete().where(table.c.person == person))
    await connection.execute(people.delete().where(people.c.id == person))
    why = "removed from the vault; what is left is this hash of the picture"
    gone = [Entry(at, "erased", why, run, person, before=digest) for digest in digests]
    why = f"{len(digests)} pictures and all that named this person were removed from the vault"
    await journal.write(connection, [*gone, Entry(at, "forgotten", why, run, person)])


async def refused(connection: AsyncConnection, listed: Sequence[Account]) -> set[str]:
    """The `ref` of those accounts that are of somebody forgotten."""
    hashes = {account.ref: _hashes(account) for account in listed}
    every = set().union(*hashes.values()) if hashes else set()
    if (await connection.execute(sa.select(forgotten.c.key).limit(1))).first() is None:
        return set()
    query = sa.select(forgotten.c.key).where(forgotten.c.key.in_(every))
    found = set(await connection.scalars(query))
    return {ref for ref, theirs in hashes.items() if theirs & found}


async def allow(connection: AsyncConnection, name: str, at: datetime) -> bool:
    """Somebody forgotten may be taken up again; False where nobody of that name was forgotten."""
    pairs = {comparable(kind, name) for kind in (Key.UPN, Key.MAIL, Key.OBJECT_GUID)} - {None}
    asked = {_hash(str(pair[0]), pair[1]) for pair in pairs if pair is not None}
    query = sa.select(forgotten.c.person).where(forgotten.c.key.in_(asked)).distinct()
    found = list(await connection.scalars(query))
    for person in found:
        await connection.execute(forgotten.delete().where(forgotten.c.person == person))
        why = "may be taken up again at the next look"
        await journal.write(connection, [Entry(at, "allowed", why, person=person)])
    return bool(found)


def _hashes(account: Account) -> set[str]:
    named = {_hash(str(kind), value) for kind, value in _strong(account)}
    return named | {_hash(f"account in {account.store}", account.ref)}


def _strong(account: Account) -> Iterable[tuple[Key, str]]:
    """Keys that name one person, an address as either kind it may be filed under.

    Aliases are left out: whoever gets the mail of somebody forgotten is not forgotten.
    """
    aliases = aliases_of(account)
    for kind, value in keys_of(account):
        if value in aliases:
            continue
        if kind in STRONG:
            yield kind, value
        if kind is Key.UPN:
            yield Key.MAIL, value
        elif kind is Key.MAIL:
            yield Key.UPN, value


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(f"sameface forgotten\n{kind}\n{value}".encode()).hexdigest()
