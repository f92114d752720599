"""Write a commented sameface.toml to start from. It only reads until you say otherwise."""

from __future__ import annotations

import argparse
from pathlib import Path

from sameface.cli import terminal
from sameface.errors import BadUsage
from sameface.settings import FILE, template


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("file", nargs="?", type=Path, default=Path(FILE), metavar="FILE")
    parser.add_argument("--force", action="store_true", help="overwrite a file that is there")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 2 where the file is there already or cannot be written."""
    if args.file.exists() and not args.force:
        raise BadUsage(f"{args.file} is there already; --force overwrites it.")
    terminal.save(args.file, template())
    terminal.out(f"Wrote {args.file}. Fill it in (docs/start.md goes step by step), then:")
    terminal.out("  sameface check      connects to every store, writes nothing")
    terminal.out("  sameface status     who shows which face where")
    return 0
