"""Pictures in an object store: written once, under their prefix, and no secret is ever told."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from tests.vault.buckets import SECRET, Buckets

from sameface.errors import BlobLost, VaultFailed
from sameface.settings import Storage
from sameface.vault import Vault
from sameface.vault.blobs import Blobs, digest_of


async def test_an_object_is_made_once_and_never_overwritten(
    buckets: Buckets, tmp_path: Path
) -> None:
    """Put twice, it is the first one that stays: the second put is refused by the store."""
    bucket = buckets.fresh("faces")
    blobs = Blobs.of(tmp_path, bucket)
    digest = await blobs.keep(b"face")
    asked = len(buckets.puts(bucket))
    await blobs.keep(b"face")

    assert buckets.names(bucket) == [f"faces/{digest[:2]}/{digest}"]
    assert buckets.puts(bucket) == [200, 412]
    assert asked == 1


async def test_what_was_altered_is_put_right(buckets: Buckets, tmp_path: Path) -> None:
    """Only bytes that are not those of their name are ever replaced."""
    bucket = buckets.fresh()
    blobs = Blobs.of(tmp_path, bucket)
    digest = await blobs.keep(b"face")
    buckets.put(bucket, f"{digest[:2]}/{digest}", b"fake")

    assert not await blobs.holds(digest)
    await blobs.keep(b"face")
    assert await blobs.read(digest) == b"face"


async def test_what_is_removed_is_gone(buckets: Buckets, tmp_path: Path) -> None:
    """Forgetting somebody leaves no object behind, and doing it again is no error."""
    bucket = buckets.fresh("a/b")
    blobs = Blobs.of(tmp_path, bucket)
    digest = await blobs.keep(b"face")
    await blobs.remove_all([digest])
    await blobs.remove_all([digest])

    assert buckets.names(bucket) == []
    with pytest.raises(BlobLost, match=f"missing from s3://{bucket.bucket}/a/b"):
        await blobs.read(digest)


async def test_a_bucket_on_the_loopback_is_asked_without_a_proxy(
    buckets: Buckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's proxy cannot reach it, as with all else on the loopback."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    blobs = Blobs.of(tmp_path, buckets.fresh())

    assert await blobs.read(await blobs.keep(b"face")) == b"face"


async def test_keys_come_from_the_environment_where_none_are_named(
    buckets: Buckets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every other program on that machine takes them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOFTHEENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    blobs = Blobs.of(tmp_path, replace(buckets.fresh(), key_id=None, secret=None))

    assert await blobs.read(await blobs.keep(b"face")) == b"face"


async def test_a_bucket_that_is_not_there_is_named_without_the_secret(
    buckets: Buckets, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One sentence with the bucket's name; nothing said or logged holds the key."""
    caplog.set_level(logging.DEBUG)
    bucket = replace(buckets.fresh(), bucket="nowhere")
    with pytest.raises(VaultFailed, match="pictures in s3://nowhere cannot be used") as failed:
        await Blobs.of(tmp_path, bucket).keep(b"face")

    told = f"{failed.value} {failed.value!r} {bucket!r} {Storage(blobs=bucket)!r} {caplog.text}"
    assert SECRET not in told
    assert "\n" not in failed.value.sentence()


async def test_a_store_that_does_not_answer_is_told_soon(tmp_path: Path, buckets: Buckets) -> None:
    """Nobody waits for minutes: the next run finds out again."""
    bucket = replace(buckets.fresh(), endpoint="http://127.0.0.1:9")

    with pytest.raises(VaultFailed, match="cannot be used"):
        await Blobs.of(tmp_path, bucket).keep(b"face")


async def test_a_vault_whose_pictures_are_elsewhere_keeps_none_here(
    buckets: Buckets, tmp_path: Path
) -> None:
    """The folder holds the database, and no picture."""
    storage = Storage(blobs=buckets.fresh())
    async with await Vault.open(tmp_path / "vault", storage) as vault:
        await vault.mend(b"face")

        assert await vault.picture(digest_of(b"face")) == b"face"
    assert not (tmp_path / "vault" / "pictures").exists()
