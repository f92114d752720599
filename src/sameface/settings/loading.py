"""sameface.toml and the secrets it names, read and checked: a mistake names its key and remedy."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sameface import values
from sameface.documents import Table, nearest, parse_toml
from sameface.errors import BadSettings
from sameface.settings.model import (
    FOLDER,
    SERVES,
    WRITERS,
    AppSignIn,
    Mode,
    Settings,
    StopAbove,
    StoreSettings,
    TokenSignIn,
)

_TABLES = {
    "organisation": ("name", "rulebook"),
    "vault": ("folder",),
    "policy": ("authorities", "stop-above"),
}
_ANY_STORE = ("id", "connector", "mode")
_CREDENTIALS = ("client-secret-file", "client-secret-env", "client-certificate-file")
_APP = ("authority", "client-id", *_CREDENTIALS)
_WIRE = ("url", "ca-file", "token-file", "quota-speed", "patience")
_KEYS = {
    "graph": (*_ANY_STORE, *_WIRE, *_APP),
    "sharepoint": (*_ANY_STORE, *_WIRE, *_APP, "library"),
    "yammer": (*_ANY_STORE, *_WIRE),
    "folder": (*_ANY_STORE, "path", "csv"),
}
"""What may be said of a store, by its connector."""

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")


def load_settings(path: Path) -> Settings:
    """Read and check sameface.toml and the secrets it names.

    Errors: BadSettings (a file that is missing or cannot be read), BadDocument (a table or key).
    """
    document = parse_toml(_read(path, "`sameface init` writes one to start from"), path.name)
    _refuse_unknown(document, (*_TABLES, "options", "stores"))
    for table, keys in _TABLES.items():
        _refuse_unknown(document.table(table), keys)
    organisation, vault = document.table("organisation"), document.table("vault")
    stores = _stores(document, path.parent)
    return Settings(
        file=path,
        organisation=organisation.text("name"),
        rulebook=organisation.text("rulebook", "office365-2014"),
        vault=path.parent / vault.text("folder", "sameface-vault"),
        **_policy(document.table("policy"), stores),
        stores=stores,
        options=tuple(document.table("options").raw.items()),
    )


# ---------------------------------------------------------------------------


def _refuse_unknown(table: Table, known: tuple[str, ...]) -> None:
    """A misspelt key is told first: without it, something else would seem to be missing."""
    for key in table.keys():  # noqa: SIM118 - a Table is no mapping
        if key not in known:
            raise table.error(key, f"is not known here{nearest(key, known)}")


def _policy(table: Table, stores: tuple[StoreSettings, ...]) -> dict[str, Any]:
    authorities = table.texts("authorities", required=True)
    if not authorities:
        raise table.error("authorities", "is empty; name the store whose photo wins")
    for name in authorities:
        store = next((s for s in stores if s.id == name), None)
        if store is None:
            known = ", ".join(s.id for s in stores)
            raise table.error("authorities", f'names "{name}", which no [[stores]] has; {known} do')
        if store.mode is Mode.WRITE:
            what = f'names "{name}", which is only written to; set its mode to "both"'
            raise table.error("authorities", what)
    if len(set(authorities)) < len(authorities):
        raise table.error("authorities", "names a store twice; keep the first of the two")
    stop = _stop_above(table)
    return {"authorities": authorities, "stop_above": stop}


def _stop_above(table: Table) -> StopAbove:
    value = table.raw.get("stop-above")
    if isinstance(value, int):
        return StopAbove(people=table.number("stop-above"))
    text = table.text("stop-above", "20%")
    match = _PERCENT.fullmatch(text)
    if match is None or float(match[1]) > 100:
        what = f'should be like "20%" (0% to 100%) or a number of people, not "{text}"'
        raise table.error("stop-above", what)
    return StopAbove(percent=float(match[1]))


def _stores(document: Table, folder: Path) -> tuple[StoreSettings, ...]:
    rows = document.rows("stores")
    if not rows:
        raise document.error("stores", "is missing; each store to connect is a [[stores]] table")
    stores: list[StoreSettings] = []
    for row in rows:
        store = _store(row, folder)
        if any(other.id == store.id for other in stores):
            raise row.error("id", f'names "{store.id}" a second time; keep one of the two tables')
        stores.append(store)
    return tuple(stores)


def _store(row: Table, folder: Path) -> StoreSettings:
    connector = row.choice("connector", SERVES)
    _refuse_unknown(row, _KEYS[connector])
    known = [*values.STORES, FOLDER]
    identity = row.choice("id", known)
    if identity not in SERVES[connector]:
        what = (
            f'is "{identity}", but connector "{connector}" is for {" or ".join(SERVES[connector])}'
        )
        raise row.error("id", what)
    mode = Mode(row.choice("mode", list(Mode), "read"))
    if mode is not Mode.READ and connector not in WRITERS:
        raise row.error("mode", f'is "{mode}", but {connector} takes no photos; leave it at "read"')
    read = _folder_store if connector == "folder" else _wire_store
    return read(row, folder, StoreSettings(identity, connector, mode))


def _folder_store(row: Table, folder: Path, store: StoreSettings) -> StoreSettings:
    csv = row.maybe_text("csv")
    return StoreSettings(
        store.id,
        store.connector,
        store.mode,
        path=folder / row.text("path"),
        csv=None if csv is None else folder / csv,
    )


def _wire_store(row: Table, folder: Path, store: StoreSettings) -> StoreSettings:
    url = _url(row, "url", ("https", "http"))
    library = "User Photos/Profile Pictures"
    if store.connector == "sharepoint":
        library = row.text("library", library).strip("/")
    return StoreSettings(
        store.id,
        store.connector,
        store.mode,
        url=url,
        sign_in=_sign_in(row, folder, store.connector, url),
        ca_file=_ca_file(row, folder),
        library=library if store.connector == "sharepoint" else "",
        quota_speed=row.number("quota-speed", 1, at_least=1) or 1,
        patience=row.offset("patience", "2m"),
    )


def _url(row: Table, key: str, schemes: tuple[str, ...]) -> str:
    url = row.text(key).rstrip("/")
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username:
        raise row.error(key, f'should be like "{schemes[0]}://host", not "{url}"')
    return url


def _sign_in(row: Table, folder: Path, connector: str, url: str) -> AppSignIn | TokenSignIn:
    """A token file, or an application with exactly one of secret file, secret env, certificate."""
    if row.has("token-file"):
        path = _named(row, "token-file", folder)
        _filled(row, "token-file", path, "put the token into it")
        return TokenSignIn(path)
    if connector == "yammer":
        what = "is missing; Yammer wants a person's sign-in: a file that holds their token"
        raise row.error("token-file", what)
    kinds: dict[str, Callable[[Table, str, Path], str]] = {
        "client-secret-file": _secret_file,
        "client-secret-env": _secret_env,
        "client-certificate-file": _certificate,
    }
    given = [key for key in kinds if row.has(key)]
    if len(given) != 1:
        many = "are given together; keep one of" if given else "are missing; add one of"
        raise row.error("", f"credentials {many} {', '.join(kinds)}")
    authority, client_id = _url(row, "authority", ("https",)), row.text("client-id")
    credential = kinds[given[0]](row, given[0], folder)
    if given[0] == "client-certificate-file":
        return AppSignIn(authority, client_id, certificate=credential)
    if connector == "sharepoint" and (urlsplit(url).hostname or "").endswith(".sharepoint.com"):
        what = "is not enough for SharePoint, which wants client-certificate-file of an application"
        raise row.error(given[0], what)
    return AppSignIn(authority, client_id, secret=credential)


def _secret_file(row: Table, key: str, folder: Path) -> str:
    return _filled(row, key, _named(row, key, folder), "put the client secret into it")


def _secret_env(row: Table, key: str, _: Path) -> str:
    name = row.text(key)
    secret = os.environ.get(name, "").strip()
    if not secret:
        raise row.error(key, f"names the variable {name}, which is not set; export it first")
    return secret


def _certificate(row: Table, key: str, folder: Path) -> str:
    path = _named(row, key, folder)
    pem = _filled(row, key, path, "put the certificate and its private key into it, as PEM")
    if "PRIVATE KEY-----" not in pem or "-----BEGIN CERTIFICATE-----" not in pem:
        what = f"names {path.name}, which should hold a certificate and its private key, as PEM"
        raise row.error(key, what)
    return pem


def _ca_file(row: Table, folder: Path) -> Path | None:
    if not row.has("ca-file"):
        return None
    path = _named(row, "ca-file", folder)
    _filled(row, "ca-file", path, "put the certificate authority's certificate into it, as PEM")
    try:
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        raise row.error("ca-file", f"names {path.name}, which holds no PEM certificate") from None
    return path


def _named(row: Table, key: str, folder: Path) -> Path:
    return folder / row.text(key)


def _filled(row: Table, key: str, path: Path, remedy: str) -> str:
    """The text of a file that a key names; not there, unreadable or empty is the key's mistake."""
    try:
        text = path.read_text("utf-8").strip()
    except FileNotFoundError:
        raise row.error(key, f"names {path.name}, which is not there; {remedy}") from None
    except (OSError, UnicodeDecodeError) as why:
        reason = why.strerror if isinstance(why, OSError) else "it is not text"
        raise row.error(key, f"names {path.name}, which cannot be read ({reason})") from None
    if not text:
        raise row.error(key, f"names {path.name}, which is empty; {remedy}")
    return text


def _read(path: Path, remedy: str) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise BadSettings(f"{path} is not there; {remedy}.") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as why:
        raise BadSettings(f"{path} cannot be read ({why.strerror}); check its rights.") from None
