"""Open the console in a browser on this machine: who shows which face where, why, until when."""

from __future__ import annotations

import argparse

from sameface import serving
from sameface.cli import terminal
from sameface.cli.arguments import add_settings
from sameface.cli.session import Session, open_session
from sameface.console.app import Console, console
from sameface.console.desk import Desk
from sameface.console.nginx import configuration
from sameface.errors import BadUsage
from sameface.jobs import listening
from sameface.serving import HOST, serve
from sameface.settings import Settings, load_settings

PORT = 8370
_LOOPBACK = ("localhost", HOST)


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("--port", type=int, default=PORT, help=f"first port to try ({PORT})")
    parser.add_argument("--host", default=HOST, help="where to listen (this machine only)")
    parser.add_argument(
        "--nginx",
        action="store_true",
        help="serve nothing: print what an nginx in front includes (photo-folder)",
    )
    parser.add_argument(
        "--open-avatars",
        action="store_true",
        help="/avatar/ answers without a session, to programs on this machine",
    )


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C; exit code 2 where it cannot start."""
    if args.nginx:
        terminal.whole(configuration(load_settings(args.settings), args.port).rstrip("\n"))
        return 0
    serving.run(_run(args))
    return 0


async def _run(args: argparse.Namespace) -> None:
    async with open_session(args.settings) as session:
        _refuse_open_doors(args.host, session.settings)
        says = "`sameface status` observes, and so do Runs and Plans. Ctrl-C ends."
        host = HOST if args.host in _LOOPBACK else args.host
        await serve_console(session, args.port, says, host=host, open_avatars=args.open_avatars)


def _refuse_open_doors(host: str, settings: Settings) -> None:
    """Elsewhere than on this machine, nobody is let in unproved, and nothing travels readable."""
    console = settings.console
    if host in _LOOPBACK:
        return
    missing = []
    if console.sign_in is None:
        missing.append("nobody could sign in (`issuer`)")
    if console.certificate is None and not console.proxies:
        missing.append("there is neither TLS (`certificate-file`) nor a `trusted-proxies`")
    if not console.url:
        missing.append("nobody knows its address (`url`)")
    if missing:
        raise BadUsage(
            f"The console will not listen on {host}: {', '.join(missing)}. Say so under [console] "
            f"in {settings.file.name}, or leave --host out."
        )


async def serve_console(
    s: Session, port: int, says: str, *, host: str = HOST, open_avatars: bool = False
) -> None:
    """The console of an open session until Ctrl-C; its one-time link is printed, then `says`."""
    link, told = _Link(says), s.settings.console
    desk = Desk.of(s.settings, s.book, s.vault, s.connectors, s.clock)
    with listening() as stop:
        async with (
            console(desk, open_avatars=open_avatars, used=link.again) as made,
            made.sweeper.at_work(),
            serve(made.app, port, host=host, certificate=told.certificate, key=told.key) as url,
        ):
            link.show(made, f"{told.url}/" if told.url else url)
            await stop.wait()


class _Link:
    """The one-time link, shown anew whenever one was used."""

    def __init__(self, says: str) -> None:
        self._says = says
        self._console: Console | None = None
        self._url = ""

    def show(self, made: Console, url: str) -> None:
        """The first link, and what it is."""
        self._console, self._url = made, url
        terminal.out("The console is ready. Open this link; it opens once, for an administrator:")
        self._out()
        terminal.out(self._says)
        terminal.flush()

    def again(self) -> None:
        """The link was used: the next one, for another browser or a later day."""
        terminal.out("Signed in. For another browser, or in twelve hours:")
        self._out()
        terminal.flush()

    def _out(self) -> None:
        assert self._console is not None
        terminal.out(f"  {self._url}enter?token={self._console.access.token}")
