"""A vault of the test's own: in a folder, on PostgreSQL, and with its pictures in a bucket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from tests.vault.buckets import Buckets

from sameface.settings import Storage
from sameface.vault import Vault

Damage = Callable[[str, bytes | None], None]
"""Alters the picture of that digest, or takes it away (None), behind the vault's back."""


@pytest.fixture(scope="session")
def buckets() -> Iterator[Buckets]:
    """An object store."""
    server = Buckets()
    yield server
    server.stop()


@pytest.fixture(
    params=["folder", "s3", pytest.param("postgresql", marks=pytest.mark.servers)],
)
def storage(request: pytest.FixtureRequest) -> Storage:
    """Each of the places where a vault can be."""
    if request.param == "s3":
        return Storage(blobs=request.getfixturevalue("buckets").fresh("sameface/pictures"))
    if request.param == "postgresql":
        found: Storage = request.getfixturevalue("postgres").storage()
        return found
    return Storage()


@pytest.fixture
async def vault(tmp_path: Path, storage: Storage) -> AsyncIterator[Vault]:
    async with await Vault.open(tmp_path / "vault", storage) as vault:
        yield vault


@pytest.fixture
def damage(vault: Vault, storage: Storage, request: pytest.FixtureRequest) -> Damage:
    """The way to harm a picture wherever it is."""
    if storage.blobs is not None:
        bucket, server = storage.blobs, request.getfixturevalue("buckets")
        return lambda digest, data: server.put(bucket, f"{digest[:2]}/{digest}", data)

    def harm(digest: str, data: bytes | None) -> None:
        file = next((vault.folder / "pictures").rglob(digest))
        file.unlink()
        if data is not None:
            file.write_bytes(data)

    return harm
