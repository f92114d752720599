"""What sameface.toml says, as frozen values. Secrets never show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sameface import values

FILE = "sameface.toml"
FOLDER = "folder"
"""The id of the one store that is a folder of portraits."""

SERVES = {
    "graph": (values.EXCHANGE, values.ENTRA_ID),
    "sharepoint": (values.SHAREPOINT,),
    "yammer": (values.YAMMER,),
    "folder": (FOLDER,),
}
"""Which stores each connector can be."""

WRITERS = ("graph", "sharepoint")
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
class TokenSignIn:
    """A person's own sign-in: a file that holds a bearer token, read anew when it ends."""

    file: Path


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """One configured store. `library` is SharePoint's folder; `path` and `csv` are the folder's."""

    id: str
    connector: str
    mode: Mode = Mode.READ
    url: str = ""
    sign_in: AppSignIn | TokenSignIn | None = None
    ca_file: Path | None = None
    library: str = ""
    path: Path | None = None
    csv: Path | None = None
    quota_speed: int = 1
    patience: timedelta = timedelta(minutes=2)

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
    """Everything sameface.toml says. `options` are the rulebook's own, checked by the rulebook."""

    file: Path
    organisation: str
    rulebook: str
    vault: Path
    authorities: tuple[str, ...]
    stop_above: StopAbove
    stores: tuple[StoreSettings, ...]
    options: tuple[tuple[str, Any], ...] = ()

    def store(self, store: str) -> StoreSettings | None:
        """How that store is configured, or None: not connected."""
        return next((s for s in self.stores if s.id == store), None)
