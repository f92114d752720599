"""How two rulebooks differ, as lines for a terminal: what was added, removed, changed, by row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from sameface.rules.differences import ADDED, CHANGED, REMOVED, Difference, Key, plain
from sameface.rules.rulebook import Rulebook

_SIGNS = {ADDED: ("+", "green"), REMOVED: ("-", "red"), CHANGED: ("~", "yellow")}


def difference(one: Rulebook, other: Rulebook, found: Sequence[Difference]) -> Iterator[Text]:
    """The rows under their kinds; before and after of each key, and the facts they rest on."""
    yield Text(f"From {one.title} ({one.id}) to {other.title} ({other.id})", style="bold")
    if not found:
        yield Text("They say the same.")
        return
    kind = ""
    for row in found:
        if row.rule.partition("/")[0] != kind:
            kind = row.rule.partition("/")[0]
            yield Text(f"\n{kind}", style="bold")
        yield from _row(row)
    counts = {what: sum(row.what == what for row in found) for what in _SIGNS}
    yield Text("\n" + ", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


def _row(row: Difference) -> Iterator[Text]:
    sign, style = _SIGNS[row.what]
    line = Text(f"{sign} {row.rule.partition('/')[2]}", style=style)
    yield line.append(f"  {row.title}  ", style="default").append(_facts(row), style="dim")
    for key in row.keys:
        yield _key(key, added=row.what == ADDED)


def _key(key: Key, *, added: bool) -> Text:
    line = Text(f"    {key.name}: ")
    if not added:
        line.append(f"{_said(key.before)} ", style="red").append("-> ")
    return line.append(_said(key.after), style="green")


def _facts(row: Difference) -> str:
    if row.what == CHANGED and row.before != row.after:
        return f"[{' '.join(row.before)} -> {' '.join(row.after)}]"
    return f"[{' '.join(row.after or row.before)}]"


def _said(value: Any) -> str:
    told = plain(value)
    if told in (None, "", []):
        return "nothing"
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, dict):
        return ", ".join(f"{key} {_said(one)}" for key, one in told.items())
    if isinstance(told, list):
        return ", ".join(_said(one) for one in told)
    return f"{told:,}" if isinstance(told, int) else str(told)
