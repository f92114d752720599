"""A mistake in a TOML document is told with the line on which its key stands."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameface.documents import line_of, parse_toml
from sameface.errors import BadDocument

NAMES = ("a", "b", "c-d", "e1")
NOISE = ("", "", "# a = 1", "  # [[b]] 'not a text", "\t")
SETTINGS = """\
title = "a"                     # 1

[policy]                        # 3
authorities = [                 # 4
    "exchange", # not "]"
    "folder",
]
wins = '''
[[stores]]
wins = "newest"
'''                             # 11
[[policy.groups]]               # 12
name = "board"
[[policy.groups]]               # 14
name = "staff"                  # 15
"some key" = 1                  # 16
[policy.groups.inner]           # 17
deep = true                     # 18
[console]                       # 19
log.in = { how = "oidc", by.whom = "all" } # 20
log.out = 1                     # 21
"""


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [
        ("", "title", 1),
        ("", "nothing", None),
        ("nowhere", "key", None),
        ("policy", "", 3),
        ("policy", "removal", 3),
        ("policy", "authorities", 4),
        ("policy.authorities[2]", "", 6),
        ("policy", "wins", 8),
        ("policy", "groups", 12),
        ("policy.groups[1]", "people", 12),
        ("policy.groups[2]", "people", 14),
        ("policy.groups[2]", "name", 15),
        ("policy.groups[2]", "some key", 16),
        ("policy.groups[2].inner", "deep", 18),
        ("policy.groups[2].inner", "shallow", 17),
        ("policy.groups[3]", "name", 12),
        ("console", "log", 20),
        ("console.log.in", "how", 20),
        ("console.log.in.by", "whom", 20),
        ("console.log", "out", 21),
        ("console.log", "off", 20),
    ],
)
def test_a_key_has_its_line_and_a_missing_one_that_of_its_table(
    table: str, key: str, line: int | None
) -> None:
    """Tables of tables count from 1; where nothing of it is there, there is no line to tell."""
    assert line_of(SETTINGS, table, key) == line


def test_a_mistake_is_told_with_its_line() -> None:
    """File, line, table and key, in one sentence; what JSON says wrongly has no line."""
    policy = parse_toml(SETTINGS, "sameface.toml").table("policy")
    _, group = policy.rows("groups")

    with pytest.raises(BadDocument) as told:
        group.choice("name", ["board"])

    assert str(told.value).startswith("sameface.toml, line 15: policy.groups[2].name has no")


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Any nesting and layout of tables; each value begins, on its key's line, with a mark."""
    marks, lines = itertools.count(), list[str]()

    def spelt(name: str) -> str:
        return draw(st.sampled_from([name, f'"{name}"', f"'{name}'", f" {name} "]))

    def value(depth: int) -> str:
        mark = f"@{next(marks)}!"
        kinds: list[Callable[[], str]] = [
            lambda: f'"{mark} \\" ]"',
            lambda: f"'{mark} \\'",
            lambda: f"""["{mark}", 1, [], "a = [", {{ a = 1 }}, 2026-11-23 ]""",
        ]
        if depth < 2:
            kinds.append(lambda: inline(depth + 1))
        if depth == 0:
            kinds += [
                lambda: f'["{mark}", 1, [], # ]\n  "a = [", {{ a = 1 }},\n  2026-11-23 ]',
                lambda: f'"""{mark}\n[a]\na = 1\n\\""" " ""\\\n  [[b]]"""""',
                lambda: f"'''{mark}\n# a = 1\n[[b]]''''",
            ]
        return draw(st.sampled_from(kinds))()

    def inline(depth: int) -> str:
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=3))
        return f"{{ {', '.join(f'{spelt(name)}= {value(depth)}' for name in names)} }}"

    def body(path: tuple[str, ...]) -> None:
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
        kinds = ["pair", "pair", "dotted", *(["table", "rows"] if len(path) < 3 else [])]
        chosen = [(name, draw(st.sampled_from(kinds))) for name in names]
        for name, kind in chosen:
            lines.extend(draw(st.lists(st.sampled_from(NOISE), max_size=2)))
            if kind in ("pair", "dotted"):
                dotted = f".{spelt('x')}.{spelt('y')}" if kind == "dotted" else ""
                lines.append(f"{spelt(name)}{dotted}={value(0)}")
        for name, kind in chosen:
            header = ".".join(map(spelt, (*path, name)))
            if kind == "table":
                lines.append(f"[{header}]  # a = 1")
                body((*path, name))
            for _ in range(draw(st.integers(1, 3)) if kind == "rows" else 0):
                lines.append(f"[[{header}]]")
                body((*path, name))

    body(())
    return draw(st.sampled_from(["\n", "\r\n"])).join("\n".join(lines).split("\n"))


def marked(raw: dict[str, Any], table: str) -> Iterator[tuple[str, str, str]]:
    """(table, key, mark) of everything that has a mark."""
    for key, value in raw.items():
        place = f"{table}.{key}" if table else key
        if isinstance(value, dict):
            yield from marked(value, place)
        elif isinstance(value, list) and isinstance(value[0], dict):
            for number, row in enumerate(value, 1):
                yield from marked(row, f"{place}[{number}]")
        else:
            text = value[0] if isinstance(value, list) else value
            yield table, key, text[: text.index("!") + 1]


@given(documents())
def test_the_line_found_is_the_line_of_the_key(text: str) -> None:
    """Whatever comments, texts of many lines, lists, quoted and dotted keys stand in between."""
    lines = text.split("\n")

    for table, key, mark in marked(tomllib.loads(text), ""):
        (line,) = (number for number, one in enumerate(lines, 1) if mark in one)
        assert line_of(text, table, key) == line
