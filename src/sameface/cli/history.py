"""Every photo of somebody that was ever seen: when, where first, who shows it, what was done."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.settings import load_settings
from sameface.values import Standing, Version, iso
from sameface.vault import Dossier, Entry, Vault


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("person", metavar="PERSON", help="a UPN, mail address or name")
    parser.add_argument("--json", action="store_true", help="versions and journal as JSON")


def run(args: argparse.Namespace) -> int:
    """0, or 2 where nobody is called so. No store is asked: this is what the vault remembers."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    settings = load_settings(args.settings)
    async with await Vault.open(settings.vault, settings.storage) as vault:
        person = await vault.person(args.person)
        (dossier,) = await vault.dossiers_of([person.id])
        told = _Told(dossier, await vault.versions(person.id), await _journal(vault, person.id))
    if args.json:
        terminal.data(told.as_json())
        return 0
    for line in told.lines():
        terminal.say(line)
    return 0


async def _journal(vault: Vault, person: str) -> list[tuple[int, Entry]]:
    found: list[tuple[int, Entry]] = []
    while page := await vault.history(person, found[-1][0] if found else 0):
        found += page
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """What the vault remembers of one person."""

    dossier: Dossier
    versions: Sequence[Version]
    journal: Sequence[tuple[int, Entry]]

    def shown_in(self, version: Version) -> list[str]:
        """The stores that show this photo, by its best copy."""
        if (version.photo or version.digest) != version.digest:
            return []
        return [
            cell.store
            for cell in self.dossier.cells
            if cell.photo == version.digest and cell.standing is Standing.PHOTO
        ]

    def as_json(self) -> dict[str, Any]:
        person, pin = self.dossier.person, self.dossier.pin
        return {
            "person": {"id": person.id, "name": person.name, "upn": person.upn},
            "versions": [self._version(version) for version in self.versions],
            "pin": None if pin is None else {"photo": pin.photo, "at": iso(pin.at), "why": pin.why},
            "journal": [
                {
                    "seq": seq,
                    "at": iso(entry.at),
                    "what": entry.what,
                    "store": entry.store,
                    "before": entry.before,
                    "after": entry.after,
                    "why": entry.why,
                    "run": entry.run,
                }
                for seq, entry in self.journal
            ],
        }

    def _version(self, version: Version) -> dict[str, Any]:
        return {
            "version": version.digest,
            "photo": version.photo or version.digest,
            "first_seen": iso(version.first_seen),
            "origin": version.origin,
            "media_type": version.media_type,
            "width_px": version.width_px,
            "height_px": version.height_px,
            "size_bytes": version.size_bytes,
            "shown_in": self.shown_in(version),
        }

    def lines(self) -> Iterator[str]:
        """For people to read."""
        person, pin = self.dossier.person, self.dossier.pin
        photos = len({version.photo or version.digest for version in self.versions})
        yield (
            f"{person.name} ({person.upn}): {_many(photos, 'photo')}, "
            f"{_many(len(self.versions), 'version')}, oldest first."
        )
        for version in self.versions:
            yield f"  {version.digest[:8]}  {self._spoken(version)}"
        if pin is not None:
            yield f"Pinned until an authority changes: {pin.why}."
        if self.journal:
            yield "Journal:"
        for seq, entry in self.journal:
            yield f"  {seq}  {entry.at:%Y-%m-%d %H:%M:%S} {_line(entry)}"

    def _spoken(self, version: Version) -> str:
        seen = f"first seen {version.first_seen:%d %b %Y %H:%M} UTC in {version.origin}"
        size = f"{version.width_px} x {version.height_px} px, {version.size_bytes:,} bytes"
        photo = version.photo or version.digest
        if photo != version.digest:
            return f"{seen}, {size}; a copy of {photo[:8]}"
        where = ", ".join(self.shown_in(version))
        return f"{seen}, {size}; {f'shown in {where}' if where else 'shown nowhere now'}"


def _line(entry: Entry) -> str:
    where = f" in {entry.store}" if entry.store else ""
    change = ""
    if entry.before or entry.after:
        before, after = (d[:8] if d else "none" for d in (entry.before, entry.after))
        change = f": {before} -> {after}"
    run = f" (run {entry.run})" if entry.run else ""
    return f"{entry.what}{where}{change}; {entry.why}{run}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
