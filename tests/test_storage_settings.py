"""`[vault]` and `[schedule]`: where the vault is, how long it keeps, when workers sync."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameface.documents import parse_toml
from sameface.errors import BadDocument
from sameface.settings import ObjectStore, Schedule, Storage
from sameface.settings.schedules import schedule
from sameface.settings.storage import storage


def said(folder: Path, text: str) -> Storage:
    return storage(parse_toml(text, "sameface.toml"), folder)


def test_nothing_said_is_a_folder_for_ever(tmp_path: Path) -> None:
    """A file and a folder, and every version kept."""
    assert said(tmp_path, "") == Storage(None, None, None, None)


def test_a_server_and_a_bucket_are_named_and_their_secrets_in_files(tmp_path: Path) -> None:
    """As in docs/operations.md."""
    (tmp_path / "db.secret").write_text("one\n")
    (tmp_path / "s3.secret").write_text("two\n")
    found = said(
        tmp_path,
        """
        database = "postgresql://sameface@db.contoso.test:5432/sameface?sslmode=verify-full"
        database-password-file = "db.secret"
        blobs = "s3://contoso-faces/pictures/originals"
        blobs-endpoint = "https://s3.contoso.test/"
        blobs-region = "eu-north-1"
        blobs-key-id = "AKID"
        blobs-secret-file = "s3.secret"
        keep = "2 years"
        """,
    )

    assert found.database == (
        "postgresql://sameface@db.contoso.test:5432/sameface?sslmode=verify-full"
    )
    assert found.blobs == ObjectStore(
        "contoso-faces",
        "pictures/originals",
        "https://s3.contoso.test",
        "eu-north-1",
        "AKID",
        "two",
    )
    assert (found.password, found.keep) == ("one", timedelta(days=730))
    assert "one" not in repr(found)
    assert "two" not in repr(found)


def test_a_secret_may_be_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Named, not written."""
    monkeypatch.setenv("SAMEFACE_DB", "one")
    text = 'database = "postgres://db/sameface"\ndatabase-password-env = "SAMEFACE_DB"'

    assert said(tmp_path, text).password == "one"
    assert said(tmp_path, text).database == "postgresql://db/sameface"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('database = "postgresql://u:secret@db/x"', "database holds a password; put it into"),
        ('database = "postgresql://db/x?password=secret"', "database holds a password"),
        ('database = "mysql://db/x"', "database should be like"),
        ('database = "postgresql://db"', "database should be like"),
        ('database-password-env = "X"', "database-password-env belongs to `database`"),
        ('blobs = "s3:/bucket"', "blobs should be like"),
        ('blobs = "s3://B"', "blobs should be like"),
        ('blobs-region = "x"', "blobs-region is for an object store"),
        ('blobs = "s3://bucket"\nblobs-key-id = "x"', "blobs-key-id needs blobs-secret-file"),
        ('blobs = "s3://bucket"\nblobs-secret-env = "x"', "belongs to `blobs-key-id`"),
        ('blobs = "s3://bucket"\nblobs-endpoint = "db"', "blobs-endpoint should be like"),
        ('keep = "2"', "keep should be like"),
        ('keep = "2 yaers"', 'did you mean "year"'),
        ('keep = "0 days"', "keep should be like"),
        ("keep = 2", "keep should be text"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(tmp_path: Path, text: str, says: str) -> None:
    """One sentence, which repeats no secret."""
    with pytest.raises(BadDocument) as wrong:
        said(tmp_path, text)

    assert says in wrong.value.sentence()
    assert "secret@" not in wrong.value.sentence()
    assert "=secret" not in wrong.value.sentence()


def when(text: str) -> Schedule:
    return schedule(parse_toml(text, "sameface.toml"))


@pytest.mark.parametrize(
    "text", ["30 2 * * *", "*/15 * * * *", "0 8-18/2 1,15 * 1-5", "0 0 1 1 7", "5-10 * * * *"]
)
def test_five_fields_of_cron_are_a_schedule(text: str) -> None:
    """Minute, hour, day, month, weekday; in UTC."""
    assert when(f'sync = "{text}"') == Schedule(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nightly", "has 1 fields instead of 5"),
        ("60 2 * * *", "has no minute of 0 to 59 in its place (60)"),
        ("0 24 * * *", "has no hour"),
        ("0 2 0 * *", "has no day"),
        ("0 2 * jan *", "has no month"),
        ("0 2 * * 8", "has no weekday"),
        ("*/0 * * * *", "has no minute"),
        ("9-5 * * * *", "has no minute"),
    ],
)
def test_another_schedule_is_refused(text: str, says: str) -> None:
    """The field that is wrong is named, with an example."""
    with pytest.raises(BadDocument) as wrong:
        when(f'sync = "{text}"')

    assert says in wrong.value.sentence()
    assert "every night at 2:30 UTC" in wrong.value.sentence()


@given(st.text(alphabet="0123456789*/-, ", max_size=20))
def test_what_is_taken_is_what_the_engine_takes(text: str) -> None:
    """No schedule passes here that would be refused when a worker starts."""
    from croniter import croniter  # noqa: PLC0415  the engine's own judge

    try:
        taken = when(f'sync = "{text}"').sync
    except BadDocument:
        return
    assert croniter.is_valid(taken, second_at_beginning=True)
