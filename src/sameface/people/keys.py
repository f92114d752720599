"""Identity keys, made comparable: the spellings of different stores brought to one form."""

from __future__ import annotations

import re

from sameface.values import Account, Key

STRONG = (Key.OBJECT_GUID, Key.UPN, Key.MAIL)
"""Kinds that name one person in one organisation; the others may repeat between domains."""

_ORDER = {kind: place for place, kind in enumerate(Key)}
_CLAIM = re.compile(r"i:0[#e]?\.[a-z]\|(?:.*\|)?(.+)")  # i:0#.f|membership|alice@contoso.test
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def comparable(kind: Key, value: str) -> tuple[Key, str] | None:
    """The (kind, value) under which two spellings of one key meet, or None where it is empty.

    Case and outer blanks never matter. A SharePoint login claim that carries a UPN is a UPN
    (facts, protocols 3.2), whatever kind it came as. `smtp:` before a mail address and braces
    around a GUID are spelling.
    """
    text = value.strip().casefold()
    claim = _CLAIM.fullmatch(text)
    if claim is not None:
        text = claim[1]
        if _ADDRESS.fullmatch(text):
            kind = Key.UPN
    if kind is Key.MAIL:
        text = text.removeprefix("smtp:")
    if kind is Key.OBJECT_GUID:
        text = text.strip("{}")
    return (kind, text) if text else None


def is_address(text: str) -> bool:
    """True for what may be a UPN or a mail address."""
    return _ADDRESS.fullmatch(text) is not None


def keys_of(account: Account) -> tuple[tuple[Key, str], ...]:
    """The account's keys, comparable, each once, strongest first; of one kind in their order."""
    found = dict.fromkeys(pair for key in account.keys if (pair := comparable(*key)) is not None)
    return tuple(sorted(found, key=lambda pair: _ORDER[pair[0]]))


def own_addresses(account: Account) -> tuple[str, ...]:
    """UPNs and the first mail address, which is the primary one; comparable."""
    keys = keys_of(account)
    upns = [value for kind, value in keys if kind is Key.UPN]
    mails = [value for kind, value in keys if kind is Key.MAIL]
    return tuple(dict.fromkeys([*upns, *mails[:1]]))


def aliases_of(account: Account) -> tuple[str, ...]:
    """The mail addresses that are not the account's own, comparable."""
    own = own_addresses(account)
    return tuple(value for kind, value in keys_of(account) if kind is Key.MAIL and value not in own)
