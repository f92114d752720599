"""LDAP's result codes as errors of the house: what was tried, what the server said, what next."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sameface.errors import (
    Busy,
    Garbled,
    NoSuchAccount,
    NotAllowed,
    OverCeiling,
    SignInRefused,
    StoreFailed,
    Unreachable,
    WriteRefused,
)

_AD_REASONS = {
    "525": "it knows no such account",
    "52e": "the name or the password is wrong",
    "530": "the account may not sign in at this hour",
    "531": "the account may not sign in from this machine",
    "532": "the password has expired",
    "533": "the account is disabled",
    "701": "the account has expired",
    "773": "the password must be changed first",
    "775": "the account is locked",
}
"""What Active Directory means by the number after `data`."""

LOST = frozenset((-1, -5, -11, 81, 85, 91))
"""No server, time out, no connection: another server may answer (client side results)."""

ELSEWHERE = frozenset((51, 52))
"""Busy and unavailable: another server may not be."""

ENDED = frozenset((8,))
"""To who has signed in: the session is over, and a new one may be had (RFC 4511, 4.4.1)."""

_ENCRYPTION = frozenset((8, 13, 48))
_KERBEROS = frozenset((-2, -6))
"""Nothing was sent: no ticket, none to be had for that server, or no library for it."""

_LIMITS = frozenset((3, 11))
_VALUES = frozenset((19, 21))


@dataclass(frozen=True, slots=True)
class Said:
    """What a server answered: LDAP's result code, its name, and the server's own words."""

    code: int
    name: str
    words: str = ""

    def __str__(self) -> str:
        words = " ".join(self.words.replace("\x00", "").split())[:200]
        if words in ("", "(unknown error code)"):
            return f"{self.name}, result {self.code}"
        return f"{self.name}, result {self.code}: {words}"


@dataclass(frozen=True, slots=True)
class Tried:
    """What was asked of a server: enough to say so."""

    server: str  # ldaps://dc1.contoso.com
    doing: str = "to search"  # "to sign in as ...", "to write thumbnailPhoto"
    account: str | None = None
    base_dn: str = ""
    size_bytes: int | None = None  # of the photo written
    signed_in: bool = True


def failure(store: str, said: Said, tried: Tried) -> StoreFailed:  # noqa: PLR0911, PLR0912 - a table
    """The error for a result code, with the remedy that fits what was tried."""
    code, account = said.code, tried.account
    answer = f"{tried.server}, asked {tried.doing}, answered: {said}"
    if code in LOST:
        what = f"{answer}; check that the server runs and that a firewall lets us through"
        return Unreachable(store, what, account=account)
    if code == 49:
        what = f"{answer}{_reason(said.words)}; correct bind-dn or the password in sameface.toml"
        return SignInRefused(store, what)
    if code in ENDED and tried.signed_in:
        what = f"{answer}; the server ended the session: see there why, or sign in with sasl"
        return Unreachable(store, what, account=account)
    if code in _ENCRYPTION:
        what = (
            f"{answer}; the server wants signing or encryption: use ldaps:// or starttls = true; "
            "with sasl also ldap://, which Kerberos signs and encrypts"
        )
        return SignInRefused(store, what)
    if code in _KERBEROS:
        what = (
            f"{tried.server}, asked {tried.doing}, was not reached: {said}; get a ticket with "
            "kinit (klist shows it), write the server's own name in url, and install "
            "libsasl2-modules-gssapi-mit"
        )
        return SignInRefused(store, what)
    if code in (10, 9):
        what = f"{answer}; another server holds that part: name it in url, or correct base-dn"
        return Unreachable(store, what, account=account)
    if code == 50:
        what = f"{answer}; give the account that right (docs/active-directory.md says which)"
        return NotAllowed(store, what, account=account)
    if code == 32 and account is not None:
        return NoSuchAccount(store, f"{answer}; it was moved or deleted", account=account)
    if code in (32, 34):
        what = f'{answer}; correct base-dn ("{tried.base_dn}"), or let the account see it'
        return NotAllowed(store, what)
    if code == 4:
        what = f"{answer}; raise the size limit that the server has for this account"
        return NotAllowed(store, what)
    if code in _LIMITS or code in ELSEWHERE:
        what = f"{answer}; try again later, or raise what the server grants this account"
        return Busy(store, what, account=account)
    if tried.size_bytes is None:
        return Garbled(store, f"{answer}; nothing was changed", account=account)
    if code in _VALUES:
        what = f"{answer}; the photo has {tried.size_bytes:,} bytes, lower max-bytes"
        return OverCeiling(store, what, account=account)
    return WriteRefused(store, f"{answer}; nothing was written", account=account)


def _reason(words: str) -> str:
    found = re.search(r"\bdata ([0-9a-f]{3})\b", words)
    reason = _AD_REASONS.get(found[1]) if found else None
    return f" ({reason})" if reason else ""
