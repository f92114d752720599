"""sameface.toml and the secrets it names, read and checked: a mistake names its key and remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from sameface import values
from sameface.documents import Table, parse_toml
from sameface.errors import BadSettings
from sameface.settings import directories, files
from sameface.settings.model import (
    FOLDER,
    OPENLDAP,
    SERVES,
    WRITERS,
    AppSignIn,
    Mode,
    Settings,
    StoreSettings,
    TokenSignIn,
)
from sameface.settings.policies import KEYS, policy, refuse_unknown

_TABLES = {
    "organisation": ("name", "rulebook"),
    "vault": ("folder",),
    "policy": KEYS,
}
_ANY_STORE = ("id", "connector", "mode", "writes")
_CREDENTIALS = ("client-secret-file", "client-secret-env", "client-certificate-file")
_APP = ("authority", "client-id", *_CREDENTIALS)
_WIRE = ("url", "ca-file", "token-file", "quota-speed", "patience")
_KEYS = {
    "graph": (*_ANY_STORE, *_WIRE, *_APP),
    "sharepoint": (*_ANY_STORE, *_WIRE, *_APP, "library"),
    "yammer": (*_ANY_STORE, *_WIRE),
    "folder": (*_ANY_STORE, "path", "csv"),
    "active-directory": (*_ANY_STORE, *directories.AD_KEYS),
    "openldap": (*_ANY_STORE, *directories.KEYS),
}
"""What may be said of a store, by its connector."""


def load_settings(path: Path) -> Settings:
    """Read and check sameface.toml and the secrets it names.

    Errors: BadSettings (a file that is missing or cannot be read), BadDocument (a table or key).
    """
    document = parse_toml(_read(path, "`sameface init` writes one to start from"), path.name)
    refuse_unknown(document, (*_TABLES, "options", "stores"))
    for table, keys in _TABLES.items():
        refuse_unknown(document.table(table), keys)
    organisation, vault = document.table("organisation"), document.table("vault")
    stores = _stores(document, path.parent)
    return Settings(
        file=path,
        organisation=organisation.text("name"),
        rulebook=organisation.text("rulebook", "office365-2014"),
        vault=path.parent / vault.text("folder", "sameface-vault"),
        **policy(document.table("policy"), stores, path.parent),
        stores=stores,
        options=tuple(document.table("options").raw.items()),
    )


# ---------------------------------------------------------------------------


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
    refuse_unknown(row, _KEYS[connector])
    known = [*values.STORES, FOLDER, OPENLDAP]
    identity = row.choice("id", known)
    if identity not in SERVES[connector]:
        what = (
            f'is "{identity}", but connector "{connector}" is for {" or ".join(SERVES[connector])}'
        )
        raise row.error("id", what)
    mode = Mode(row.choice("mode", list(Mode), "read"))
    if mode is not Mode.READ and connector not in WRITERS:
        raise row.error("mode", f'is "{mode}", but {connector} takes no photos; leave it at "read"')
    read = _READERS.get(connector, _wire_store)
    store = read(row, folder, StoreSettings(identity, connector, mode))
    return replace(store, seed_once=_seed_once(row, store))


def _seed_once(row: Table, store: StoreSettings) -> bool:
    once = row.choice("writes", ("enforce", "seed-once"), "enforce") == "seed-once"
    if row.has("writes") and not store.writes:
        what = 'says how Sameface writes, but mode = "read" lets it not; set mode to "both"'
        raise row.error("writes", what)
    return once


def _directory_store(row: Table, folder: Path, store: StoreSettings) -> StoreSettings:
    is_ad = store.connector == values.ACTIVE_DIRECTORY
    return StoreSettings(
        store.id,
        store.connector,
        store.mode,
        ca_file=files.ca_file(row, folder),
        directory=directories.directory_settings(row, folder, is_ad=is_ad),
    )


def _folder_store(row: Table, folder: Path, store: StoreSettings) -> StoreSettings:
    csv = row.maybe_text("csv")
    return StoreSettings(
        store.id,
        store.connector,
        store.mode,
        path=folder / row.text("path"),
        csv=None if csv is None else folder / csv,
    )


_READERS = {
    "folder": _folder_store,
    "active-directory": _directory_store,
    "openldap": _directory_store,
}


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
        ca_file=files.ca_file(row, folder),
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
        path = files.named(row, "token-file", folder)
        files.filled(row, "token-file", path, "put the token into it")
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
    return files.filled(row, key, files.named(row, key, folder), "put the client secret into it")


def _secret_env(row: Table, key: str, _: Path) -> str:
    return files.variable(row, key)


def _certificate(row: Table, key: str, folder: Path) -> str:
    path = files.named(row, key, folder)
    pem = files.filled(row, key, path, "put the certificate and its private key into it, as PEM")
    if "PRIVATE KEY-----" not in pem or "-----BEGIN CERTIFICATE-----" not in pem:
        what = f"names {path.name}, which should hold a certificate and its private key, as PEM"
        raise row.error(key, what)
    return pem


def _read(path: Path, remedy: str) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise BadSettings(f"{path} is not there; {remedy}.") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as why:
        raise BadSettings(f"{path} cannot be read ({why.strerror}); check its rights.") from None
