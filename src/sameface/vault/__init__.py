"""The single location: people, every version of their photos, what was observed, what was done."""

from sameface.vault.values import (
    Agreement,
    Counts,
    Dossier,
    Doubt,
    Entry,
    Finding,
    Intent,
    Remembered,
)
from sameface.vault.vault import Vault

__all__ = [
    "Agreement",
    "Counts",
    "Dossier",
    "Doubt",
    "Entry",
    "Finding",
    "Intent",
    "Remembered",
    "Vault",
]
