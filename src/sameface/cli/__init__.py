"""The `sameface` command: one module per subcommand, imported only when that one runs."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn

from sameface import __version__

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("demo", "watch a small organisation disagree, learn why, and agree"),
        "init": ("init", "write a commented sameface.toml"),
        "check": ("check", "connect to every store and say what Sameface may do there"),
        "status": ("status", "who shows which face where"),
        "explain": ("explain", "why a place shows the photo it shows, and until when"),
        "plan": ("plan", "what a sync would write, and why"),
        "apply": ("apply", "do exactly what a plan says"),
        "sync": ("sync", "plan and apply in one go"),
        "worker": ("worker", "sync in the background, by a schedule, with other workers"),
        "history": ("history", "every photo of a person, where it was seen, what was done"),
        "restore": ("restore", "put an earlier photo of a person back everywhere"),
        "undo": ("undo", "put back what a run has changed"),
        "forget": ("forget", "remove a person's photos from the stores and from memory"),
        "audit": ("audit", "prove the journal whole, or export it"),
        "picture": ("picture", "what a photo is, what stores get, whether two are the same"),
        "simulate": ("simulate", "play scenario files by the rules"),
        "rulebook": ("rulebook", "list, show, draw, compare or check the rules"),
        "serve": ("serve", "open the console and the photo service on this machine"),
        "tenant": ("tenant", "run a local Microsoft 365 to try things on"),
    }
)
"""Every subcommand: its module here, and what it does in a few words."""


class _Parser(argparse.ArgumentParser):
    """argparse, with usage errors in the words and the exit code of the house."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"sameface: {message}; `{self.prog} --help` shows how. [SF-103]\n")
        sys.exit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (design section 5)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(_help())
        return 0
    if arguments[0] == "--version":
        sys.stdout.write(f"sameface {__version__}\n")
        return 0
    name = arguments[0]
    if name.partition("=")[0] == "--server":
        return _run("remote", "sameface", arguments)
    if name not in COMMANDS:
        return _unknown(name)
    return _run(COMMANDS[name][0], f"sameface {name}", arguments[1:])


def _run(room: str, called: str, arguments: list[str]) -> int:
    args = None
    try:
        module = importlib.import_module(f"sameface.cli.{room}")
        parser = _Parser(prog=called, description=module.__doc__)
        parser.add_argument("--debug", action="store_true", help="show tracebacks")
        module.add(parser)
        args = parser.parse_args(arguments)
        return int(module.run(args))
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as wrong:
        if args is None or args.debug:
            raise
        return _tell(wrong, as_json=getattr(args, "json", False))


def _interrupted() -> int:
    from sameface.errors import Interrupted  # noqa: PLC0415  errors load only when one happens

    sys.stderr.write("\nStopped; running the same command again continues from here.\n")
    return Interrupted.exit


def _tell(wrong: Exception, *, as_json: bool) -> int:
    """One sentence on standard error, and where data was asked for, the same as data."""
    from sameface.cli.terminal import complain, data  # noqa: PLC0415  loads only when one happens
    from sameface.errors import SamefaceError, SyncStopped  # noqa: PLC0415

    if not isinstance(wrong, SamefaceError):
        kind = type(wrong).__name__
        wrong = SamefaceError(
            f"something unforeseen happened ({kind}: {wrong}); "
            "run it again with --debug and report what it prints."
        )
    complain(f"sameface: {wrong}")
    if as_json:
        counted = wrong.counted if isinstance(wrong, SyncStopped) else {}
        data({**counted, "error": wrong.as_json(), "exit": wrong.exit})
    return wrong.exit


def _unknown(name: str) -> int:
    import difflib  # noqa: PLC0415  only for a slip

    close = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f'did you mean "{close[0]}"?' if close else "`sameface --help` lists them."
    sys.stderr.write(f'sameface: there is no command "{name}"; {hint} [SF-103]\n')
    return 2


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {what}" for name, (_, what) in COMMANDS.items()]
    return (
        "Sameface: the same face everywhere.\n\n"
        "usage: sameface COMMAND [--help] ...\n"
        "       sameface --server URL COMMAND ...   (status, explain, plan, sync of a console)\n\n"
        + "\n".join(lines)
        + "\n\n"
        "Begin with `sameface demo`, or with `sameface init` for your own organisation.\n"
    )
