"""The single location: people, every version of their photos, what was observed, what was done."""

from sameface.vault.values import (
    Agreement,
    Counts,
    Deed,
    Dossier,
    Doubt,
    Entry,
    Finding,
    Intent,
    Pin,
    Remembered,
    Whole,
)
from sameface.vault.vault import Vault

__all__ = [
    "Agreement",
    "Counts",
    "Deed",
    "Dossier",
    "Doubt",
    "Entry",
    "Finding",
    "Intent",
    "Pin",
    "Remembered",
    "Vault",
    "Whole",
]
