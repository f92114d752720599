"""A vault with its tables on PostgreSQL and its pictures in a bucket, by settings alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end.kit import Tenant, same, sameface, tenant, told
from tests.servers.crew import portraits, settings
from tests.servers.memory_store import face
from tests.servers.postgres import Postgres
from tests.vault.buckets import SECRET, Buckets

from sameface.settings import ObjectStore
from sameface.vault.blobs import digest_of

pytestmark = pytest.mark.servers


@pytest.fixture
def buckets() -> Iterator[Buckets]:
    server = Buckets()
    yield server
    server.stop()


@pytest.fixture
def organisation(tmp_path: Path) -> Iterator[Tenant]:
    with tenant(tmp_path / "tenant", people=6) as running:
        yield running


def in_a_bucket(file: Path, bucket: ObjectStore) -> None:
    """The settings, with the pictures in that bucket."""
    (file.parent / "bucket.secret").write_text(SECRET)
    lines = [
        "[vault]",
        f'blobs = "s3://{bucket.bucket}/{bucket.prefix}"',
        f'blobs-endpoint = "{bucket.endpoint}"',
        f'blobs-region = "{bucket.region}"',
        f'blobs-key-id = "{bucket.key_id}"',
        'blobs-secret-file = "bucket.secret"',
    ]
    file.write_text(file.read_text().replace("[vault]", "\n".join(lines), 1))


def shown(organisation: Tenant, upn: str) -> bytes:
    """What that person's mailbox holds."""
    picture = organisation.picture(f"stores/exchange/{upn}")
    assert picture is not None
    return picture


def test_a_sync_is_undone_and_its_journal_is_whole(
    tmp_path: Path, organisation: Tenant, postgres: Postgres, buckets: Buckets
) -> None:
    """Every mailbox follows the portraits, gets its own photo back out of the bucket, and nothing
    of either is in the folder."""
    bucket = buckets.fresh("sameface/pictures")
    file = settings(tmp_path, organisation, postgres.storage(), "exchange")
    in_a_bucket(file, bucket)
    people = [
        p["upn"] for p in organisation.people() if p["stores"]["exchange"]["standing"] == "photo"
    ]
    before = {upn: shown(organisation, upn) for upn in people}
    portraits(tmp_path, people, look=5)

    code, synced = told("sync", cwd=tmp_path)
    assert (code, synced["results"]) == (0, {"written": len(people)})
    assert all(same(shown(organisation, upn), face(upn, 5)) for upn in people)
    kept = {name.rpartition("/")[2] for name in buckets.names(bucket)}
    assert {digest_of(photo) for photo in before.values()} <= kept

    code, _ = told("undo", synced["run"], cwd=tmp_path)
    assert code == 0
    assert all(same(shown(organisation, upn), photo) for upn, photo in before.items())
    assert sameface("audit", "verify", cwd=tmp_path).returncode == 0
    assert sameface("audit", "pictures", cwd=tmp_path).returncode == 0
    left = {path.name for path in (tmp_path / "sameface-vault").rglob("*") if path.is_file()}
    assert not left & {"vault.sqlite", "pictures", *kept}
