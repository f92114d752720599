"""The `sameface` command: one module per subcommand, imported only when that one runs."""

from __future__ import annotations

import argparse
import importlib
import os
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
    _fill_gaps()
    try:
        code = _command(list(sys.argv[1:] if argv is None else argv))
    except SystemExit as ended:  # after --help, and where the arguments are wrong
        code = ended.code if isinstance(ended.code, int) else 0
    return _written("") or code


def _command(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        return _written(_help())
    if arguments[0] == "--version":
        return _written(f"sameface {__version__}\n")
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
        _go_silent()
        return 0
    except Exception as wrong:
        if args is None or args.debug:
            raise
        return _tell(wrong, as_json=getattr(args, "json", False))


def _fill_gaps() -> None:
    """A stream that was closed before is nobody's: it leads nowhere, and so does its number, which
    the next file that is opened would get."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _written(text: str) -> int:
    """Write that, and what waits to be written; the exit code. A reader who has gone is none of
    our business."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _go_silent()
    except OSError as wrong:
        from sameface.errors import OutputFailed  # noqa: PLC0415  errors load only when one happens

        return _tell(OutputFailed(wrong), as_json=False)
    return 0


def _go_silent() -> None:
    """What cannot be written is not tried again when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _interrupted() -> int:
    from sameface.errors import Interrupted  # noqa: PLC0415  errors load only when one happens

    sys.stderr.write("\nStopped; running the same command again continues from here.\n")
    return Interrupted.exit


def _tell(wrong: Exception, *, as_json: bool) -> int:
    """One sentence on standard error, and where data was asked for, the same as data."""
    from sameface.cli.terminal import complain, data  # noqa: PLC0415  loads only when one happens
    from sameface.errors import OutputFailed, SamefaceError, SyncStopped  # noqa: PLC0415

    if not isinstance(wrong, SamefaceError):
        kind = type(wrong).__name__
        wrong = SamefaceError(
            f"something unforeseen happened ({kind}: {wrong}); "
            "run it again with --debug and report what it prints."
        )
    complain(f"sameface: {wrong}")
    if isinstance(wrong, OutputFailed):
        _go_silent()
    elif as_json:
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
