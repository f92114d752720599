"""Where the vault keeps what it knows: a folder, or a database server and an object store."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from sameface.documents import Table, nearest
from sameface.settings import files

KEYS = (
    "folder",
    "database",
    "database-password-file",
    "database-password-env",
    "blobs",
    "blobs-endpoint",
    "blobs-region",
    "blobs-key-id",
    "blobs-secret-file",
    "blobs-secret-env",
    "keep",
)
"""What `[vault]` may say."""

_BUCKET = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<prefix>(?:/[^/?#]+)*)/?"
)
_KEEP = re.compile(r"(\d+) (day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A bucket of S3 or what speaks like it; keys that are None are taken from the environment.

    `prefix` begins the name of every object, without a slash at either end.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    key_id: str | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Storage:
    """Where the vault is. `database` None is a file in its folder, `blobs` None a folder in it.

    `database` is an address like postgresql://user@host/name, without a password. `keep` is how
    long a version is kept after it was last shown anywhere; None: for ever.
    """

    database: str | None = None
    password: str | None = field(default=None, repr=False)
    blobs: ObjectStore | None = None
    keep: timedelta | None = None


def storage(table: Table, folder: Path) -> Storage:
    """What `[vault]` says of it. Error: BadDocument."""
    return Storage(
        _database(table),
        _secret(table, "database", "database-password", folder),
        _blobs(table, folder),
        _keep(table),
    )


def _database(table: Table) -> str | None:
    address = table.maybe_text("database")
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1
        secret = parts.password or dict(parse_qsl(parts.query)).get("password")
        good = good and parts.port != 0
    except ValueError:
        good, secret = False, None
    if secret:
        what = "holds a password; put it into a file and name that with database-password-file"
        raise table.error("database", what)
    if not good:
        raise table.error("database", 'should be like "postgresql://user@host:5432/name"')
    return "postgresql:" + address.partition(":")[2]


def _blobs(table: Table, folder: Path) -> ObjectStore | None:
    more = [key for key in KEYS if key.startswith("blobs-") and table.has(key)]
    if not table.has("blobs"):
        if more:
            raise table.error(more[0], "is for an object store; name it with `blobs`")
        return None
    address = table.text("blobs")
    match = _BUCKET.fullmatch(address)
    if match is None:
        raise table.error("blobs", f'should be like "s3://bucket/prefix", not "{address}"')
    endpoint = table.maybe_text("blobs-endpoint")
    if endpoint is not None and not re.fullmatch(r"https?://[^/@?#]+/?", endpoint):
        raise table.error("blobs-endpoint", f'should be like "https://host", not "{endpoint}"')
    key_id = table.maybe_text("blobs-key-id")
    secret = _secret(table, "blobs-key-id", "blobs-secret", folder)
    if key_id is not None and secret is None:
        raise table.error("blobs-key-id", "needs blobs-secret-file, or blobs-secret-env, beside it")
    return ObjectStore(
        match["bucket"],
        match["prefix"].strip("/"),
        endpoint and endpoint.rstrip("/"),
        table.maybe_text("blobs-region"),
        key_id,
        secret,
    )


def _secret(table: Table, owner: str, key: str, folder: Path) -> str | None:
    """A secret in a file or a variable; None where neither is named."""
    file, variable = f"{key}-file", f"{key}-env"
    given = [name for name in (file, variable) if table.has(name)]
    if given and not table.has(owner):
        raise table.error(given[0], f"belongs to `{owner}`, which is not there")
    if len(given) > 1:
        raise table.error(variable, f"and {file} are given together; keep one of the two")
    if table.has(file):
        return files.filled(table, file, files.named(table, file, folder), "put the secret into it")
    return files.variable(table, variable) if table.has(variable) else None


def _keep(table: Table) -> timedelta | None:
    if not table.has("keep"):
        return None
    text = table.text("keep")
    match = _KEEP.fullmatch(text.strip())
    if match is None or int(match[1]) == 0 or int(match[1]) > 1000 * 365:
        unit = nearest(text.split()[-1].rstrip("s"), _DAYS) if text.split()[1:] else ""
        raise table.error("keep", f'should be like "2 years" or "90 days", not "{text}"{unit}')
    return timedelta(days=int(match[1]) * _DAYS[match[2]])
