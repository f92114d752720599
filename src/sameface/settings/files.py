"""Files, variables and addresses that sameface.toml names; a mistake is the key's."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from sameface.documents import Table, text_of


def named(row: Table, key: str, folder: Path) -> Path:
    """The path a key names, relative to the settings."""
    return folder / row.text(key)


def filled(row: Table, key: str, path: Path, remedy: str) -> str:
    """The text of a file that a key names; not there, unreadable or empty is the key's mistake."""
    name = row.text(key)
    try:
        text = text_of(path).strip()
    except FileNotFoundError:
        raise row.error(key, f"names {name}, which is not there; {remedy}") from None
    except (OSError, UnicodeDecodeError) as why:
        reason = why.strerror if isinstance(why, OSError) else "it is not text"
        what = f"names {name}, which cannot be read ({reason}); {remedy}"
        raise row.error(key, what) from None
    if not text:
        raise row.error(key, f"names {name}, which is empty; {remedy}")
    return text


def variable(row: Table, key: str) -> str:
    """The value of the environment variable that a key names."""
    name = row.text(key)
    secret = os.environ.get(name, "").strip()
    if not secret:
        raise row.error(key, f"names the variable {name}, which is not set; export it first")
    return secret


def ca_file(row: Table, folder: Path) -> Path | None:
    """The certificate authority's file, proved to hold one; None where no key names it."""
    if not row.has("ca-file"):
        return None
    path = named(row, "ca-file", folder)
    filled(row, "ca-file", path, "put the certificate authority's certificate into it, as PEM")
    try:
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        raise row.error("ca-file", f"names {path.name}, which holds no PEM certificate") from None
    return path


def address(row: Table, key: str, schemes: tuple[str, ...]) -> str:
    """An address of that key, without a slash at its end. Error: BadDocument."""
    url = row.text(key).rstrip("/")
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username:
        raise row.error(key, f'should be like "{schemes[0]}://host", not "{url}"')
    return url
