"""Open the console in a browser on this machine: who shows which face where, why, until when."""

from __future__ import annotations

import argparse
import asyncio
import sys

from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import open_session
from sameface.console.app import Console, console
from sameface.console.desk import Desk
from sameface.errors import BadUsage
from sameface.jobs import listening
from sameface.serving import serve

PORT = 8370
_LOOPBACK = ("localhost", "127.0.0.1")


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("--port", type=int, default=PORT, help=f"first port to try ({PORT})")
    parser.add_argument("--host", default="127.0.0.1", help="the loopback, and nothing else")
    parser.add_argument(
        "--open-avatars",
        action="store_true",
        help="/avatar/ answers without a session, to programs on this machine",
    )


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C; exit code 2 where it cannot start."""
    if args.host not in _LOOPBACK:
        raise BadUsage(
            f"The console listens on the loopback only, not on {args.host}: it knows no accounts "
            "and no TLS, so whoever reached it there would see everybody's photo; leave --host out."
        )
    asyncio.run(_run(args))
    return 0


async def _run(args: argparse.Namespace) -> None:
    link = _Link()
    async with open_session(args.settings) as s:
        desk = Desk.of(s.settings, s.book, s.vault, s.connectors, s.clock)
        async with console(desk, open_avatars=args.open_avatars, used=link.again) as made:
            with listening() as stop:
                async with made.sweeper.at_work(), serve(made.app, args.port) as url:
                    link.show(made, url)
                    await stop.wait()


class _Link:
    """The one-time link, shown anew whenever one was used."""

    def __init__(self) -> None:
        self._console: Console | None = None
        self._url = ""

    def show(self, made: Console, url: str) -> None:
        """The first link, and what it is."""
        self._console, self._url = made, url
        terminal.out("The console is ready, on this machine only. Open this link; it opens once:")
        self._out()
        terminal.out("It shows what the vault remembers; `sameface status` observes. Ctrl-C ends.")
        sys.stdout.flush()

    def again(self) -> None:
        """The link was used: the next one, for another browser or a later day."""
        terminal.out("Signed in. For another browser, or in twelve hours:")
        self._out()
        sys.stdout.flush()

    def _out(self) -> None:
        assert self._console is not None
        terminal.out(f"  {self._url}enter?token={self._console.access.token}")
