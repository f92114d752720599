"""The single location: people, every version of their photos, what was observed, what was done."""

from sameface.vault.values import (
    Advance,
    Agreement,
    Counts,
    Deed,
    Dossier,
    Doubt,
    Entry,
    Finding,
    Harm,
    Intent,
    Looking,
    Pin,
    Receipt,
    Remembered,
    Run,
    Shown,
    Whole,
)
from sameface.vault.vault import Vault

__all__ = [
    "Advance",
    "Agreement",
    "Counts",
    "Deed",
    "Dossier",
    "Doubt",
    "Entry",
    "Finding",
    "Harm",
    "Intent",
    "Looking",
    "Pin",
    "Receipt",
    "Remembered",
    "Run",
    "Shown",
    "Vault",
    "Whole",
]
