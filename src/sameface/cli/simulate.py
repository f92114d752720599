"""Play scenario files by the rules, and say whether every look shows what the file expects."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sameface.cli import terminal
from sameface.documents import text_of
from sameface.errors import BadDocument
from sameface.rules.scenarios import Report, Scenario, parse_scenario, run_scenario

_WIDTH, _WIDEST = 100, 140
"""Columns of a timeline: where nobody says, and at most."""


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a scenario (TOML)")
    parser.add_argument("--json", action="store_true", help="one line of JSON per file")
    parser.add_argument(
        "--timeline", action="store_true", help="every surface over time, as bars, for each file"
    )
    parser.add_argument(
        "--variant", metavar="NAME", help="by what another source says: `sameface rulebook show`"
    )


def run(args: argparse.Namespace) -> int:
    """Exit code: 0 all looks hold, 1 one does not, 2 a file is wrong; the highest of all."""
    worst = 0
    for number, file in enumerate(args.files):
        try:
            scenario = parse_scenario(_read(file), str(file), variant=args.variant)
            report = run_scenario(scenario)
        except BadDocument as wrong:
            _tell_wrong(file, wrong, as_json=args.json)
            worst = max(worst, 2)
            continue
        if args.timeline and not args.json:
            _draw(scenario, first=number == 0)
        else:
            _tell(report, as_json=args.json, first=number == 0)
        worst = max(worst, 0 if report.ok else 1)
    return worst


def _read(file: Path) -> str:
    try:
        return text_of(file)
    except OSError as wrong:
        why = wrong.strerror or str(wrong)
        raise BadDocument(str(file), "", "", f"cannot be read: {why}") from None
    except UnicodeDecodeError:
        raise BadDocument(str(file), "", "", "is not UTF-8 text; save it as UTF-8") from None


def _tell(report: Report, *, as_json: bool, first: bool) -> None:
    if as_json:
        terminal.data(report.as_json())
        return
    from sameface.views.narrative import narrate  # noqa: PLC0415  not needed for --json

    if not first:
        terminal.out("")
    for line in narrate(report, plain=terminal.is_plain(sys.stdout)):
        terminal.out(line)


def _draw(scenario: Scenario, *, first: bool) -> None:
    """Bars as wide as the terminal, within reason; a pipe gets 100 columns."""
    from sameface.rules.timeline import timeline  # noqa: PLC0415  only for --timeline
    from sameface.views.timeline import bars  # noqa: PLC0415  needs rich

    console = terminal.console()
    width = min(_WIDEST, console.width) if sys.stdout.isatty() else _WIDTH
    if not first:
        terminal.out("")
    for line in bars(timeline(scenario), width=width, plain=terminal.is_plain(sys.stdout)):
        console.print(line)


def _tell_wrong(file: Path, wrong: BadDocument, *, as_json: bool) -> None:
    if as_json:
        error = wrong.as_json()
        terminal.data({"file": str(file), "ok": False, "error": error})
        return
    terminal.complain(f"sameface: {wrong}")
