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


def add_person(parser: argparse.ArgumentParser) -> None:
    """`PERSON`, whom a command is about."""
    parser.add_argument("person", metavar="PERSON", help="a UPN, mail address or name")


def add_proposal(parser: argparse.ArgumentParser, *, plan: str = "only make the plan") -> None:
    """What `restore`, `undo` and `forget` have beside what they are about."""
    add_settings(parser)
    parser.add_argument("--plan", action="store_true", help=plan)
    parser.add_argument("--json", action="store_true", help="plan and outcome as JSON")
