"""Photos by name: drawn ones are made when somebody asks, uploaded ones are kept as files.

A drawn photo is called by a plain label ("A", "beach"), which means another picture for every
person. `sha256:…` is an upload that a store re-encodes for every size; `file:…` one that it serves
as it came (SharePoint's library).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from pathlib import Path

from sameface.errors import BadUsage, NotAPicture
from sameface.pictures import Want, inspect, portrait
from sameface.values import Rendition
from sameface.workshop.service import workshop

DRAWN_PX = 648
"""How large drawn photos are: as large as Exchange keeps any (protocols 1.2)."""

TAKEN = ("image/jpeg", "image/png", "image/gif")
"""What the services take as an upload; JPEG is documented, PNG observed (protocols 1.4)."""

_UPLOAD, _FILE = "sha256:", "file:"
_KEPT = re.compile(rf"(?:{_UPLOAD}|{_FILE})(?P<digest>[0-9a-f]{{64}})")


class Album:
    """All photos of the tenant: uploads in `folder`, up to `most_bytes` of renditions in memory."""

    def __init__(self, seed: int, folder: Path, most_bytes: int = 256 * 2**20) -> None:
        self._seed, self._folder, self._most_bytes = seed, folder, most_bytes
        self._looks: dict[str, dict[str, int]] = {}
        self._women: dict[str, bool | None] = {}
        self._kept: OrderedDict[tuple[str, int], Rendition] = OrderedDict()
        self._kept_bytes = 0
        self._making: dict[tuple[str, int], asyncio.Task[Rendition]] = {}
        self._sides: dict[str, int] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def sits(self, person: str, woman: bool | None) -> None:
        """Somebody has portraits from now on; None leaves it to the dice who they are."""
        self._women[person] = woman

    def introduce(self, person: str, name: str) -> None:
        """A label gets the person's next look: two labels are never the same picture."""
        path = self._path(name)
        if path is None:
            looks = self._looks.setdefault(person, {})
            looks.setdefault(name, len(looks))
        elif not path.exists():
            raise BadUsage(f"Nobody uploaded {name}; send the picture itself.")

    async def keep(self, data: bytes, *, as_it_is: bool = False) -> str:
        """Keep an upload and return its name. Raises `PictureRefused` for anything but a photo.

        `as_it_is`: what the store serves are these bytes, not squares made of them.
        """
        header, _ = await workshop().measure(data)
        if header.media_type not in TAKEN:
            raise NotAPicture(f"This is {header.media_type}; the service takes {', '.join(TAKEN)}.")
        digest = hashlib.sha256(data).hexdigest()
        path = self._folder / digest
        if not path.exists():
            path.write_bytes(data)
        name = f"{_FILE if as_it_is else _UPLOAD}{digest}"
        self._sides[name] = header.short_px
        return name

    def longest_px(self, name: str) -> int:
        """The side of the largest square that can be had of it, without drawing anything."""
        if name not in self._sides:
            path = self._path(name)
            # Its header only: all its pixels went through the workshop when it was uploaded.
            self._sides[name] = inspect(path.read_bytes()).short_px if path else DRAWN_PX
        return self._sides[name]

    async def square(self, person: str, name: str, px: int) -> Rendition:
        """The photo as a square JPEG of `px`, never enlarged; a `file:` as it is."""
        key = (name if self._path(name) else f"{person}/{name}", min(px, self.longest_px(name)))
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._make(person, name, key[1]))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        made = await asyncio.shield(task)
        self._remember(key, made)
        return made

    async def _make(self, person: str, name: str, px: int) -> Rendition:
        path = self._path(name)
        if path is None:
            return await asyncio.to_thread(self._draw, person, name, px)
        data = path.read_bytes()
        if not name.startswith(_FILE):
            return await workshop().render(data, Want(px))
        header = await workshop().inspect(data)
        return Rendition(data, header.width_px, header.height_px, header.media_type)

    def _draw(self, person: str, name: str, px: int) -> Rendition:
        look, woman = self._looks[person][name], self._women[person]
        data = portrait(f"{self._seed}/{person}", look, px, woman=woman)
        return Rendition(data, px, px, "image/jpeg")

    def _remember(self, key: tuple[str, int], made: Rendition) -> None:
        if key in self._kept:
            return
        self._kept[key] = made
        self._kept_bytes += made.size_bytes
        while self._kept_bytes > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= oldest.size_bytes

    def _path(self, name: str) -> Path | None:
        """Where an upload lies; None for a drawn photo."""
        match = _KEPT.fullmatch(name)
        return self._folder / match["digest"] if match else None
