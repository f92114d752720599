"""Photos: whether a file is fit to be one, what each store would get, whether two are alike."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.errors import BadUsage, NoRoom, PictureRefused
from sameface.pictures import LIMITS, SLOTS, Fitness, Slot, Verdict, compare
from sameface.pictures.formats import FORMATS
from sameface.values import Fingerprint, Likeness, Rendition
from sameface.workshop.lanes import Workers

_EXITS = {Likeness.DIFFERENT: 1, Likeness.CANNOT_TELL: 5}
_SAYS = {
    Likeness.SAME: "the same picture",
    Likeness.CROPPED: "the same picture, but one is a part of the other",
    Likeness.DIFFERENT: "different pictures",
    Likeness.CANNOT_TELL: "nobody can tell: one is too small or too flat",
}
_HEADLINES = {
    Fitness.FIT: "fit",
    Fitness.NOT_A_PHOTO: "not a photo",
    Fitness.REFUSED: "refused",
}


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="inspect|render|compare|wrong-faces"
    )
    inspect = verbs.add_parser("inspect", help="what a photo is, and whether it is fit")
    inspect.add_argument("files", nargs="+", type=Path, metavar="FILE")
    render = verbs.add_parser("render", help="write what a store would get")
    render.add_argument("files", nargs="+", type=Path, metavar="FILE")
    stores = ", ".join(SLOTS)
    render.add_argument("--for", dest="store", required=True, metavar="STORE", help=stores)
    render.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="where to")
    alike = verbs.add_parser("compare", help="exit 0 the same, 1 different, 5 cannot tell")
    alike.add_argument("files", nargs="+", type=Path, metavar="FILE")
    wrong = verbs.add_parser("wrong-faces", help="who shows a picture that is somebody else's")
    add_settings(wrong)
    for one in (inspect, render, alike, wrong):
        one.add_argument("--json", action="store_true", help="as JSON, a line per file")
        one.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """The exit code of the verb; 2 where a file or a folder cannot be read or written."""
    if args.verb == "render":
        return _render(args.files, _slots(args.store), args.store, args.output, as_json=args.json)
    if args.verb == "compare":
        return _compare(args.files, as_json=args.json)
    if args.verb == "wrong-faces":
        from sameface.cli.wrong_faces import tell  # noqa: PLC0415 - it alone needs the vault

        return tell(args.settings, as_json=args.json)
    return _inspect(args.files, as_json=args.json)


def _inspect(files: list[Path], *, as_json: bool) -> int:
    """Every file is answered; a refusal is a verdict like any other."""
    contents = [_read(file) for file in files]
    with Workers(1) as workers:
        for file, data in zip(files, contents, strict=True):
            verdict = workers.judge(data)
            if as_json:
                terminal.data({"file": str(file), **verdict.as_json()})
            else:
                _tell(file, verdict)
    return 0


def _tell(file: Path, verdict: Verdict) -> None:
    header, says = verdict.header, _HEADLINES[verdict.fitness]
    if header is not None:
        size = f"{header.width_px} x {header.height_px} px, {header.size_bytes:,} bytes"
        says += f" ({FORMATS[header.media_type]}, {size})"
    terminal.out(f"{file}: {says}")
    for remark in verdict.remarks:
        terminal.out(f"  {remark.text}")


def _render(
    files: list[Path], slots: tuple[Slot, ...], store: str, folder: Path, *, as_json: bool
) -> int:
    """The first refused file ends it: half a set would be taken for a whole one."""
    contents = [_read(file) for file in files]
    with Workers(1) as workers:
        for file, data in zip(files, contents, strict=True):
            try:
                made = workers.ladder(data, [slot.want for slot in slots])
            except PictureRefused as refused:
                raise type(refused)(f"{file}: {refused.why}") from None
            rows = [
                _written(folder, f"{file.stem}.{store}.{slot.name}", one)
                for slot, one in zip(slots, made, strict=True)
            ]
            if as_json:
                terminal.data({"file": str(file), "store": store, "made": rows})
            else:
                _tell_made(file, store, rows)
    return 0


def _written(folder: Path, stem: str, rendition: Rendition) -> dict[str, Any]:
    path = folder / f"{stem}.{rendition.media_type.removeprefix('image/').replace('jpeg', 'jpg')}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rendition.data)
    except OSError as wrong:
        raise NoRoom(f"{path} cannot be written: {wrong.strerror}; choose another -o.") from None
    return {
        "file": str(path),
        "width_px": rendition.width_px,
        "height_px": rendition.height_px,
        "size_bytes": rendition.size_bytes,
        "media_type": rendition.media_type,
    }


def _tell_made(file: Path, store: str, rows: list[dict[str, Any]]) -> None:
    terminal.out(f"{file}: what {store} would get")
    for row in rows:
        size = f"{row['width_px']} x {row['height_px']} px, {row['size_bytes']:,} bytes"
        terminal.out(f"  {row['file']}  {size}")


def _compare(files: list[Path], *, as_json: bool) -> int:
    """Every file against the first; one that differs counts more than one nobody can tell."""
    if len(files) < 2:
        raise BadUsage("One picture has nothing to be compared with; name two files or more.")
    contents = [_read(file) for file in files]
    with Workers(1) as workers:
        marks = [_mark(workers, data) for data in contents]
    answers = [_likeness(marks[0], mark) for mark in marks[1:]]
    for file, mark, answer in zip(files[1:], marks[1:], answers, strict=True):
        refused = next((m for m in (marks[0], mark) if isinstance(m, PictureRefused)), None)
        _tell_likeness(files[0], file, answer, refused, as_json=as_json)
    codes = {_EXITS.get(answer, 0) for answer in answers}
    return 1 if 1 in codes else max(codes)


def _likeness(one: Fingerprint | PictureRefused, other: Fingerprint | PictureRefused) -> Likeness:
    if isinstance(one, PictureRefused) or isinstance(other, PictureRefused):
        return Likeness.CANNOT_TELL
    return compare(one, other)


def _mark(workers: Workers, data: bytes) -> Fingerprint | PictureRefused:
    try:
        return workers.fingerprint(data)
    except PictureRefused as refused:
        return refused


def _tell_likeness(
    first: Path, file: Path, answer: Likeness, refused: PictureRefused | None, *, as_json: bool
) -> None:
    if as_json:
        told: dict[str, Any] = {"file": str(file), "with": str(first), "likeness": str(answer)}
        if refused is not None:
            told["error"] = refused.as_json()
        terminal.data(told)
        return
    says = f"nobody can tell: {refused.sentence()}" if refused else f"{_SAYS[answer]}."
    terminal.out(f"{first} and {file}: {says}")


def _slots(store: str) -> tuple[Slot, ...]:
    if store not in SLOTS:
        raise BadUsage(f'There is no store "{store}"; choose one of {", ".join(SLOTS)}.')
    return SLOTS[store]


def _read(file: Path) -> bytes:
    """The file, or its beginning where it is beyond every limit: enough to be refused by."""
    try:
        with file.open("rb") as opened:
            return opened.read(LIMITS.size_bytes + 1)
    except OSError as wrong:
        raise BadUsage(f"{file} cannot be read: {wrong.strerror}; name a picture file.") from None
