"""The vault: prove its journal whole (`verify`), write that out (`export`), mend its pictures."""

from __future__ import annotations

import argparse
import asyncio

from sameface import sync
from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import open_session
from sameface.errors import BadUsage
from sameface.settings import load_settings
from sameface.vault import Vault


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    does = parser.add_subparsers(dest="does", metavar="verify|export|pictures", required=True)
    verify = does.add_parser("verify", help="prove the journal whole, or name the first bad entry")
    export = does.add_parser("export", help="every entry as a line of JSON, oldest first")
    pictures = does.add_parser("pictures", help="read every picture; mend those that are harmed")
    verify.add_argument("--seal", metavar="N:SEAL", help="as an earlier verify printed it")
    verify.add_argument("--json", action="store_true", help="the finding as JSON")
    export.add_argument("--json", action="store_true", help="what it does anyway")
    pictures.add_argument("--json", action="store_true", help="the harmed ones as JSON")
    for one in (verify, export, pictures):
        add_settings(one)


def run(args: argparse.Namespace) -> int:
    """0 whole (or exported, or mended), 4 not whole, 2 bad usage."""
    does = {"verify": _verify, "export": _export, "pictures": _pictures}
    return asyncio.run(does[args.does](args))


async def _pictures(args: argparse.Namespace) -> int:
    """Each picture that is missing or altered, and the store that gave it back, if one did."""
    harmed: list[dict[str, str | bool | None]] = []
    async with open_session(args.settings) as s:
        async for harm, mended in sync.mend(s.connectors, s.vault, s.clock):
            told = {"person": harm.person, "version": harm.digest, "what": harm.what}
            store = mended.store if mended else None
            harmed.append({**told, "mended-from": store, "copy": bool(mended and mended.copy)})
            if not args.json:
                terminal.say(f"{harm.what} {_ends(mended)}")
    left = sum(one["mended-from"] is None for one in harmed)
    if args.json:
        terminal.data({"ok": not left, "harmed": harmed})
    elif not harmed:
        terminal.say("Every picture is there, bit for bit.")
    return 4 if left else 0


def _ends(mended: sync.Mended | None) -> str:
    if mended is None:
        return "No store shows it now, and the vault has no other copy of that photo."
    if mended.copy:
        return f"The copy of that photo from {mended.store} takes its place."
    return f"It was read again from {mended.store}."


async def _verify(args: argparse.Namespace) -> int:
    known, settings = _known(args.seal) if args.seal else None, load_settings(args.settings)
    async with await Vault.open(settings.vault, settings.storage) as vault:
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
        terminal.data(told)
    elif whole.broken is None:
        terminal.say(f"The journal is whole: {whole.entries} entries. Its seal is {seal}")
        terminal.say("Note the seal elsewhere: `audit verify --seal` proves nothing was rewritten.")
    else:
        terminal.say(f"The journal is not whole: {whole.why}. All {whole.entries} before hold.")
    return 0 if whole.broken is None else 4


async def _export(args: argparse.Namespace) -> int:
    settings = load_settings(args.settings)
    async with await Vault.open(settings.vault, settings.storage) as vault:
        after = 0
        while page := await vault.export(after):
            for seq, entry, seal in page:
                told = entry.as_json(seq, seal)
                terminal.data(told)
            after = page[-1][0]
    return 0


def _known(text: str) -> tuple[int, str]:
    number, _, seal = text.lower().partition(":")
    if not number.isdecimal() or len(seal) != 64:
        raise BadUsage(f'--seal takes a number and a seal, as `audit verify` prints, not "{text}".')
    return int(number), seal
