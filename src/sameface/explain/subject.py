"""Whom an explanation is about: what was observed of one person, and what photos are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sameface.rules.conditions import Value
from sameface.rules.rulebook import Rulebook
from sameface.values import EXCHANGE, SHAREPOINT, Cell, Likeness, Person, Standing

_KNOWN = frozenset(
    {Standing.PHOTO, Standing.NONE, Standing.NEVER, Standing.DELETED, Standing.PLACEHOLDER}
)
_TIMESTAMP = "SPS-PictureTimestamp"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person with what the connectors observed. `wanted` is the photo all places should show,
    but for the stores in `withheld`, which should show none.

    `options` are the organisation's, as far as its administrator told them; `stores` are those
    that have a connector. Photos are named by the digest of the person's version.
    """

    person: Person
    cells: tuple[Cell, ...]
    wanted: str | None
    stores: frozenset[str]
    options: Mapping[str, Value] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()

    def cell(self, store: str) -> Cell | None:
        """What was observed there, None where nothing could be."""
        return next((c for c in self.cells if c.store == store and c.standing in _KNOWN), None)

    def observed(self) -> Mapping[str, str | None]:
        """Photo by store, None for none; stores whose picture nobody can name are left out."""
        return {
            cell.store: cell.photo
            for cell in self.cells
            if cell.standing in _KNOWN and _is_named(cell)
        }

    def asked(self) -> datetime | None:
        """When SharePoint last asked Exchange, by its own timestamp; else when it last changed."""
        cell = self.cell(SHAREPOINT)
        if cell is None:
            return None
        stamp = cell.fact(_TIMESTAMP)
        if stamp is not None and stamp.isdigit():
            return datetime.fromtimestamp(int(stamp) / 1000, UTC)
        return cell.changed_by

    def settings(self, book: Rulebook) -> dict[str, Value]:
        """The options this person lives under: told, and seen (no mailbox, nothing shown).

        That a mailbox is not in Exchange Online has to be told: nobody can see it there.
        """
        known = {name: value for name, value in self.options.items() if name in book.options}
        seen = EXCHANGE in self.stores - self.failed and "mailbox" in book.options
        if seen and isinstance(known.get("mailbox", True), bool):
            known["mailbox"] = any(c.store == EXCHANGE for c in self.cells)
        return known


def _is_named(cell: Cell) -> bool:
    return cell.standing is not Standing.PHOTO or (
        cell.photo is not None and cell.likeness is not Likeness.CANNOT_TELL
    )


def letters(subject: Subject) -> Mapping[str, str]:
    """Short names for the person's photos: A, B, … and the wanted one last, as the newest."""
    found = [photo for photo in subject.observed().values() if photo is not None]
    others = sorted(set(found) - {subject.wanted}, key=found.index)
    named = [*others, *([subject.wanted] if subject.wanted else [])]
    return {photo: _letter(number) for number, photo in enumerate(named)}


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"photo {number + 1}"
