"""Photos as files, for a web server in front to hand out without asking: `photo-folder`.

On the shelf is only what every colleague may see today. Who is not to be seen any more, or has
another photo, is taken down; and all of it when the console begins and ends, so that nothing is
handed out that nobody watches over.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Collection
from pathlib import Path

from sameface.errors import NoRoom

SIZES_PX = (96, 112, 144, 160, 176, 240, 400)
"""What the console's own pages ask for; other sizes are not kept as files."""

_FOLDER, _FILE = 0o750, 0o640  # its group is the web server's
_SIGNATURE = "signature.conf"
_SIGNED = re.compile(r'secure_link_md5 "([0-9a-f]{64})\$secure_link_expires \$uri \1";\n')
_ID = re.compile(r"[0-9a-f]+")


def key_of(folder: Path) -> str:
    """What addresses are signed with: 64 digits, kept where nginx reads them. Error: NoRoom.

    The file is made when it is not there, for its owner alone: nginx reads it as root.
    """
    file = folder / _SIGNATURE
    try:
        key = secrets.token_hex(32)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(f'secure_link_md5 "{key}$secure_link_expires $uri {key}";\n')
    except FileExistsError:
        pass
    except OSError as wrong:
        raise _unusable(folder, wrong) from wrong
    try:
        found = _SIGNED.fullmatch(file.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as wrong:
        raise _unusable(folder, wrong) from wrong
    if found is None:
        raise NoRoom(f"{file} holds no key of ours; remove it, start again, and reload nginx.")
    return found[1]


class Shelf:
    """`photos/{px}/photo/{person}/{version}.{ending}` in a folder: sizes by the paths of the
    addresses under which they are asked for. Plain blocking calls."""

    def __init__(self, folder: Path) -> None:
        """Empty. Error: NoRoom."""
        self._folder, self._photos = folder, folder / "photos"
        self.key = key_of(folder)
        self.empty()

    def put(self, person: str, file: str, px: int, data: bytes) -> None:
        """From now on it is handed out; where it cannot be written, it goes on being asked for."""
        if px not in SIZES_PX or _ID.fullmatch(person) is None:
            return
        place = self._of(person, px) / file
        part = place.with_name(f"{file}.{secrets.token_hex(4)}")
        try:
            if not place.parent.is_dir():
                for above in reversed(place.parents[:4]):
                    above.mkdir(exist_ok=True)
                    above.chmod(_FOLDER)
            part.write_bytes(data)
            part.chmod(_FILE)
            part.replace(place)
        except OSError:
            part.unlink(missing_ok=True)

    def drop(self, people: Collection[str]) -> None:
        """From now on nothing of these people (ids) is handed out. Error: NoRoom."""
        for person in people:
            for px in SIZES_PX:
                self._remove(self._of(person, px))

    def people(self) -> set[str]:
        """Everybody (ids) of whom there is something."""
        return {place.name for place in self._photos.glob("*/photo/*")}

    def empty(self) -> None:
        """From now on nothing is handed out. Error: NoRoom."""
        self._remove(self._photos)

    def _of(self, person: str, px: int) -> Path:
        return self._photos / str(px) / "photo" / person

    def _remove(self, place: Path) -> None:
        """Under another name first: nobody finds half of it, and nothing is put into it."""
        gone = self._folder / f"gone-{secrets.token_hex(8)}"
        try:
            place.rename(gone)
            shutil.rmtree(gone)
        except FileNotFoundError:
            pass
        except OSError as wrong:
            raise _unusable(self._folder, wrong) from wrong


def _unusable(folder: Path, wrong: Exception) -> NoRoom:
    return NoRoom(
        f"{folder}, the photo-folder, cannot be used ({wrong}); give Sameface the right to write "
        "there, or leave photo-folder out."
    )
