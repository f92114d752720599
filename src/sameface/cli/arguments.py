"""Arguments that several commands have."""

from __future__ import annotations

import argparse
from pathlib import Path

from sameface.settings import FILE


def add_settings(parser: argparse.ArgumentParser) -> None:
    """`--settings FILE`, which every command about an organisation has."""
    parser.add_argument(
        "-c",
        "--settings",
        type=Path,
        default=Path(FILE),
        metavar="FILE",
        help=f"the organisation's settings (default: {FILE})",
    )
