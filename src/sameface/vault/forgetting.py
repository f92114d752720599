"""Forgetting: everything about a person leaves the vault, but for proof that it did."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

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
    upsert,
    versions,
    withheld,
)
from sameface.vault.people import account_of
from sameface.vault.values import Entry

NAMELESS = "forgotten "
"""How the handle of an account begins whose names are not kept."""

_STRANGE = (
    "that goes by a name of somebody who was forgotten; if it is theirs, remove it there, if it is "
    "somebody else's, say whose, or `sameface forget NAME --allow` takes up whoever has the name"
)


async def like(connection: AsyncConnection, person: str) -> list[Any]:
    """The rows of doubtful accounts that go by that person's names, or were theirs."""
    names = await _names(connection, person)
    whose = sa.or_(accounts.c.person.is_(None), accounts.c.person == person)
    rows = await connection.execute(sa.select(accounts).where(accounts.c.doubt.is_not(None), whose))
    return [row for row in rows if row.person == person or _may_be(account_of(row)) & names]


async def erase(connection: AsyncConnection, person: str, run: str, at: datetime) -> list[str]:
    """Delete every row about that person; gives the digests of their versions.

    What stays are hashes: of pictures, and of names. Those of names keep the person from being
    taken up again by the next look at a store. A doubtful account that goes by these names stays
    doubtful, and loses its own.
    """
    digests = sorted(
        await connection.scalars(sa.select(versions.c.digest).where(versions.c.person == person))
    )
    owned = (await connection.execute(sa.select(accounts).where(accounts.c.person == person))).all()
    doubtful = await like(connection, person)
    names = await _names(connection, person)
    rows = [{"key": name, "person": person, "at": at} for name in sorted(names)]
    await insert_missing(connection, forgotten, rows)
    for row in (*owned, *doubtful):
        for table in (observations, accounts):
            which = (table.c.store == row.store, table.c.ref == row.ref)
            await connection.execute(table.delete().where(*which))
    for table in (actions, agreements, pins, withheld, versions, keys):
        await connection.execute(table.delete().where(table.c.person == person))
    await connection.execute(people.delete().where(people.c.id == person))
    there = [_nameless(row.store, row.ref, row.seen_in) for row in doubtful if not row.gone]
    await upsert(connection, accounts, there)
    why = "removed from the vault; what is left is this hash of the picture"
    gone = [Entry(at, "erased", why, run, person, before=digest) for digest in digests]
    why = f"{len(digests)} pictures and all that named this person were removed from the vault"
    await journal.write(connection, [*gone, Entry(at, "forgotten", why, run, person)])
    return digests


async def parted(
    connection: AsyncConnection, listed: Sequence[Account], look: int
) -> list[Account]:
    """Those of these accounts of one store that are of nobody forgotten.

    Of the others, one that has no more than a name of theirs may be somebody else's: it is doubtful
    from now on, without its names.
    """
    anybody = (await connection.execute(sa.select(forgotten.c.key).limit(1))).first()
    if anybody is None or not listed:
        return list(listed)
    hashes = {account.ref: _may_be(account) for account in listed}
    every = set[str]().union(*hashes.values())
    query = sa.select(forgotten.c.key).where(forgotten.c.key.in_(every))
    found = set(await connection.scalars(query))
    rest = [account for account in listed if not hashes[account.ref] & found]
    strange = [a for a in listed if hashes[a.ref] & found and not _must_be(a) & found]
    await _doubt(connection, listed, {account.ref for account in strange}, look)
    return rest


def nameless(ref: str) -> str:
    """Instead of its handle, that of an account whose names are not kept."""
    return f"{NAMELESS}{_hash('nameless', ref)}"


async def allow(connection: AsyncConnection, name: str, at: datetime) -> bool:
    """Somebody forgotten may be taken up again; False where nobody of that name was forgotten."""
    found = await _so_called(connection, name)
    for person in found:
        await connection.execute(forgotten.delete().where(forgotten.c.person == person))
        await connection.execute(accounts.delete().where(accounts.c.ref.startswith(NAMELESS)))
        why = "may be taken up again at the next look"
        await journal.write(connection, [Entry(at, "allowed", why, person=person)])
    return bool(found)


async def was_forgotten(connection: AsyncConnection, name: str) -> bool:
    """True where somebody of that name was forgotten, and not allowed again."""
    return bool(await _so_called(connection, name))


async def _so_called(connection: AsyncConnection, name: str) -> list[str]:
    """Who they were, by their ids."""
    pairs = {comparable(kind, name) for kind in (Key.UPN, Key.MAIL, Key.OBJECT_GUID)} - {None}
    asked = {_hash(str(pair[0]), pair[1]) for pair in pairs if pair is not None}
    query = sa.select(forgotten.c.person).where(forgotten.c.key.in_(asked)).distinct()
    return list(await connection.scalars(query))


async def _names(connection: AsyncConnection, person: str) -> set[str]:
    """Hashes of all that names this person and nobody else, their accounts included."""
    owned = (await connection.execute(sa.select(accounts).where(accounts.c.person == person))).all()
    known = await connection.execute(
        sa.select(keys.c.kind, keys.c.value).where(keys.c.person == person)
    )
    theirs = [account_of(row) for row in owned]
    mere = set[str]().union(*map(aliases_of, theirs)).difference(*map(own_addresses, theirs))
    names = {_hash(k, value) for k, value in known if Key(k) in STRONG and value not in mere}
    return names | set(map(_place, theirs))


async def _doubt(
    connection: AsyncConnection, listed: Sequence[Account], strange: Collection[str], look: int
) -> None:
    """Of these accounts, the strange ones are doubtful for what they are called, and no others."""
    refs = {nameless(account.ref): account for account in listed}
    here = accounts.c.store == listed[0].store
    query = sa.select(accounts.c.ref, accounts.c.seen_in).where(here, accounts.c.ref.in_(refs))
    seen = {row.ref: row.seen_in for row in await connection.execute(query)}
    if settled := [ref for ref in seen if refs[ref].ref not in strange]:
        await connection.execute(accounts.delete().where(here, accounts.c.ref.in_(settled)))
    rows = [
        _nameless(one.store, one.ref, max(look, seen.get(ref, 0)))  # looks may overlap
        for ref, one in refs.items()
        if one.ref in strange
    ]
    await upsert(connection, accounts, rows)


def _nameless(store: str, ref: str, look: int) -> dict[str, Any]:
    """The row of a doubtful account whose names are not kept."""
    return {
        "store": store,
        "ref": nameless(ref),
        "person": None,
        "name": "",
        "keys": [],
        "doubt": f"{store} has an account {_STRANGE}",
        "seen_in": look,
        "gone": False,
    }


def _may_be(account: Account) -> set[str]:
    """Hashes by which the account may be of somebody; where that was said, of whom it was said."""
    said = [value for kind, value in keys_of(account) if kind is Key.MAPPED]
    if said:
        return {_hash(str(kind), value) for kind in (Key.UPN, Key.MAIL) for value in said}
    return {_hash(str(kind), value) for kind, value in _strong(account)} | {_place(account)}


def _must_be(account: Account) -> set[str]:
    """Those of them that leave no doubt: which object it is, or else its handle."""
    own = keys_of(account)
    if any(kind is Key.MAPPED for kind, _ in own):
        return _may_be(account)
    objects = {_hash(str(kind), value) for kind, value in own if kind is Key.OBJECT_GUID}
    return objects or {_place(account)}


def _place(account: Account) -> str:
    return _hash(f"account in {account.store}", account.ref)


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
