"""Status, explain, plan and sync over the console of another machine, through its API."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sameface.cli import telling, terminal
from sameface.cli.plan import alone, lines
from sameface.documents import text_of
from sameface.errors import BadUsage
from sameface.http import Door, is_loopback
from sameface.sync import Call, Plan
from sameface.sync.plan import parse_plan

TOKEN = "SAMEFACE_TOKEN"  # noqa: S105  the variable's name
_ASK_AGAIN_S = 0.5
_REFUSALS = (400, 401, 403, 404, 409, 413, 422, 429, 502, 503)
_BEYOND_A_PLAN = "people"


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--server", required=True, metavar="URL", help="the console's address")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help=f"its token (default: {TOKEN} names it)"
    )
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="who signed its certificate")
    commands = parser.add_subparsers(dest="does", metavar="COMMAND", required=True)
    status = commands.add_parser("status", help="who shows which face where")
    status.add_argument("--remembered", action="store_true", help="as last observed; look at none")
    explain = commands.add_parser("explain", help="why a place shows the photo it shows")
    explain.add_argument("person", metavar="PERSON")
    explain.add_argument("--surface", metavar="S")
    explain.add_argument("--viewer", metavar="V")
    plan = commands.add_parser("plan", help="what a sync would write, and why")
    sync = commands.add_parser("sync", help="plan and apply in one go")
    for one in (status, explain, plan, sync):
        one.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """The exit code that the same command has over there."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    door = Door("the console", _address(args.server), tokens=_Token(args), ca_file=args.ca_file)
    try:
        return await _DO[args.does](_Remote(door), args)
    finally:
        await door.close()


def _address(url: str) -> str:
    """A token goes nowhere in the clear."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadUsage(f'--server takes an address such as https://faces.contoso.com, not "{url}".')
    if parts.scheme == "http" and not is_loopback(url):
        raise BadUsage(f"--server {url} would send the token in the clear; use https.")
    return url.rstrip("/")


class _Token:
    """The token to show: of a file, or of the environment."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._file: Path | None = args.token_file

    async def get(self) -> str:
        """As it is now."""
        token = os.environ.get(TOKEN, "") if self._file is None else self._read(self._file)
        if not token.strip():
            raise BadUsage(f"The console wants a token: give --token-file, or set {TOKEN}.")
        return token.strip()

    def forget(self) -> None:
        """There is no other."""

    @staticmethod
    def _read(file: Path) -> str:
        try:
            return text_of(file)
        except (OSError, UnicodeDecodeError) as wrong:
            raise BadUsage(f"The token cannot be read from {file} ({wrong}).") from None


@dataclass(frozen=True)
class _Remote:
    """The API over there."""

    door: Door

    async def get(self, path: str, **asked: str | None) -> Any:
        """What it answers. Error: BadUsage with what it says instead."""
        told = {name: value for name, value in asked.items() if value}
        return await self._asked("GET", f"/api{path}?{urlencode(told)}" if told else f"/api{path}")

    async def job(self, path: str) -> Any:
        """Begin something there, and wait for its end."""
        job = await self._asked("POST", f"/api{path}")
        while job["ended"] is None:
            await asyncio.sleep(_ASK_AGAIN_S)
            job = await self.get(f"/jobs/{job['id']}")
        if job["error"] is not None:
            raise BadUsage(f"{job['error']['text']} [{job['error']['code']} over there]")
        for failure in job["failures"]:
            terminal.say(f"  {failure['text']} [{failure['code']}]")
        return job

    async def _asked(self, method: str, path: str) -> Any:
        answer = await self.door.ask(method, path, allow=_REFUSALS)
        told = answer.json()
        if answer.status in _REFUSALS:
            error = told.get("error", {}) if isinstance(told, dict) else {}
            raise BadUsage(str(error.get("text") or f"The console answered {answer.status}."))
        return told


async def _status(remote: _Remote, args: argparse.Namespace) -> int:
    code = 0 if args.remembered else int((await remote.job("/look"))["exit"])
    told = await remote.get("/people")
    rows = told["rows"]
    for page in range(2, told["pages"] + 1):
        rows += (await remote.get("/people", page=str(page)))["rows"]
    if args.json:
        terminal.data(told | {"rows": rows, "exit": code})
        return code
    for row in rows:
        stores = ", ".join(f"{one['id']} {one['is']}" for one in row["stores"])
        terminal.say(f"  {row['name']} ({row['person']}): {row['stands']}; {stores}")
    terminal.gap()
    terminal.say(told["sentence"])
    return code


async def _explain(remote: _Remote, args: argparse.Namespace) -> int:
    path = f"/people/{quote(args.person, safe='')}/explain"
    told = await remote.get(path, surface=args.surface, viewer=args.viewer)
    if args.json:
        terminal.data(told)
    else:
        telling.paragraphs(told["ticket"])
    return 0


async def _plan(remote: _Remote, args: argparse.Namespace) -> int:
    job = await remote.job("/plans")
    told = await remote.get(f"/plans/{job['plan']}")
    if args.json:
        terminal.data(told)
        return int(job["exit"])
    document = {name: value for name, value in told.items() if name != _BEYOND_A_PLAN}
    plan = parse_plan(json.dumps(document), "the plan over there")
    for line in chain(lines(plan), _left(plan), alone(plan)):
        terminal.say(line)
    terminal.gap()
    terminal.say(f"Review and approve it at {remote.door.url}/plans/{job['plan']}")
    return int(job["exit"])


def _left(plan: Plan) -> Iterator[str]:
    """Who is needed, or could not be observed."""
    left = [one for one in plan.left if one.call is not Call.LEAVE]
    yield from (f"  {one}" for one in left)
    more = sum(one.people for one in plan.causes if one.call is not Call.LEAVE) - len(left)
    if more:
        yield f"  {more} more are left; `sameface plan --all` names them."


async def _sync(remote: _Remote, args: argparse.Namespace) -> int:
    job = await remote.job("/sync")
    if args.json:
        terminal.data(job)
    else:
        came = ", ".join(f"{count} {result}" for result, count in job["came"].items())
        terminal.say(f"Writes, each read back: {came or 'none'} (run {job['run']}).")
        terminal.say(f"{job['agreeing']} of {job['people']} people agree in every store.")
    return int(job["exit"])


_DO: dict[str, Callable[[_Remote, argparse.Namespace], Awaitable[int]]] = {
    "status": _status,
    "explain": _explain,
    "plan": _plan,
    "sync": _sync,
}
