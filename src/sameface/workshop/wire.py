"""What goes through the pipe between us and a worker: JSON with blobs behind it, and nothing else.

No pickles: a decoder that a picture has taken over must not be able to make us run anything.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

MOST_BYTES = 256_000_000
"""No message is longer; one that says so is garbled."""

TOO_MUCH_MEMORY = "This picture takes too much memory to read; save it smaller."
BROKE = (
    "This picture broke the process that read it, so it is refused; save it anew from its source."
)

_HEAD = struct.Struct(">II")  # bytes of JSON, number of blobs
_LENGTH = struct.Struct(">I")


class Broken(Exception):
    """The other end is gone, or says what nobody can read."""


def send(pipe: BinaryIO, told: dict[str, Any], *blobs: bytes) -> None:
    """One message. Error: Broken."""
    text = json.dumps(told).encode()
    try:
        pipe.write(_HEAD.pack(len(text), len(blobs)) + text)
        for blob in blobs:
            pipe.write(_LENGTH.pack(len(blob)))
            pipe.write(blob)
        pipe.flush()
    except (OSError, ValueError) as wrong:
        raise Broken from wrong


def receive(pipe: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    """The next message. Error: Broken, also at the end."""
    length, count = _HEAD.unpack(_exactly(pipe, _HEAD.size))
    text = _exactly(pipe, length)
    blobs = [_exactly(pipe, _LENGTH.unpack(_exactly(pipe, _LENGTH.size))[0]) for _ in range(count)]
    try:
        told = json.loads(text)
    except ValueError as wrong:
        raise Broken from wrong
    if not isinstance(told, dict):
        raise Broken
    return told, blobs


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    if length > MOST_BYTES:
        raise Broken
    try:
        data = pipe.read(length)
    except (OSError, ValueError) as wrong:
        raise Broken from wrong
    if len(data) < length:
        raise Broken
    return data
