"""Conditions on a person's options, as rulebooks write them: `mailbox`, `mailbox=on-premises`.

A condition is one option, or alternatives between bars, of which one has to hold:
`mailbox` (it is on), `!mailbox` (it is off), `mailbox=on-premises`, `mailbox!=on-premises`,
`mailbox!=true` (whatever it says, but not on), `mailbox | hybrid-photos`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

Value = bool | str
"""What an option says: on or off, or one of its named choices."""


class Term(NamedTuple):
    """One option and what it has to say, or (where `negated`) must not."""

    option: str
    value: Value
    negated: bool = False


@cache
def terms(condition: str) -> tuple[Term, ...]:
    """The alternatives of a condition, one of which has to hold."""
    return tuple(_term(part.strip()) for part in condition.split("|"))


def _term(text: str) -> Term:
    name, equals, value = text.partition("=")
    if equals:
        negated = name.endswith("!")
        return Term(name.removesuffix("!").strip(), _value(value.strip()), negated)
    return Term(text.removeprefix("!").strip(), not text.startswith("!"))


def _value(text: str) -> Value:
    return text == "true" if text in ("true", "false") else text


@cache
def _parsed(needs: tuple[str, ...]) -> tuple[tuple[Term, ...], ...]:
    return tuple(terms(condition) for condition in needs)


def holds(needs: tuple[str, ...], options: Mapping[str, Value]) -> bool:
    """True when every condition holds under these options."""
    if not needs:
        return True
    for alternatives in _parsed(needs):
        for option, value, negated in alternatives:
            if (options[option] == value) is not negated:
                break
        else:
            return False
    return True


def exclude(some: Iterable[str], others: Iterable[str]) -> bool:
    """True when nobody can ever meet both: they ask different things of one option."""
    firm = [one[0] for one in map(terms, some) if len(one) == 1]
    other = [one[0] for one in map(terms, others) if len(one) == 1]
    return any(_clash(a, b) for a in firm for b in other)


def _clash(one: Term, other: Term) -> bool:
    if one.option != other.option or (one.negated and other.negated):
        return False
    return (one.value == other.value) is (one.negated or other.negated)
