"""What a directory holds of one object, and how filters name things in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """One object: its DN, its values by lower-case attribute name, its controls by OID."""

    dn: str
    values: Mapping[str, Sequence[bytes]] = field(repr=False)
    controls: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def octets(self, name: str) -> bytes | None:
        """The first value, or None: not there."""
        found = self.values.get(name.lower())
        return bytes(found[0]) if found else None

    def text(self, name: str) -> str:
        """The first value as text; empty where there is none, or where it is none."""
        try:
            return (self.octets(name) or b"").decode("utf-8").strip()
        except UnicodeDecodeError:
            return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """All values as text."""
        return tuple(v.decode("utf-8", "replace") for v in self.values.get(name.lower(), ()))


@dataclass(frozen=True, slots=True)
class Message:
    """A message between entries, such as syncrepl's."""

    oid: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `controls` came with its end, by OID."""

    entries: tuple[Entry, ...]
    controls: Mapping[str, bytes] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()


def escaped(value: str | bytes) -> str:
    """A value in a filter (RFC 4515): octets as hex, and in text what would end it."""
    if isinstance(value, bytes):
        return "".join(f"\\{octet:02x}" for octet in value)
    return "".join(f"\\{ord(c):02x}" if c in "\\*()\x00" else c for c in value)


def any_of(filters: Sequence[str]) -> str:
    """A filter that one of these satisfies."""
    return filters[0] if len(filters) == 1 else f"(|{''.join(filters)})"


def all_of(*filters: str) -> str:
    """A filter that all of these satisfy; empty ones say nothing."""
    told = [one for one in filters if one]
    return told[0] if len(told) == 1 else f"(&{''.join(told)})"


def is_below(dn: str, base: str) -> bool:
    """True for an object at that base or below; blanks around commas and case do not matter."""
    plain, root = _plain(dn), _plain(base)
    return plain == root or plain.endswith("," + root)


def _plain(dn: str) -> str:
    return ",".join(part.strip() for part in dn.casefold().split(","))
