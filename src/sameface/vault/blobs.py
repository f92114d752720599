"""Pictures by the hash of their bytes: written once, bit-exact, checked whenever they are read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore

from sameface.errors import BlobLost, VaultFailed


def digest_of(data: bytes) -> str:
    """SHA-256 in hex: the name of these bytes."""
    return hashlib.sha256(data).hexdigest()


class Blobs:
    """A folder of pictures. Nothing in it ever changes; what was damaged is put right."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store = LocalStore(folder)
        except (OSError, BaseError) as wrong:
            raise VaultFailed(f"The vault's folder {folder} cannot be used: {wrong}.") from wrong

    async def keep(self, data: bytes) -> str:
        """Put these bytes there unless they are, and give their digest."""
        digest = digest_of(data)
        try:
            await obstore.put_async(self._store, _path(digest), data, mode="create")
        except AlreadyExistsError:
            if not await self.holds(digest):
                await self._replace(digest, data)
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from wrong
        return digest

    async def read(self, digest: str) -> bytes:
        """Exactly the bytes of that digest; BlobLost where they are missing or altered."""
        try:
            answer = await obstore.get_async(self._store, _path(digest))
            data = bytes(await answer.bytes_async())
        except FileNotFoundError:
            raise BlobLost(_lost(digest, "missing from", self._folder)) from None
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from wrong
        if digest_of(data) != digest:
            raise BlobLost(_lost(digest, "altered in", self._folder))
        return data

    async def holds(self, digest: str) -> bool:
        """True when these bytes are there, whole."""
        try:
            await self.read(digest)
        except BlobLost:
            return False
        return True

    async def remove(self, digest: str) -> None:
        """Take these bytes away, where they are there."""
        try:
            await obstore.delete_async(self._store, _path(digest))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from wrong

    async def _replace(self, digest: str, data: bytes) -> None:
        try:
            await obstore.put_async(self._store, _path(digest), data)
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from wrong

    def _failed(self, wrong: Exception) -> VaultFailed:
        said = str(wrong).partition("\n")[0]
        return VaultFailed(f"The pictures in {self._folder} cannot be used: {said}.")


def _path(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _lost(digest: str, how: str, folder: Path) -> str:
    return (
        f"The picture {digest[:12]} is {how} {folder}; put that file back from a copy of the vault."
    )
