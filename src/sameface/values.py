"""The words of the house as frozen values. This module knows nobody.

Times are aware and in UTC; durations are `timedelta`; sizes end in `_px` or `_bytes`;
a change key is opaque. `None` means "not there", never "went wrong".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

ACTIVE_DIRECTORY = "active-directory"
ENTRA_ID = "entra-id"
EXCHANGE = "exchange"
SHAREPOINT = "sharepoint"
YAMMER = "yammer"
STORES = (ACTIVE_DIRECTORY, ENTRA_ID, EXCHANGE, SHAREPOINT, YAMMER)
"""The five stores of Office 365, in the order in which people read them."""


class Standing(StrEnum):
    """What a store says of one account's photo."""

    PHOTO = "photo"
    NEVER = "never"  # no photo, and none remembered
    DELETED = "deleted"  # no photo, and the store remembers that there was one
    NONE = "none"  # no photo; which of the two, the wire does not tell
    PLACEHOLDER = "placeholder"  # the store shows something that is not a photo
    UNKNOWN = "unknown"  # could not be observed


# ---------------------------------------------------------------------------
# People and accounts


class Key(StrEnum):
    """The kinds of identity key, strongest first."""

    MAPPED = "mapped"  # not the store's: somebody said whose the account is
    OBJECT_GUID = "object-guid"  # `store:handle` where it means nothing in other stores
    UPN = "upn"
    MAIL = "mail"  # the primary address first, then its aliases
    EMPLOYEE_ID = "employee-id"
    ACCOUNT_NAME = "account-name"


@dataclass(frozen=True, slots=True)
class Account:
    """A person in one store.

    `ref` is the store's own handle (a GUID, a UPN, a number, a file name): opaque outside its
    connector. `keys` are (kind, value) pairs, values as the store spells them.
    """

    store: str
    ref: str
    name: str = ""
    keys: tuple[tuple[Key, str], ...] = ()

    def key(self, kind: Key) -> str | None:
        """The first key of that kind, or None."""
        return next((value for k, value in self.keys if k == kind), None)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a face, and the accounts that are theirs. `id` is stable (the vault's own)."""

    id: str
    name: str
    upn: str
    accounts: tuple[Account, ...] = ()

    def account(self, store: str) -> Account | None:
        """This person in that store, or None."""
        return next((a for a in self.accounts if a.store == store), None)


# ---------------------------------------------------------------------------
# Pictures


@dataclass(frozen=True, slots=True)
class Rendition:
    """A photo made to fit a store. `media_type` is `image/jpeg` and the like."""

    data: bytes = field(repr=False)
    width_px: int
    height_px: int
    media_type: str

    @property
    def size_bytes(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a picture looks like, small enough to keep: see `sameface.pictures.fingerprints`."""

    data: bytes = field(repr=False)

    def hex(self) -> str:
        return self.data.hex()


class Likeness(StrEnum):
    """Whether two pictures show the same photo. Sameness is not transitive."""

    SAME = "same"
    CROPPED = "cropped"  # the same, but one is a part of the other
    DIFFERENT = "different"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes as a store serves them, with what the wire says of them."""

    data: bytes = field(repr=False)
    media_type: str
    change_key: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One photo of a person in the vault; `digest` is the SHA-256 of its original bytes, in hex.

    `photo` is the digest of the best copy the vault has of the same photo, mostly its own.
    `likeness` is CANNOT_TELL where it could not be told from the photos known before it.
    """

    person: str
    digest: str
    origin: str  # the store (or connector) where it was first seen
    first_seen: datetime
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    fingerprint: Fingerprint
    photo: str = ""
    likeness: Likeness = Likeness.SAME
    unfit: str = ""  # what it is instead of a photo of one person: "a picture without a face"


# ---------------------------------------------------------------------------
# What connectors find


@dataclass(frozen=True, slots=True)
class Observation:
    """What a connector found for one account at `observed_at`.

    `change_key` changes whenever the photo changes (and perhaps more often); None where the store
    has none. `changed_after`/`changed_by` bound the time of the last change as far as the store
    itself tells: within (after, by].
    """

    account: Account
    standing: Standing
    observed_at: datetime
    change_key: str | None = None
    width_px: int | None = None
    size_bytes: int | None = None
    changed_after: datetime | None = None
    changed_by: datetime | None = None
    facts: tuple[tuple[str, str], ...] = ()  # what else the store says that rules care about
    error: str | None = None  # one sentence, where standing is UNKNOWN

    def fact(self, name: str) -> str | None:
        """One of the store's further facts (such as `SPS-PictureTimestamp`), or None."""
        return next((value for key, value in self.facts if key == name), None)


@dataclass(frozen=True, slots=True)
class Page:
    """Some observations and the cursor that continues after them (None: that was the last page).

    Where the store tells of changes (`Capabilities.delta`), the last page has a cursor `since`:
    observed with it later, the store tells only what changed in between, in pages that are marked
    `delta`; `gone` are then the refs of accounts that are not there any more.

    `brought` are the pictures that came along with the page, by the ref of their account.
    """

    observations: tuple[Observation, ...]
    cursor: str | None
    since: str | None = None
    delta: bool = False
    gone: tuple[str, ...] = ()
    brought: Mapping[str, Picture] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """What a store answered to a write: its new change key, where it says one."""

    change_key: str | None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a store is and may do; the engine asks here and never guesses.

    `largest_px` is the biggest square it keeps, `max_bytes` the most it takes in one write.
    """

    writes: bool = False
    removes: bool = False
    formats: tuple[str, ...] = ("image/jpeg",)
    max_bytes: int | None = None
    largest_px: int = 648
    sizes_px: tuple[int, ...] = ()  # the sizes it serves, () for as stored
    several_files: bool = False  # keeps a file per size, so that each of `sizes_px` is written
    change_key: bool = False
    conditional_write: bool = False
    delta: bool = False
    finds: bool = False  # can observe one person without listing all
    concurrency: int = 4
    quota: tuple[int, timedelta] | None = None  # so many requests per so long
    by_hand: str | None = None  # who must act, and how, where Sameface may not write


@dataclass(frozen=True, slots=True)
class Checked:
    """What `sameface check` learned of one store: what it may do, and what it may not and why."""

    store: str
    reachable: bool
    says: str  # one sentence
    may: tuple[str, ...] = ()  # "read", "write", ...
    may_not: tuple[str, ...] = ()  # sentences


# ---------------------------------------------------------------------------
# What rules tell


class Mark(StrEnum):
    """How a reason is known."""

    OBSERVED = "observed"
    DEDUCED = "deduced"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of a "because": the rule (a row of the rulebook), when, and in words."""

    rule: str
    at: datetime | None
    text: str
    certain: bool = True
    mark: Mark = Mark.OBSERVED

    def as_json(self) -> dict[str, Any]:
        return {"rule": self.rule, "at": iso(self.at), "text": self.text, "certain": self.certain}


class Ends(StrEnum):
    """How a sighting ends."""

    TIME = "time"
    ACTION = "action"
    NEVER = "never"
    UNKNOWN = "unknown"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Until:
    """Until when a surface shows what it shows.

    `within_s` is (typical, max) in seconds where a time is a range and either may be unknown;
    `alternatives` end it just as well; `then` must follow before the wanted photo is seen.
    """

    kind: Ends
    text: str
    at: datetime | None = None
    within_s: tuple[float | None, float | None] | None = None
    action: str | None = None
    by: str | None = None
    alternatives: tuple[Until, ...] = ()
    then: Until | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape that design section 4 fixes; what does not apply is null, or empty."""
        return {
            "kind": str(self.kind),
            "at": iso(self.at),
            "within": None if self.within_s is None else list(self.within_s),
            "action": self.action,
            "by": self.by,
            "text": self.text,
            "or": [other.as_json() for other in self.alternatives],
            "then": None if self.then is None else self.then.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a viewer sees on a surface at a moment.

    `photos` are all that are possible, by name, None being "no picture"; sorted, "none" last.
    """

    person: str
    surface: str
    viewer: str | None
    at: datetime
    photos: tuple[str | None, ...]
    because: tuple[Reason, ...]
    until: Until


def iso(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z, to the second where it is whole."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one store holds for one person, as last observed and named.

    `photo` is the digest of the person's version that it shows, None where there is no photo or
    where `likeness` is CANNOT_TELL. Changed within (`changed_after`, `changed_by`].
    """

    store: str
    standing: Standing
    observed_at: datetime
    photo: str | None = None
    likeness: Likeness = Likeness.SAME
    change_key: str | None = None
    changed_after: datetime | None = None
    changed_by: datetime | None = None
    facts: tuple[tuple[str, str], ...] = ()
    error: str | None = None
    unfit: str = ""  # what it shows instead of a photo of one person: "a nearly black picture"

    def fact(self, name: str) -> str | None:
        """One of the store's further facts, or None."""
        return next((value for key, value in self.facts if key == name), None)
