"""Run a local Microsoft 365: the same protocols and the same odd rules, on the loopback."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import webbrowser
from datetime import timedelta
from pathlib import Path
from typing import Any

from sameface.cli import terminal
from sameface.errors import BadUsage
from sameface.jobs import listening
from sameface.tenant.organisation import PICTURES
from sameface.tenant.server import PORT, Tenant

_OURS = "# Of a local tenant: `sameface tenant` writes this file anew whenever it is started."
_LIBRARY = PICTURES.partition("/")[0]
_TIME = re.compile(r"(?P<number>\d{1,6}(?:\.\d+)?)(?P<unit>ms|s)")


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--port", type=int, default=PORT, help=f"first port to try ({PORT})")
    parser.add_argument("--rulebook", default="office365-2014", metavar="NAME")
    parser.add_argument("--people", type=int, default=24, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="whose photos disagree")
    parser.add_argument("--pictures", metavar="FOLDER", default=PICTURES, help=f"({PICTURES})")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep everything in this folder")
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="N times as fast")
    parser.add_argument("--quotas", choices=("published", "none"), default="published")
    parser.add_argument("--latency", metavar="TIME", default="0ms", help="of each answer: 20ms, 2s")
    parser.add_argument("--faults", metavar="KINDS|JSON", help="misbehave: 429,slow or JSON")
    parser.add_argument("--no-control", action="store_true", help="take /_tenant/ away")
    parser.add_argument("--open", action="store_true", help="show the desk in a browser")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="write sameface.toml there")


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C; exit code 2 where it cannot start."""
    asyncio.run(_run(args))
    return 0


async def _run(args: argparse.Namespace) -> None:
    if args.open and args.no_control:
        raise BadUsage("The desk is under /_tenant/, which --no-control takes away; drop one.")
    if not args.pictures.startswith(f"{_LIBRARY}/"):
        raise BadUsage(f'--pictures should be like "{_LIBRARY}/Profilbilder".')
    if args.settings is not None:
        _refuse_unless_ours(args.settings)
    async with Tenant(
        people=args.people,
        seed=args.seed,
        rulebook=args.rulebook,
        port=args.port,
        state=args.state,
        speed=args.speed,
        control=not args.no_control,
        quotas=args.quotas == "published",
        pictures=args.pictures,
        latency=_latency(args.latency),
        running=True,
    ) as tenant:
        for fault in _faults(args.faults):
            tenant.faults.order(fault)
        settings = tenant.settings_toml()
        if args.settings is not None:
            terminal.save(args.settings, f"{_OURS}\n{settings}")
        _tell(tenant, settings, args)
        if args.open:
            await _open(tenant)
        with listening() as stop:
            await stop.wait()


def _latency(text: str) -> timedelta:
    """Milliseconds or seconds, as `20ms` or `2s`."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadUsage(f'--latency should be like "20ms" or "2s", not "{text}".')
    unit = "milliseconds" if match["unit"] == "ms" else "seconds"
    return timedelta(**{unit: float(match["number"])})


def _faults(text: str | None) -> list[dict[str, Any]]:
    """Kinds with commas between them, or one order or a list of them as JSON."""
    if text is None:
        return []
    if not text.lstrip().startswith(("{", "[")):
        return [{"kind": kind.strip()} for kind in text.split(",")]
    try:
        told = json.loads(text)
        return told if isinstance(told, list) else [told]
    except ValueError as wrong:
        raise BadUsage(f"--faults is not valid JSON: {wrong}") from None


def _refuse_unless_ours(file: Path) -> None:
    """What somebody wrote themselves is not overwritten."""
    if not file.is_file():
        return
    with file.open(encoding="utf-8", errors="replace") as lines:
        ours = lines.readline().rstrip() == _OURS
    if not ours:
        raise BadUsage(f"{file} is there already, and not of a tenant; name another file.")


def _tell(tenant: Tenant, settings: str, args: argparse.Namespace) -> None:
    """Where it is, as comments of a settings file: all that is printed is a `sameface.toml`."""
    terminal.out(f"# A Microsoft 365 of {args.people} people, by the rules of {args.rulebook}:")
    terminal.out(f"#   {tenant.https_url}   (certificate authority: {tenant.ca_file})")
    terminal.out(f"#   {tenant.http_url}   (the same, without TLS)")
    if not args.no_control:
        terminal.out(f"#   {_desk(tenant)}   (the desk: live through it in a browser)")
    if args.settings is not None:
        terminal.out(f"# Settings for it are in {args.settings}. Ctrl-C stops it.")
    else:
        terminal.out("# Settings for it follow (save them as sameface.toml). Ctrl-C stops it.")
        terminal.gap()
        terminal.whole(settings)
    terminal.flush()


async def _open(tenant: Tenant) -> None:
    """The desk in the system's browser; where there is none, its address is what is left."""
    if not await asyncio.to_thread(webbrowser.open, _desk(tenant)):
        terminal.out(f"# No browser was found here; open {_desk(tenant)} in yours.")
        terminal.flush()


def _desk(tenant: Tenant) -> str:
    return f"{tenant.http_url}/_tenant/desk"
