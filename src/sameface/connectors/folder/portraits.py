"""The folder on the disk: which portraits there are, whose they are, what is wrong with them."""

from __future__ import annotations

import csv
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sameface.documents import text_of
from sameface.errors import Garbled, Unreachable
from sameface.pictures.formats import media_type, what_it_is
from sameface.values import Key

LARGEST_BYTES = 30_000_000
"""Beyond this no portrait is read: telephones make 5 to 12 MB."""

COLUMNS = {
    "upn": Key.UPN,
    "mail": Key.MAIL,
    "account-name": Key.ACCOUNT_NAME,
    "employee-id": Key.EMPLOYEE_ID,
}
"""The columns of the CSV beside `file`, and the identity keys they are."""

_HEAD_BYTES = 512

_Keys = tuple[tuple[Key, str], ...]
_Person = tuple[_Keys, tuple[str, ...]]  # their keys, and the files that are said to be theirs


@dataclass(frozen=True, slots=True)
class Portrait:
    """One person's portrait: how the folder calls the person, their keys, and the files found.

    `wrong` is a sentence where there is not exactly one usable file.
    """

    ref: str
    keys: tuple[tuple[Key, str], ...]
    file: str
    stamp: str = ""  # size and time: changes whenever the file does
    size_bytes: int = 0
    modified: datetime | None = None
    wrong: str | None = None


def portraits(store: str, folder: Path, listing: Path | None) -> list[Portrait]:
    """Everybody's portrait, in order of `ref`; by the CSV where there is one.

    Errors: Unreachable (no folder, no CSV), Garbled (a CSV that is not as it should be).
    """
    names = _files(store, folder)
    people = _named(names) if listing is None else _listed(store, listing, names)
    return [
        _portrait(folder, ref, keys, files, _shared(files, people))
        for ref, (keys, files) in sorted(people.items())
    ]


def look_again(folder: Path, portrait: Portrait) -> Portrait:
    """The same portrait as its file is now."""
    if portrait.wrong:
        return portrait
    return _portrait(folder, portrait.ref, portrait.keys, (portrait.file,), None)


def content(store: str, folder: Path, portrait: Portrait) -> bytes:
    """A portrait's bytes. Error: Unreachable where it cannot be read."""
    try:
        return (folder / portrait.file).read_bytes()
    except OSError as why:
        what = f"cannot read {portrait.file} ({why.strerror}); check its rights"
        raise Unreachable(store, what, account=portrait.ref) from None


# ---------------------------------------------------------------------------


def _files(store: str, folder: Path) -> list[str]:
    """Names of the files that may be portraits; hidden ones and folders are not."""
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if not e.is_dir() and not _is_furniture(e.name)]
    except OSError as why:
        what = f"cannot open the folder {folder.name} ({why.strerror}); check `path`"
        raise Unreachable(store, what) from None
    return sorted(names)


def _is_furniture(name: str) -> bool:
    """What computers leave in folders by themselves, and lists that people keep there."""
    lower = name.lower()
    return (
        name.startswith((".", "~$"))
        or lower in {"thumbs.db", "desktop.ini"}
        or lower.endswith(".csv")
    )


def _named(names: list[str]) -> dict[str, _Person]:
    """Whose the files are, by their names, in any case."""
    people: dict[str, _Person] = {}
    for name in names:
        called = _called(name)
        # Whether an address is the UPN or the mail nobody can see; joining tries both for a UPN.
        key = (Key.UPN if "@" in called else Key.ACCOUNT_NAME), called
        keys, files = people.get(called.lower(), ((key,), ()))
        people[called.lower()] = keys, (*files, name)
    return people


def _called(name: str) -> str:
    """A file's name without its ending; `alice@contoso.test` has none, for all its dots."""
    stem = Path(name).stem
    _, at, domain = stem.rpartition("@")
    return name if at and "." not in domain else stem


def _listed(store: str, listing: Path, names: list[str]) -> dict[str, _Person]:
    """Whose the files are, by the CSV; files it does not name are nobody's."""
    there = {name.lower(): name for name in names}
    people: dict[str, _Person] = {}
    for file, keys in _rows(store, listing):
        ref = keys[0][1].lower()
        known, files = people.get(ref, ((), ()))
        name = there.get(file.lower(), file)
        people[ref] = tuple(dict.fromkeys((*known, *keys))), tuple(dict.fromkeys((*files, name)))
    return people


def _rows(store: str, listing: Path) -> list[tuple[str, _Keys]]:
    try:
        text = text_of(listing)
    except OSError as why:
        what = f"cannot read {listing.name} ({why.strerror}); check `csv`"
        raise Unreachable(store, what) from None
    except UnicodeDecodeError:
        raise Garbled(store, f"cannot read {listing.name}: it is not UTF-8; save it so") from None
    separator = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.DictReader(text.splitlines(), delimiter=separator, strict=True)
    columns = {name.strip().lower(): name for name in reader.fieldnames or () if name}
    if "file" not in columns or not columns.keys() & COLUMNS.keys():
        what = f"needs in the first line of {listing.name} `file` and one of {', '.join(COLUMNS)}"
        raise Garbled(store, what)
    rows = []
    try:
        for row in reader:
            file = (row[columns["file"]] or "").strip()
            keys = tuple(
                (kind, value)
                for name, kind in COLUMNS.items()
                if name in columns and (value := (row[columns[name]] or "").strip())
            )
            if not file or not keys or "/" in file or "\\" in file:
                what = (
                    f"needs a file name without folders and a key in line {reader.line_num} "
                    f"of {listing.name}"
                )
                raise Garbled(store, what)
            rows.append((file, keys))
    except csv.Error as wrong:
        what = f"cannot read line {reader.line_num} of {listing.name} ({wrong}); correct it"
        raise Garbled(store, what) from None
    return rows


def _shared(files: tuple[str, ...], people: dict[str, _Person]) -> str | None:
    """Why nobody gets a file that a CSV gives to several people: a face is one person's."""
    owners = [ref for ref, (_, theirs) in people.items() if set(files) & set(theirs)]
    if len(owners) == 1:
        return None
    return f"{files[0]} is given to {' and '.join(owners[:3])}; correct the CSV"


def _portrait(
    folder: Path, ref: str, keys: _Keys, files: tuple[str, ...], shared: str | None
) -> Portrait:
    if len(files) > 1:
        what = f"{' and '.join(files)} are for one person; keep the one that is right"
        return Portrait(ref, keys, files[0], wrong=what)
    if shared is not None:
        return Portrait(ref, keys, files[0], wrong=shared)
    file = files[0]
    try:
        state = (folder / file).stat()
        if not stat.S_ISREG(state.st_mode):  # a pipe would be waited for
            return Portrait(ref, keys, file, wrong=f"{file} is not a file; put a picture there")
        with (folder / file).open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
    except FileNotFoundError:
        return Portrait(ref, keys, file, wrong=f"{file} is not there; add it or correct the CSV")
    except OSError as why:
        return Portrait(ref, keys, file, wrong=f"{file} cannot be read ({why.strerror})")
    return Portrait(
        ref,
        keys,
        file,
        f"{state.st_size}-{state.st_mtime_ns}",
        state.st_size,
        datetime.fromtimestamp(state.st_mtime, UTC),
        _unusable(file, head, state.st_size),
    )


def _unusable(file: str, head: bytes, size_bytes: int) -> str | None:
    """Why a file cannot be a portrait, as far as its beginning and its size tell."""
    if size_bytes > LARGEST_BYTES:
        return f"{file} has {size_bytes:,} bytes, {LARGEST_BYTES:,} are the limit; save it smaller"
    return f"{file}: {what_it_is(head)}" if media_type(head) is None else None
