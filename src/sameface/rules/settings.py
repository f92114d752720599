"""What an option is told to say, read strictly: on, off, or one of its choices."""

from __future__ import annotations

from sameface.documents import Table, nearest
from sameface.rules.conditions import Value
from sameface.rules.rulebook import Option, Rulebook


def read_settings(t: Table, book: Rulebook) -> dict[str, Value]:
    """The options that a table names; every other key of it has to be read by then."""
    given = {o.id: read_value(t, o.id, o) for o in book.options.values() if t.has(o.id)}
    for name in book.options:
        t.value(name, object)  # known here, so that a misspelt key is answered with the nearest
    t.done()
    return given


def read_value(t: Table, key: str, option: Option, *, usual: bool = True) -> Value:
    """`BadDocument` names what the option can say; `usual` where the key is not there."""
    told = t.raw.get(key)
    if not option.choices:
        return t.flag(key, usual)
    if option.is_flag and (told is None or isinstance(told, bool)):
        return t.flag(key, usual)
    value = t.text(key)
    if value not in option.choices:
        raise t.error(key, f'has no "{value}"{_hint(value, option)}')
    return value


def _hint(value: str, option: Option) -> str:
    if option.is_flag:
        return f"; it is {can_say(option)}"
    return nearest(value, option.choices)


def can_say(option: Option) -> str:
    """What an option can say, in words: `true or false, or "on-premises"`."""
    choices = " or ".join(f'"{choice}"' for choice in option.choices)
    if not option.is_flag:
        return choices
    return f"true or false, or {choices}" if choices else "true or false"


def may_be(value: object, option: Option) -> bool:
    """Whether the option can say that."""
    return option.is_flag if isinstance(value, bool) else value in option.choices
