"""What the documentation says is so: commands parse, keys exist, codes are told, links lead on."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sameface import errors
from sameface.cli import COMMANDS
from sameface.rules import load_rulebook
from sameface.settings import loading
from sameface.tenant.server import Tenant

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OWN_PAGES = ("console", "desk")  # services of ours in the tenant: no client has to know their paths
SETTINGS_PAGES = ("README.md", "start.md", "connectors.md", "operations.md", "security.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"(?:\]\(|src=\"|srcset=\")([^)\"\s]+)")


def texts() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        yield page.name, page.read_text("utf-8")


def command_lines() -> list[tuple[str, str]]:
    """Every `sameface …` in a fenced block, and every whole one between backticks."""
    found = []
    for name, text in texts():
        fenced = (line for _, block in FENCE.findall(text) for line in block.splitlines())
        lines = [line.removeprefix("$ ") for line in fenced]
        lines += CODE.findall(FENCE.sub("", text))
        found += [(name, line) for line in lines if line.startswith("sameface ")]
    return found


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_every_command_line_parses(page: str, line: str) -> None:
    """A command that is shown is one that Sameface understands, options and all."""
    command, *arguments = shlex.split(line.partition(" > ")[0], comments=True)[1:]
    if command in ("--help", "--version"):
        return
    if command == "--server":
        command, arguments = "remote", [command, *arguments]
    assert command in (*COMMANDS, "remote"), f"{page}: {line}"
    if arguments in ([], ["--help"]):
        return  # the command by its name
    room = COMMANDS[command][0] if command in COMMANDS else command
    module = importlib.import_module(f"sameface.cli.{room}")
    parser = argparse.ArgumentParser(prog=f"{page}: {line}")
    module.add(parser)
    parser.parse_args(arguments)


def test_every_command_is_told_of() -> None:
    """Whatever `sameface --help` lists, the page of commands explains."""
    told = (ROOT / "docs/operations.md").read_text("utf-8")

    assert [name for name in COMMANDS if f"`sameface {name}" not in told] == []


def test_every_settings_key_exists() -> None:
    """A key that a page names is one that sameface.toml takes; every example is valid TOML."""
    known = {key for keys in loading._TABLES.values() for key in keys}
    known |= {key for keys in loading._KEYS.values() for key in keys}
    for name, text in texts():
        for document in settings_in(text):
            options = document.pop("options", {})
            for table in (*document.pop("stores", []), *document.values()):
                assert set(table) <= known, name
            assert set(options) <= set(load_rulebook("office365-2014").options), name
        for code in CODE.findall(FENCE.sub("", text)):
            named = re.match(r"([a-z]+(?:-[a-z]+)*) = ", code)
            if named and name in SETTINGS_PAGES:
                assert named[1] in known, f"{name}: {code}"


def settings_in(text: str) -> Iterator[dict[str, Any]]:
    """The examples of sameface.toml in a page; rulebooks and scenarios are TOML too."""
    for kind, block in FENCE.findall(text):
        document = tomllib.loads(block) if kind == "toml" else {}
        if {"stores", *loading._TABLES} & set(document):
            yield document


def test_every_error_code_is_told_of() -> None:
    """Whoever searches for a code finds what it means and what to do."""
    told = (ROOT / "docs/operations.md").read_text("utf-8")

    assert [code for code in sorted(codes(errors.SamefaceError)) if f"| {code} |" not in told] == []


def codes(kind: type[errors.SamefaceError]) -> set[str]:
    return {kind.code}.union(*(codes(child) for child in kind.__subclasses__()))


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link names a file that is there, and a heading or name in it."""
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
            if "://" in link:
                continue
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), f"{page.name}: {link}"
            if anchor:
                assert anchor in anchors(target), f"{page.name}: {link}"


def anchors(page: Path) -> set[str]:
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}
    return slugs | set(re.findall(r'name="([\w-]+)"', text))


async def test_every_path_of_the_tenant_is_told_of() -> None:
    """The table of what the tenant serves is whole; its own pages and Microsoft's alike."""
    told = re.split(r"[/`,\s:]+", (ROOT / "docs/tenant.md").read_text("utf-8").lower())
    async with Tenant(people=0, port=0) as tenant:
        missing = [
            "/".join(path)
            for name, service in tenant.app.services.items()
            if name not in OWN_PAGES
            for path in paths(service.routes)
            if path[-1] not in told
        ]

    assert missing == []


def paths(routes: object) -> Iterator[list[str]]:
    for rows in routes._rows.values():  # type: ignore[attr-defined]
        for row in rows:
            named = zip(row.literals, row.names, strict=True)
            yield [f"{{{name}}}" if literal is None else literal for literal, name in named]
