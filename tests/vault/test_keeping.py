"""`keep` in `[vault]`: a sync forgets what no store has shown for so long, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.servers.memory_store import StillClock, face
from tests.sync.kit import Office

from sameface import sync
from sameface.settings import PolicySettings, Storage, Wishes
from sameface.vault import Vault
from sameface.vault.blobs import digest_of

ANN = "ann@x.test"
YEAR = timedelta(days=365)


async def synced(office: Office, keep: timedelta | None) -> set[str]:
    """A sync that keeps versions so long; what is in the vault afterwards."""
    settings = replace(office.settings, storage=Storage(keep=keep))
    await sync.sync(settings, office.stores, office.vault, office.clock)
    ann = await office.vault.person(ANN)
    return {version.digest for version in await office.vault.versions(ann.id)}


def one_store(vault: Vault) -> Office:
    """A folder with one portrait in it."""
    office = Office(vault, StillClock())
    office.store("folder", by_hand=None).join(ANN, face(ANN, 1))
    return office


async def test_a_sync_forgets_what_nobody_has_shown_for_so_long(tmp_path: Path) -> None:
    """Counted from when it was replaced, not from when it was first seen; without `keep`, never."""
    async with await Vault.open(tmp_path) as vault:
        office = one_store(vault)
        first, second = digest_of(face(ANN, 1)), digest_of(face(ANN, 2))
        await synced(office, None)
        office.clock.advance(3 * YEAR)
        office.stores["folder"].put(ANN, face(ANN, 2))

        assert await synced(office, 2 * YEAR) == {first, second}
        office.clock.advance(3 * YEAR)
        assert await synced(office, None) == {first, second}
        assert await synced(office, 2 * YEAR) == {second}
        told = [entry.what for _, entry in await vault.history()]
        assert told[-2:] == ["retired", "run ended"]


async def test_what_the_settings_pin_stays(tmp_path: Path) -> None:
    """Somebody asked for it by name."""
    async with await Vault.open(tmp_path) as vault:
        office = one_store(vault)
        first, second = digest_of(face(ANN, 1)), digest_of(face(ANN, 2))
        await synced(office, None)
        office.clock.advance(3 * YEAR)
        office.stores["folder"].put(ANN, face(ANN, 2))
        await synced(office, None)
        office.clock.advance(3 * YEAR)
        office.policy = PolicySettings(people=((ANN, Wishes(pin=first[:12])),))

        assert await synced(office, 2 * YEAR) == {first, second}
