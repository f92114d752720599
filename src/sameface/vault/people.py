"""People and their accounts in the vault: joining what connectors list, finding, listing."""

from __future__ import annotations

import difflib
import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sameface.errors import UnknownPerson
from sameface.people import Known, Match, comparable, correlate
from sameface.people.correlation import meeting, resting_on
from sameface.people.keys import keys_of
from sameface.values import STORES, Account, Key, Person
from sameface.vault.database import accounts, among, insert_missing, keys, looks, people, upsert
from sameface.vault.values import Doubt

_NEAR = 200  # how many candidates are compared when nobody has a name


async def adopt(
    connection: AsyncConnection, listed: Sequence[Account], look: int, at: datetime
) -> tuple[Match, ...]:
    """Whose each account of one store is, new people included; all of it kept.

    `look` is the pass over the store that listed them.
    """
    if not listed:
        return ()
    rows = await _rows(connection, listed)
    settled = [account for account in listed if _settled(rows.get(account.ref), account)]
    contested = await _contested(connection, settled, rows)
    quiet = {account.ref for account in settled} - contested
    unsettled = [account for account in listed if account.ref not in quiet]
    known = await _known(connection, unsettled, rows)
    matches = {m.account.ref: m for m in correlate(unsettled, known, _new_id)}
    await _keep(connection, [m for m in matches.values() if m.person is not None], at)
    whole = tuple(
        matches.get(account.ref) or Match(account, rows[account.ref].person) for account in listed
    )
    await upsert(connection, accounts, [_row(m, rows.get(m.account.ref), look) for m in whole])
    for match in whole:
        if match.instead_of is not None:
            await lost(connection, replace(match.account, ref=match.instead_of))
    return whole


async def begin_look(connection: AsyncConnection, store: str, at: datetime) -> int:
    """Number a pass over a store, so that its end can tell who was not listed."""
    row = looks.insert().values(store=store, began_at=at).returning(looks.c.id)
    return int((await connection.execute(row)).scalar_one())


async def end_look(connection: AsyncConnection, look: int, at: datetime) -> None:
    """The pass saw the whole store: accounts that no pass since then has listed are gone."""
    await gone(connection, look, accounts.c.seen_in < look)
    await connection.execute(looks.update().where(looks.c.id == look).values(ended_at=at))


async def gone(connection: AsyncConnection, look: int, which: sa.ColumnElement[bool]) -> None:
    """Those accounts of the store that was looked at are gone.

    What is doubtful beside them is explained anew: while the look went on, they were still there.
    """
    store = sa.select(looks.c.store).where(looks.c.id == look).scalar_subquery()
    here = accounts.c.store == store
    left = accounts.update().where(here, which, ~accounts.c.gone).values(gone=True)
    if (await connection.execute(left)).rowcount == 0:
        return
    doubtful = sa.select(accounts).where(
        here, ~accounts.c.gone, accounts.c.doubt.is_not(None), accounts.c.person.is_(None)
    )
    for row in (await connection.execute(doubtful)).all():
        account = account_of(row)
        known = await _known(connection, [account], {})
        (match,) = correlate([account], known, _new_id)
        if match.doubt is not None:  # what is settled by now, the next look takes up
            this = (accounts.c.store == row.store, accounts.c.ref == row.ref)
            await connection.execute(accounts.update().where(*this).values(doubt=match.doubt))


async def lost(connection: AsyncConnection, account: Account) -> None:
    """The store, asked for just this account, does not know it any more."""
    which = (accounts.c.store == account.store, accounts.c.ref == account.ref)
    await connection.execute(accounts.update().where(*which).values(gone=True))


async def page(connection: AsyncConnection, after: Person | None, limit: int) -> tuple[Person, ...]:
    """The next people, by name, after where that one stood, who may be called otherwise by now."""
    order = (people.c.sorted, people.c.id)
    query = sa.select(people).order_by(*order).limit(limit)
    if after is not None:
        last = (_sorted(after.name), after.id)
        query = query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, last)))
    return await _people(connection, query)


async def ids(connection: AsyncConnection, after: str | None, limit: int) -> tuple[str, ...]:
    """The next people's ids after that one, in the order of ids."""
    query = sa.select(people.c.id).order_by(people.c.id).limit(limit)
    if after is not None:
        query = query.where(people.c.id > after)
    return tuple(await connection.scalars(query))


async def chosen(connection: AsyncConnection, ids: Collection[str]) -> tuple[Person, ...]:
    """These people, by name."""
    query = sa.select(people).where(people.c.id.in_(ids)).order_by(people.c.sorted, people.c.id)
    return await _people(connection, query)


async def find(connection: AsyncConnection, name: str) -> Person:
    """Who answers to an id, UPN, mail, account name or display name; raises UnknownPerson."""
    ids = await _called(connection, name)
    found = await chosen(connection, ids)
    if len(found) == 1:
        return found[0]
    near = tuple(_spoken(person) for person in found) or await _near(connection, name)
    raise UnknownPerson(name, near, several=bool(found))


async def doubts(
    connection: AsyncConnection, after: tuple[str, str] | None, limit: int
) -> tuple[Doubt, ...]:
    """Accounts that are nobody's, after that (store, ref)."""
    order = (accounts.c.store, accounts.c.ref)
    query = sa.select(accounts).where(accounts.c.doubt.is_not(None), ~accounts.c.gone)
    if after is not None:
        query = query.where(sa.tuple_(*order) > sa.tuple_(*map(sa.literal, after)))
    rows = await connection.execute(query.order_by(*order).limit(limit))
    return tuple(Doubt(account_of(row), row.doubt) for row in rows)


# ---------------------------------------------------------------------------
# Joining


async def _rows(connection: AsyncConnection, listed: Sequence[Account]) -> dict[str, Any]:
    query = sa.select(accounts).where(
        accounts.c.store == listed[0].store, accounts.c.ref.in_([a.ref for a in listed])
    )
    return {row.ref: row for row in await connection.execute(query)}


def _settled(row: Any, account: Account) -> bool:
    """True when nothing about this account is new, so that it stays whose it is."""
    return (
        row is not None
        and row.person is not None
        and row.doubt is None
        and not row.gone
        and account_of(row) == account
    )


async def _contested(
    connection: AsyncConnection, settled: Sequence[Account], rows: dict[str, Any]
) -> set[str]:
    """Handles of those that are nothing but a name which others have, or had, as well."""
    resting = {a.ref: {(str(kind), v) for kind, v in resting_on(a)} for a in settled}
    pairs = set[tuple[str, str]]().union(*resting.values())
    if not pairs:
        return set()
    query = sa.select(keys).where(among(pairs, keys.c.kind, keys.c.value))
    having: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in await connection.execute(query):
        having[row.kind, row.value].add(row.person)
    return {
        ref
        for ref, names in resting.items()
        if set[str]().union(*(having[name] for name in names)) - {rows[ref].person}
    }


async def _known(
    connection: AsyncConnection, unsettled: Sequence[Account], rows: dict[str, Any]
) -> list[Known]:
    """Everybody who owns one of these accounts or one of their keys."""
    pairs = {(str(kind), value) for a in unsettled for kind, value in meeting(a)}
    ids = {rows[a.ref].person for a in unsettled if a.ref in rows} - {None}
    if pairs:
        asked = among(pairs, keys.c.kind, keys.c.value)
        ids |= set(await connection.scalars(sa.select(keys.c.person).where(asked)))
    if not ids:
        return []
    known = {person: Known(person) for person in ids}
    for row in await connection.execute(sa.select(keys).where(keys.c.person.in_(ids))):
        known[row.person].keys.add((Key(row.kind), row.value))
    for row in await connection.execute(sa.select(accounts).where(accounts.c.person.in_(ids))):
        known[row.person].accounts.append((account_of(row), not (row.gone or row.doubt)))
    return [known[person] for person in sorted(known)]


async def _keep(connection: AsyncConnection, matches: Sequence[Match], at: datetime) -> None:
    """New people, better names, and the keys by which they will be known."""
    joined = {m.person for m in matches}
    query = sa.select(people).where(people.c.id.in_(joined))
    rows = {row.id: dict(row._mapping) for row in await connection.execute(query)}  # noqa: SLF001
    named: dict[str, dict[str, Any]] = {}
    for match in matches:
        assert match.person is not None
        fresh = _named(match.person, match.account, at)
        before = named.get(match.person) or rows.get(match.person)
        if before is None:
            named[match.person] = fresh
        elif fresh["rank"] <= before["rank"]:
            named[match.person] = fresh | {"since": before["since"]}
    await upsert(connection, people, list(named.values()))
    pairs = [
        {"kind": str(kind), "value": value, "person": match.person}
        for match in matches
        for kind, value in keys_of(match.account)
    ]
    await insert_missing(connection, keys, pairs)


def _named(person: str, account: Account, at: datetime) -> dict[str, Any]:
    """How this account would call its person. Directories call people best, folders worst."""
    own = dict(reversed(keys_of(account)))
    upn = own.get(Key.UPN) or own.get(Key.MAIL) or own.get(Key.ACCOUNT_NAME) or account.ref
    rank = STORES.index(account.store) if account.store in STORES else len(STORES)
    if not own.get(Key.UPN):
        rank += len(STORES)
    name = account.name or upn
    row = {"id": person, "name": name, "upn": upn, "rank": rank, "since": at}
    return row | {"sorted": _sorted(name)}


def _sorted(name: str) -> str:
    """By what lists of people are ordered."""
    return name.casefold()


def _row(match: Match, before: Any, look: int) -> dict[str, Any]:
    """The account's row. One that became doubtful keeps what it was, so that it stays doubtful."""
    account, person = match.account, match.person
    if match.doubt and before is not None and before.person is not None:
        account, person = account_of(before), before.person
    return {
        "store": account.store,
        "ref": account.ref,
        "person": person,
        "name": account.name,
        "keys": [[str(kind), value] for kind, value in account.keys],
        "doubt": match.doubt,
        "seen_in": look if before is None else max(look, before.seen_in),  # looks may overlap
        "gone": False,
    }


def _new_id() -> str:
    return secrets.token_hex(8)


# ---------------------------------------------------------------------------
# Finding


async def _people(connection: AsyncConnection, query: sa.Select[Any]) -> tuple[Person, ...]:
    rows = list(await connection.execute(query))
    theirs: dict[str, list[Account]] = defaultdict(list)
    owned = sa.select(accounts).where(
        accounts.c.person.in_([row.id for row in rows]),
        ~accounts.c.gone,
        accounts.c.doubt.is_(None),
    )
    for row in await connection.execute(owned.order_by(accounts.c.store, accounts.c.ref)):
        theirs[row.person].append(account_of(row))
    return tuple(Person(row.id, row.name, row.upn, tuple(theirs[row.id])) for row in rows)


def account_of(row: Any) -> Account:
    """The account that a row of `accounts` says."""
    pairs = tuple((Key(kind), value) for kind, value in row.keys)
    return Account(row.store, row.ref, row.name, pairs)


async def _called(connection: AsyncConnection, name: str) -> set[str]:
    """Ids of those who have that name as a key; of those so displayed only where there is none.

    Who signs in by it comes before who also gets mail by it, as who took over from somebody does.
    """
    spelt = (Key.UPN, Key.MAIL, Key.ACCOUNT_NAME, Key.EMPLOYEE_ID, Key.OBJECT_GUID)
    pairs = {pair for kind in spelt if (pair := comparable(kind, name)) is not None}
    asked = among(pairs, keys.c.kind, keys.c.value)
    rows = list(await connection.execute(sa.select(keys.c.person, keys.c.kind).where(asked)))
    signing_in = {row.person for row in rows if row.kind == Key.UPN}
    ids = signing_in or {row.person for row in rows}
    if not ids:
        shown = sa.or_(people.c.id == name, people.c.sorted == name.strip().casefold())
        ids = set(await connection.scalars(sa.select(people.c.id).where(shown)))
    return ids


async def _near(connection: AsyncConnection, name: str) -> tuple[str, ...]:
    """Up to three names that look alike, among those that share a beginning with a part of it."""
    part = name.strip().casefold()[:2]
    alike = sa.or_(
        people.c.sorted.startswith(part, autoescape=True),
        people.c.upn.startswith(part, autoescape=True),
        people.c.sorted.contains(f" {part}", autoescape=True),
    )
    rows = await connection.execute(
        sa.select(people.c.name, people.c.upn).where(alike).limit(_NEAR)
    )
    told = {text.casefold(): row.upn for row in rows for text in (row.name, row.upn)}
    close = difflib.get_close_matches(name.strip().casefold(), told, n=6, cutoff=0.5)
    return tuple(dict.fromkeys(told[text] for text in close))[:3]


def _spoken(person: Person) -> str:
    return f"{person.name} ({person.upn})"
