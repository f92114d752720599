"""The journal: prove that it is whole (`verify`), or write it out (`export`)."""

from __future__ import annotations

import argparse
import asyncio
import json

from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.errors import BadUsage
from sameface.settings import load_settings
from sameface.values import iso
from sameface.vault import Vault


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    does = parser.add_subparsers(dest="does", metavar="verify|export", required=True)
    verify = does.add_parser("verify", help="prove the journal whole, or name the first bad entry")
    export = does.add_parser("export", help="every entry as a line of JSON, oldest first")
    verify.add_argument("--seal", metavar="N:SEAL", help="as an earlier verify printed it")
    verify.add_argument("--json", action="store_true", help="the finding as JSON")
    export.add_argument("--json", action="store_true", help="what it does anyway")
    for one in (verify, export):
        add_settings(one)


def run(args: argparse.Namespace) -> int:
    """0 whole (or exported), 4 not whole, 2 bad usage."""
    return asyncio.run(_verify(args) if args.does == "verify" else _export(args))


async def _verify(args: argparse.Namespace) -> int:
    known = _known(args.seal) if args.seal else None
    async with await Vault.open(load_settings(args.settings).vault) as vault:
        whole = await vault.verify(known)
    seal = f"{whole.entries}:{whole.seal}"
    if args.json:
        told = {
            "ok": whole.broken is None,
            "entries": whole.entries,
            "seal": seal,
            "broken": whole.broken,
            "why": whole.why or None,
        }
        terminal.out(json.dumps(told, ensure_ascii=False))
    elif whole.broken is None:
        terminal.say(f"The journal is whole: {whole.entries} entries. Its seal is {seal}")
        terminal.say("Note the seal elsewhere: `audit verify --seal` proves nothing was rewritten.")
    else:
        terminal.say(f"The journal is not whole: {whole.why}. All {whole.entries} before hold.")
    return 0 if whole.broken is None else 4


async def _export(args: argparse.Namespace) -> int:
    async with await Vault.open(load_settings(args.settings).vault) as vault:
        after = 0
        while page := await vault.export(after):
            for seq, entry, seal in page:
                told = {
                    "seq": seq,
                    "at": iso(entry.at),
                    "what": entry.what,
                    "run": entry.run,
                    "person": entry.person,
                    "store": entry.store,
                    "before": entry.before,
                    "after": entry.after,
                    "why": entry.why,
                    "seal": seal,
                }
                terminal.out(json.dumps(told, ensure_ascii=False))
            after = page[-1][0]
    return 0


def _known(text: str) -> tuple[int, str]:
    number, _, seal = text.partition(":")
    if not number.isdecimal() or len(seal) != 64:
        raise BadUsage(f'--seal takes a number and a seal, as `audit verify` prints, not "{text}".')
    return int(number), seal
