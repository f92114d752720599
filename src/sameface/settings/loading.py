"""sameface.toml and the secrets it names, read and checked: a mistake names its key and remedy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sameface import values
from sameface.documents import Table, parse_toml, text_of
from sameface.errors import BadSettings
from sameface.people import Said, parse_mapping
from sameface.people.mapping import COLUMNS
from sameface.settings import consoles, directories, files, schedules, signing_in
from sameface.settings import storage as storages
from sameface.settings.model import (
    FOLDER,
    OPENLDAP,
    OWN_EXCHANGE,
    SERVES,
    WRITERS,
    Mode,
    Settings,
    StoreSettings,
)
from sameface.settings.policies import KEYS, policy, refuse_unknown

_TABLES = {
    "organisation": ("name", "rulebook"),
    "vault": storages.KEYS,
    "schedule": schedules.KEYS,
    "policy": KEYS,
    "people": ("mapping",),
    "console": consoles.KEYS,
}
_ANY_STORE = ("id", "connector", "mode", "writes")
_WIRE = ("url", "ca-file", "patience")
_KEYS = {
    "graph": (*_ANY_STORE, *_WIRE, "quota-speed", *signing_in.KEYS),
    "sharepoint": (
        *_ANY_STORE,
        *_WIRE,
        "quota-speed",
        *signing_in.KEYS,
        "library",
        "licences",
    ),
    "yammer": (*_ANY_STORE, *_WIRE, "quota-speed", *signing_in.PERSON_KEYS),
    "folder": (*_ANY_STORE, "path", "csv"),
    "active-directory": (*_ANY_STORE, *directories.AD_KEYS),
    "openldap": (*_ANY_STORE, *directories.KEYS),
    "exchange": (
        *_ANY_STORE,
        *_WIRE,
        *signing_in.KEYS,
        *signing_in.PASSWORD_KEYS,
        "group",
        "people",
    ),
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
        storage=storages.storage(vault, path.parent),
        schedule=schedules.schedule(document.table("schedule")),
        **policy(document.table("policy"), stores, path.parent),
        stores=stores,
        mapping=_mapping(document.table("people"), stores, path.parent),
        options=tuple(document.table("options").raw.items()),
        console=consoles.console_settings(document.table("console"), path.parent),
    )


# ---------------------------------------------------------------------------


def _mapping(table: Table, stores: tuple[StoreSettings, ...], folder: Path) -> Said:
    """Whose accounts are, where a person has said so; nothing where no file is named."""
    if not table.has("mapping"):
        return Said()
    path = files.named(table, "mapping", folder)
    text = files.filled(table, "mapping", path, f"its first line names {', '.join(COLUMNS)}")
    return parse_mapping(text, path.name, [store.id for store in stores])


def _stores(document: Table, folder: Path) -> tuple[StoreSettings, ...]:
    stores: list[StoreSettings] = []
    for row in document.rows("stores"):
        store = _store(row, folder)
        if any(other.id == store.id for other in stores):
            raise row.error("id", f'names "{store.id}" a second time; keep one of the two tables')
        stores.append(store)
    if not stores:
        raise document.error("stores", "is missing; each store to connect is a [[stores]] table")
    return tuple(stores)


def _store(row: Table, folder: Path) -> StoreSettings:
    connector = row.choice("connector", SERVES)
    refuse_unknown(row, _KEYS[connector])
    known = [*values.STORES, FOLDER, OPENLDAP, OWN_EXCHANGE]
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


def _exchange_store(row: Table, folder: Path, store: StoreSettings) -> StoreSettings:
    """An Exchange of one's own: a name and a password, or tokens as others have them."""
    url = signing_in.wire_url(row, store.connector)
    if row.has("group") == row.has("people"):
        told = "are given together; keep one" if row.has("group") else "are missing; add one"
        raise row.error("", f"group and people {told}, since Exchange does not list its mailboxes")
    people = folder / row.text("people") if row.has("people") else None
    if people is not None:
        files.filled(row, "people", people, "put a mail address on each of its lines")
    by_name = row.has("user")
    return replace(
        store,
        url=url,
        sign_in=signing_in.password_sign_in(row, folder)
        if by_name
        else signing_in.sign_in(row, folder, store.connector, url),
        ca_file=files.ca_file(row, folder),
        group=row.text("group", ""),
        people=people,
        patience=row.offset("patience", "2m"),
    )


def _wire_store(row: Table, folder: Path, store: StoreSettings) -> StoreSettings:
    url = signing_in.wire_url(row, store.connector)
    return replace(
        store,
        url=url,
        sign_in=signing_in.sign_in(row, folder, store.connector, url),
        ca_file=files.ca_file(row, folder),
        library=row.text("library", "").strip("/") if store.connector == "sharepoint" else "",
        quota_speed=row.number("quota-speed", 1, at_least=1) or 1,
        licences=row.number("licences", 1, at_least=1) or 1,
        patience=row.offset("patience", "2m"),
    )


_READERS = {
    "folder": _folder_store,
    "active-directory": _directory_store,
    "openldap": _directory_store,
    "exchange": _exchange_store,
}


def _read(path: Path, remedy: str) -> str:
    try:
        return text_of(path)
    except FileNotFoundError:
        raise BadSettings(f"{path} is not there; {remedy}.") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    except OSError as why:
        raise BadSettings(f"{path} cannot be read ({why.strerror}); check its rights.") from None
