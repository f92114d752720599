"""What pages say, from one file of messages per language; a message that is missing is an error."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGE = "en"


class Texts:
    """Messages by name (`matrix.search`); `{name}` in one is filled with what is given."""

    def __init__(self, messages: Mapping[str, Any]) -> None:
        self._messages = dict(_flat(messages))

    def __call__(self, key: str, /, **told: object) -> str:
        """One message. KeyError where it, or what it names, is missing."""
        return self._messages[key].format_map(told)

    def many(self, key: str, count: int, /, **told: object) -> str:
        """The message for that many: `key.one` or `key.other`, with `{n}` for how many."""
        form = "one" if count == 1 else "other"
        return self(f"{key}.{form}", n=f"{count:,}", **told)

    @property
    def keys(self) -> frozenset[str]:
        """The names of all messages."""
        return frozenset(self._messages)


@cache
def texts(language: str = LANGUAGE) -> Texts:
    """The messages of that language."""
    file = files("sameface.console") / "texts" / f"{language}.toml"
    return Texts(tomllib.loads(file.read_text("utf-8")))


def say(key: str, /, **told: object) -> str:
    """One message in the console's language."""
    return texts()(key, **told)


def say_many(key: str, count: int, /, **told: object) -> str:
    """One message about so many, in the console's language."""
    return texts().many(key, count, **told)


def _flat(table: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{path}{name}"
        found += _flat(value, f"{key}.") if isinstance(value, Mapping) else [(key, str(value))]
    return found
