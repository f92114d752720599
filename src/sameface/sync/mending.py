"""Mending: what the vault has lost is read again from a store, the same bytes or a copy of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sameface.connectors.base import Connector
from sameface.errors import PictureRefused, StoreFailed
from sameface.http import Clock
from sameface.sync.naming import look_at, name, version_of
from sameface.values import Account, Picture, Version
from sameface.vault import Entry, Fresh, Harm, Vault
from sameface.vault.blobs import digest_of


@dataclass(frozen=True, slots=True)
class Mended:
    """The store that a picture came from again; `copy` where it is another copy of the photo."""

    store: str
    copy: bool = False


async def mend(
    connectors: Mapping[str, Connector], vault: Vault, clock: Clock
) -> AsyncIterator[tuple[Harm, Mended | None]]:
    """Every version whose bytes are missing or altered, and how it was mended; None where neither a
    store nor the vault has a copy of that photo. Errors: VaultFailed."""
    async for harm in vault.upkeep.harmed():
        yield harm, await read_again(connectors, vault, clock, harm)


async def read_again(
    connectors: Mapping[str, Connector], vault: Vault, clock: Clock, harm: Harm
) -> Mended | None:
    """Put the bytes back from one of the accounts that were seen to show them.

    Where none does, another copy of the photo takes their place: one that a store shows, or one
    that is in the vault. None where there is none, or no store can be asked.
    """
    for account in harm.accounts:
        shown = await _read(connectors, account)
        if shown is not None and digest_of(shown.data) == harm.digest:
            await vault.mend(shown.data)
            why = "its bytes were missing or altered in the vault, and the store still shows them"
            who, store = harm.person, account.store
            entry = Entry(clock.now(), "mended", why, person=who, store=store, after=harm.digest)
            await vault.note(entry)
            return Mended(store)
    for account in await _copies(vault, harm):
        shown = await _read(connectors, account)
        found = shown and (account.store, shown.data)
        if found and await take_its_place(vault, harm.person, clock.now(), harm.digest, found):
            return Mended(account.store, copy=True)
    copy = await take_its_place(vault, harm.person, clock.now(), harm.digest)
    copy = copy or await _better(vault, harm)
    return None if copy is None else Mended(copy.origin, copy=True)


async def take_its_place(
    vault: Vault,
    person: str,
    at: datetime,
    lost: str,
    shown: tuple[str, bytes] | None = None,
) -> Version | None:
    """Make the largest other copy of a photo the best one, since that one's bytes are lost.

    `shown` is a store, and what it shows. None where `lost` was not the best, or there is no copy.
    """
    versions = await vault.versions(person)
    gone = next((one for one in versions if one.digest == one.photo == lost), None)
    if gone is None:
        return None
    copies = [v for v in versions if v.photo == lost != v.digest and await vault.holds(v.digest)]
    new = None if shown is None else await _copy(gone, versions, shown, at)
    best = max([*copies, *([new] if new else [])], key=_size, default=None)
    if best is None:
        return None
    if best is new and shown is not None:
        fresh = Fresh(best, shown[1], len(versions), better_than=lost)
        if not all(await vault.keep([fresh])):
            return None
    else:
        await vault.upkeep.promote(best, lost)
    why = "the bytes of the best copy are lost, and the largest other one takes its place"
    await vault.note(Entry(at, "mended", why, None, person, best.origin, lost, best.digest))
    return best


async def _better(vault: Vault, harm: Harm) -> Version | None:
    """The best copy of the photo, where what is lost was another one."""
    versions = {one.digest: one for one in await vault.versions(harm.person)}
    gone = versions.get(harm.digest)
    best = None if gone is None else versions.get(gone.photo or "")
    return None if best is gone or best is None or not await vault.holds(best.digest) else best


async def _copy(
    gone: Version, versions: Sequence[Version], shown: tuple[str, bytes], at: datetime
) -> Version | None:
    """What is shown, as a version; None where it shows another photo, or is one already."""
    store, data = shown
    try:
        look = await look_at(data, judged=False)
    except PictureRefused:
        return None
    named = name(look, gone.person, store, at, versions)
    if look.digest == gone.digest or named.new or named.version != gone.digest:
        return None
    copy = version_of(look, gone.person, store, at, gone.likeness)
    return replace(copy, unfit=gone.unfit)


def _size(version: Version) -> int:
    return min(version.width_px, version.height_px)


async def _read(connectors: Mapping[str, Connector], account: Account) -> Picture | None:
    """What it shows; None where that cannot be had."""
    connector = connectors.get(account.store)
    try:
        return None if connector is None else await connector.read(account)
    except StoreFailed:
        return None


async def _copies(vault: Vault, harm: Harm) -> list[Account]:
    """The person's accounts that were seen to show that photo, as another copy of it."""
    found: list[Account] = []
    for dossier in await vault.dossiers_of([harm.person]):
        for account in dossier.person.accounts:
            known = (await vault.remembered(account.store, [account.ref])).get(account.ref)
            if known and known.version == harm.digest != known.picture:
                found.append(account)
    return found
