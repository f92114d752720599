"""Mending: pictures that the vault has lost are read again where a store shows the same bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from sameface.connectors.base import Connector
from sameface.errors import StoreFailed
from sameface.http import Clock
from sameface.vault import Entry, Harm, Vault
from sameface.vault.blobs import digest_of


async def mend(
    connectors: Mapping[str, Connector], vault: Vault, clock: Clock
) -> AsyncIterator[tuple[Harm, str | None]]:
    """Every version whose bytes are missing or altered, with the store that gave them back; None
    where no store shows just these. Errors: VaultFailed."""
    async for harm in vault.upkeep.harmed():
        yield harm, await read_again(connectors, vault, clock, harm)


async def read_again(
    connectors: Mapping[str, Connector], vault: Vault, clock: Clock, harm: Harm
) -> str | None:
    """Put the bytes back from one of the accounts that were seen to show them; gives its store.

    None where none of them shows just these bytes now, or can be asked.
    """
    for account in harm.accounts:
        connector = connectors.get(account.store)
        if connector is None:
            continue
        try:
            shown = await connector.read(account)
        except StoreFailed:
            continue
        if shown is not None and digest_of(shown.data) == harm.digest:
            await vault.mend(shown.data)
            why = "its bytes were missing or altered in the vault, and the store still shows them"
            who, store = harm.person, account.store
            entry = Entry(clock.now(), "mended", why, person=who, store=store, after=harm.digest)
            await vault.note(entry)
            return store
    return None
