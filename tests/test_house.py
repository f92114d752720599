"""The house rules that no linter knows."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parent.parent

Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[str]:
    """Our Python files below those folders, from the house's door."""
    found = (path for folder in folders for path in (HOUSE / folder).rglob("*.py"))
    return sorted(path.relative_to(HOUSE).as_posix() for path in found)


def text(file: str) -> str:
    """A file of the house."""
    return (HOUSE / file).read_text(encoding="utf-8")


PROJECT: dict[str, Any] = tomllib.loads(text("pyproject.toml"))


def public(module: ast.Module) -> Iterator[ast.Module | Named]:
    """A module, and the classes and functions in it that others may use."""
    yield module
    for node in module.body:
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield node


def cases(module: ast.Module) -> Iterator[ast.Module | Named]:
    """A test file's module and its tests; nothing where it holds none."""
    found = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    ]
    yield from [module, *found] if found else []


def silent(file: str, nodes: Callable[[ast.Module], Iterator[ast.Module | Named]]) -> list[str]:
    """Which of those in a file have no docstring, by name."""
    return [
        f"{file}: {getattr(node, 'name', 'the module')}"
        for node in nodes(ast.parse(text(file), file))
        if not ast.get_docstring(node)
    ]


def modules(node: ast.AST) -> list[str]:
    """The modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def bare(requirement: str) -> str:
    """`pyvips[binary]>=3.2` -> `pyvips`."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def dependencies() -> set[str]:
    """Every package that pyproject.toml asks for, in whatever group."""
    project = PROJECT["project"]
    groups = [project["dependencies"], *PROJECT["dependency-groups"].values()]
    groups += project.get("optional-dependencies", {}).values()
    return {bare(one) for group in groups for one in group if isinstance(one, str)}


def test_what_is_public_says_what_it_is_for() -> None:
    """Every module, and every public class and function in it, has a docstring."""
    files = python_files("src", "bench")

    assert [name for file in files for name in silent(file, public)] == []


def test_a_test_opens_with_the_rule_it_proves() -> None:
    """The first statement of every test, and of every file with tests, is a docstring."""
    files = python_files("tests")

    assert [name for file in files for name in silent(file, cases)] == []


def test_a_file_holds_one_noun() -> None:
    """No file is longer than 400 lines."""
    lengths = {file: len(text(file).splitlines()) for file in python_files("src", "tests", "bench")}

    assert {file: length for file, length in lengths.items() if length > 400} == {}


def test_nothing_is_put_off() -> None:
    """No file holds a note to do something later."""
    note = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")

    assert [file for file in python_files("src", "tests", "bench") if note.search(text(file))] == []


def test_nothing_is_skipped() -> None:
    """No test is skipped or expected to fail: what cannot run everywhere is marked `servers`."""
    way = re.compile(r"\b(?:mark\.(?:skip|skipif|xfail)|pytest\.(?:skip|xfail|importorskip))\b")

    assert [file for file in python_files("tests") if way.search(text(file))] == []


def test_a_dependency_is_accounted_for() -> None:
    """docs/architecture.md has a line in its tables for every package: what it does for us."""
    told = re.findall(
        r"^\| `([^`\[]+)(?:\[[a-z]+\])?` \| \S", text("docs/architecture.md"), re.MULTILINE
    )

    assert dependencies() - set(told) == set()


def test_constraints_hold_one_version_of_each_and_no_address() -> None:
    """constraints.txt is names with versions, and conditions where a machine needs none."""
    pin = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; ([a-z_]+ [=!<>]+ '[^':/]+'( and | or )?)+)?")

    assert [line for line in text("constraints.txt").splitlines() if not pin.fullmatch(line)] == []


def test_a_dependency_is_pinned() -> None:
    """What we install is installed at one version, on every machine the same."""
    pinned = {line.partition("==")[0] for line in text("constraints.txt").splitlines()}
    alone = {one.partition("==")[0] for one in PROJECT["dependency-groups"]["photographs"]}

    assert dependencies() - pinned - alone == set()


def test_every_room_keeps_its_distance() -> None:
    """The last import contract names every room of src/sameface, so that none is forgotten."""
    rooms = {
        path.stem
        for path in (HOUSE / "src" / "sameface").iterdir()
        if not path.stem.startswith("__") and (path.suffix == ".py" or any(path.glob("*.py")))
    }
    last = PROJECT["tool"]["importlinter"]["contracts"][-1]
    named = {*last["source_modules"], *last["forbidden_modules"]}

    assert {f"sameface.{room}" for room in rooms} == named


def test_there_is_one_version() -> None:
    """CHANGELOG.md tells of the version that the package says it is."""
    version = re.search(r'__version__ = "([^"]+)"', text("src/sameface/__init__.py"))

    assert version
    assert f"## {version[1]}" in text("CHANGELOG.md")


EXTRAS = {"ldap": "python-ldap"}
"""What an extra brings under another name, where the extra need not be installed."""


def test_what_we_import_is_what_we_ask_for() -> None:
    """Every package that src/ imports is among the dependencies, and every dependency is used."""
    packages = packages_distributions()
    imported = {
        packages.get(top := name.partition(".")[0], [EXTRAS.get(top, top)])[0]
        .lower()
        .replace("_", "-")
        for file in python_files("src")
        for node in ast.walk(ast.parse(text(file), file))
        for name in modules(node)
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "sameface"}
    }
    project = PROJECT["project"]
    asked = {bare(one) for one in project["dependencies"]}
    extra = {
        bare(one) for group in project.get("optional-dependencies", {}).values() for one in group
    }

    assert imported - asked - extra == set()
    # The first is imported by SQLAlchemy, the second by Starlette.
    assert asked - imported == {"aiosqlite", "python-multipart"}
