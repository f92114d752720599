"""Pictures by the hash of their bytes: written once, bit-exact, checked whenever they are read."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from sameface.errors import BlobLost, VaultFailed
from sameface.http import is_loopback
from sameface.settings import ObjectStore

if TYPE_CHECKING:
    from obstore.store import ClientConfig


def digest_of(data: bytes) -> str:
    """SHA-256 in hex: the name of these bytes."""
    return hashlib.sha256(data).hexdigest()


class Blobs:
    """Pictures in a folder or a bucket. Nothing there ever changes; what was damaged is put right.

    `place` is where they are, in words; no secret is in it.
    """

    def __init__(self, store: LocalStore | S3Store, place: str) -> None:
        self._store, self._place = store, place

    @classmethod
    def of(cls, folder: Path, bucket: ObjectStore | None = None) -> Self:
        """Those in that bucket, or in the folder where there is none. Error: VaultFailed."""
        try:
            if bucket is not None:
                return cls(_bucket(bucket), f"s3://{bucket.bucket}/{bucket.prefix}".rstrip("/"))
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(LocalStore(folder), str(folder))
        except (OSError, BaseError) as wrong:
            place = "bucket" if bucket is not None else f"folder {folder}"
            raise VaultFailed(f"The vault's {place} cannot be used: {_said(wrong)}.") from None

    async def keep(self, data: bytes) -> str:
        """Put these bytes there unless they are, and give their digest."""
        digest = digest_of(data)
        try:
            await obstore.put_async(self._store, _path(digest), data, mode="create")
        except AlreadyExistsError:
            if not await self.holds(digest):
                await self._replace(digest, data)
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from None
        return digest

    async def keep_all(self, pictures: Iterable[bytes]) -> None:
        """The same for each of these, side by side; where one fails, when all have ended."""
        await _side_by_side(map(self.keep, pictures))

    async def read(self, digest: str) -> bytes:
        """Exactly the bytes of that digest; BlobLost where they are missing or altered."""
        try:
            answer = await obstore.get_async(self._store, _path(digest))
            data = bytes(await answer.bytes_async())
        except FileNotFoundError:
            raise BlobLost(self._lost(digest, "missing from")) from None
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from None
        if digest_of(data) != digest:
            raise BlobLost(self._lost(digest, "altered in"))
        return data

    async def holds(self, digest: str) -> bool:
        """True when these bytes are there, whole."""
        try:
            await self.read(digest)
        except BlobLost:
            return False
        return True

    async def remove_all(self, digests: Iterable[str]) -> None:
        """Take these bytes away, where they are there, as `keep_all` puts them there."""
        await _side_by_side(map(self._remove, digests))

    async def _remove(self, digest: str) -> None:
        try:
            await obstore.delete_async(self._store, _path(digest))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from None

    async def _replace(self, digest: str, data: bytes) -> None:
        try:
            await obstore.put_async(self._store, _path(digest), data)
        except (BaseError, OSError) as wrong:
            raise self._failed(wrong) from None

    def _failed(self, wrong: Exception) -> VaultFailed:
        said = _said(wrong)
        if "No space left" in said or "File too large" in said or "quota" in said.lower():
            what = "there is no room left there; free some space and run it again"
        elif "Permission denied" in said or "Read-only file system" in said:
            what = "they cannot be written there; give this user write access"
        else:
            what = said
        return VaultFailed(f"The pictures in {self._place} cannot be used: {what}.")

    def _lost(self, digest: str, how: str) -> str:
        return (
            f"The picture {digest[:12]} is {how} {self._place}; `sameface audit pictures` "
            "reads it again from a store that shows it, else put that file back from a copy."
        )


async def _side_by_side(deeds: Iterable[Coroutine[Any, Any, Any]]) -> None:
    ended = await asyncio.gather(*deeds, return_exceptions=True)
    for wrong in ended:
        if isinstance(wrong, BaseException):
            raise wrong


def _path(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _bucket(of: ObjectStore) -> S3Store:
    """What is None is taken from the environment (AWS_ACCESS_KEY_ID and so on)."""
    said: dict[str, Any] = {
        "prefix": of.prefix or None,
        "endpoint": of.endpoint,
        "region": of.region,
        "access_key_id": of.key_id,
        "secret_access_key": of.secret,
    }
    plain = bool(of.endpoint and of.endpoint.startswith("http://"))
    return S3Store(
        of.bucket,
        client_options={
            "allow_http": plain,
            "timeout": "60s",
            "connect_timeout": "10s",
            **_directly(of.endpoint),
        },
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        **{name: value for name, value in said.items() if value is not None},
    )


def _directly(endpoint: str | None) -> ClientConfig:
    """No proxy of the environment, which cannot reach our own loopback: one that is not used."""
    if endpoint is None or not is_loopback(endpoint):
        return {}
    return {"proxy_url": endpoint, "proxy_excludes": urlsplit(endpoint).hostname or ""}


def _said(wrong: Exception) -> str:
    """The first line of it, without an XML answer, which may hold a signature."""
    return str(wrong).partition("\n")[0].partition("<?xml")[0].strip().rstrip(":.")[:300]
