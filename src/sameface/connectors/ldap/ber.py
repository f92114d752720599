"""The little of BER that LDAP controls are made of: integers, octets, sequences (X.690)."""

from __future__ import annotations

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE = 0x01, 0x02, 0x04, 0x0A, 0x30


class NotBer(ValueError):
    """Bytes that are no BER, or break off."""


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A signed integer in the fewest bytes; `tag` may be ENUMERATED."""
    length = (value + (value < 0)).bit_length() // 8 + 1
    return wrapped(tag, value.to_bytes(length, "big", signed=True))


def octets(data: bytes) -> bytes:
    """An octet string."""
    return wrapped(OCTETS, data)


def sequence(*parts: bytes) -> bytes:
    """A sequence of what is BER already."""
    return wrapped(SEQUENCE, b"".join(parts))


def wrapped(tag: int, body: bytes) -> bytes:
    """Tag, length, body."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def parts(data: bytes) -> list[tuple[int, bytes]]:
    """All (tag, body) pairs of these bytes, in order. Error: NotBer."""
    found: list[tuple[int, bytes]] = []
    while data:
        tag, body, data = _first(data)
        found.append((tag, body))
    return found


def inside(data: bytes) -> list[tuple[int, bytes]]:
    """The parts of the one sequence that these bytes are. Error: NotBer."""
    whole = parts(data)
    if len(whole) != 1 or whole[0][0] != SEQUENCE:
        raise NotBer("not one sequence")
    return parts(whole[0][1])


def number(body: bytes) -> int:
    """The value of an integer's body."""
    return int.from_bytes(body, "big", signed=True)


def _first(data: bytes) -> tuple[int, bytes, bytes]:
    """(tag, body, what follows)."""
    if len(data) < 2:
        raise NotBer("breaks off")
    tag, size, start = data[0], data[1], 2
    if size & 0x80:
        start += size & 0x7F
        if start == 2 or start > len(data):
            raise NotBer("has no length")
        size = int.from_bytes(data[2:start], "big")
    if start + size > len(data):
        raise NotBer("breaks off")
    return tag, data[start : start + size], data[start + size :]
