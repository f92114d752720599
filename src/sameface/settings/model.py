"""What sameface.toml says, as frozen values. Secrets never show in a repr."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sameface import values
from sameface.people import Said
from sameface.settings.consoles import ConsoleSettings
from sameface.settings.schedules import Schedule
from sameface.settings.storage import Storage
from sameface.settings.wishes import PolicySettings

FILE = "sameface.toml"
FOLDER = "folder"
"""The id of the one store that is a folder of portraits."""

OPENLDAP = "openldap"
"""The id of the store that is an OpenLDAP server, or one like it."""

OWN_EXCHANGE = "exchange-on-premises"
"""The id of an Exchange of one's own beside Exchange Online, where an organisation has both."""

SERVES = {
    "graph": (values.EXCHANGE, values.ENTRA_ID),
    "sharepoint": (values.SHAREPOINT,),
    "yammer": (values.YAMMER,),
    "folder": (FOLDER,),
    "active-directory": (values.ACTIVE_DIRECTORY,),
    "openldap": (OPENLDAP,),
    "exchange": (values.EXCHANGE, OWN_EXCHANGE),
}
"""Which stores each connector can be."""

WRITERS = ("graph", "sharepoint", "active-directory", "openldap", "exchange")
"""The connectors that can write at all."""


class Mode(StrEnum):
    """What Sameface may do with a store."""

    READ = "read"
    WRITE = "write"  # written to, and never an authority
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class AppSignIn:
    """An application registered in the organisation; `secret` or `certificate` (PEM with key)."""

    authority: str
    client_id: str
    secret: str | None = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DeviceSignIn:
    """A person who signs in once by a code; `cache` is the file that keeps them signed in."""

    authority: str
    client_id: str
    cache: Path


@dataclass(frozen=True, slots=True)
class MachineSignIn:
    """The managed identity of the machine in Azure, or the one with that client id."""

    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class TokenSignIn:
    """A person's own sign-in: a file that holds a bearer token, read anew when it ends."""

    file: Path


@dataclass(frozen=True, slots=True)
class PasswordSignIn:
    """A name and a password, for an Exchange of one's own; `ntlm` where it takes nothing else."""

    user: str
    password: str = field(repr=False)
    ntlm: bool = False


SignIn = AppSignIn | DeviceSignIn | MachineSignIn | TokenSignIn
"""The ways to get a bearer token."""


class PhotoAttribute(StrEnum):
    """The attribute of a directory that holds the photo."""

    THUMBNAIL = "thumbnailPhoto"
    JPEG = "jpegPhoto"


class DirSync(StrEnum):
    """How Active Directory tells of changes (protocols 5.2, 5.3)."""

    OBJECT_SECURITY = "object-security"  # the DirSync control, seeing what the account may read
    REPLICATION = "replication"  # the same with the right Replicating Directory Changes
    OFF = "off"  # update sequence numbers


@dataclass(frozen=True, slots=True)
class Bind:
    """A name in the directory (a DN, a UPN, DOMAIN\\name) and its password."""

    dn: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DirectorySettings:
    """LDAP servers that hold the same directory, tried in their order; no `bind` means GSSAPI.

    `filter` narrows who is looked at; `max_bytes` is the most a photo may have when written.
    """

    urls: tuple[str, ...]
    base_dn: str
    bind: Bind | None
    starttls: bool = False
    filter: str = ""
    photo_attribute: PhotoAttribute = PhotoAttribute.JPEG
    max_bytes: int = 102_400
    dirsync: DirSync = DirSync.OBJECT_SECURITY


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """One configured store. `library` is SharePoint's folder; `path` and `csv` are the folder's.

    `licences` is how many the organisation has, by which SharePoint grants more or less.

    `group` and `people` say whose mailboxes an Exchange of one's own is asked for.
    """

    id: str
    connector: str
    mode: Mode = Mode.READ
    url: str = ""
    sign_in: SignIn | PasswordSignIn | None = None
    ca_file: Path | None = None
    library: str = ""
    path: Path | None = None
    csv: Path | None = None
    directory: DirectorySettings | None = None
    group: str = ""
    people: Path | None = None
    quota_speed: int = 1
    licences: int = 1
    patience: timedelta = timedelta(minutes=2)
    seed_once: bool = False  # given a photo where it has none, and never another one

    @property
    def writes(self) -> bool:
        return self.mode is not Mode.READ


@dataclass(frozen=True, slots=True)
class StopAbove:
    """A plan stops when more than this would change: people, or per cent of all people."""

    people: int | None = None
    percent: float | None = None

    def allows(self, changing: int, of: int) -> bool:
        """True while that many of so many people may change."""
        if self.people is not None:
            return changing <= self.people
        return changing * 100 <= (100.0 if self.percent is None else self.percent) * of

    def __str__(self) -> str:
        return f"{self.percent:g}%" if self.percent is not None else f"{self.people} people"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything sameface.toml says. `options` are the rulebook's own, checked by the rulebook.

    `vault` is the vault's folder; `storage` says what of it is somewhere else.
    """

    file: Path
    organisation: str
    rulebook: str
    vault: Path
    authorities: tuple[str, ...]
    stop_above: StopAbove
    stores: tuple[StoreSettings, ...]
    options: tuple[tuple[str, Any], ...] = ()
    policy: PolicySettings = field(default_factory=PolicySettings)
    mapping: Said = field(default_factory=Said)
    storage: Storage = field(default_factory=Storage)
    schedule: Schedule = field(default_factory=Schedule)
    console: ConsoleSettings = field(default_factory=ConsoleSettings)

    def store(self, store: str) -> StoreSettings | None:
        """How that store is configured, or None: not connected."""
        return next((s for s in self.stores if s.id == store), None)

    def scope(self, store: str) -> str:
        """The same while the same people of that store are looked at, by the same mapping: what it
        tells of changes says nothing about anybody else."""
        asked = self.store(store)
        of = None if asked is None else asked.directory
        part = () if of is None else (of.base_dn, of.filter, of.photo_attribute)
        return hashlib.sha256("\n".join((self.mapping.digest, *part)).encode()).hexdigest()[:16]
