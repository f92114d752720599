"""Identity keys as stores tell them: addresses, aliases, handles."""

from __future__ import annotations

import pytest

from sameface.connectors.keys import handle_key, mail_keys, proxied
from sameface.people import comparable
from sameface.values import Key


def mails(keys: tuple[tuple[Key, str], ...]) -> list[str]:
    assert all(kind is Key.MAIL for kind, _ in keys)
    return [address for _, address in keys]


@pytest.mark.parametrize(
    ("mail", "proxies", "told"),
    [
        ("a@x.test", ["SMTP:a@x.test", "smtp:b@x.test"], ["a@x.test", "b@x.test"]),
        ("", ["smtp:b@x.test", "SMTP:a@x.test"], ["a@x.test", "b@x.test"]),
        ("A@x.test", ["smtp:a@X.test", "SMTP:A@x.test"], ["A@x.test"]),
        ("", ["smtp:b@x.test"], ["b@x.test"]),
        ("a@x.test", [], ["a@x.test"]),
        ("", [], []),
    ],
)
def test_the_primary_address_comes_first(mail: str, proxies: list[str], told: list[str]) -> None:
    """`SMTP:` marks it where `mail` is empty, `smtp:` an alias; each address comes once."""
    assert mails(proxied(mail, proxies)) == told


def test_only_mail_addresses_are_taken_from_proxies() -> None:
    """Skype's and X.500's names, and whatever else is kept there, lead to nobody."""
    others = ["sip:c@x.test", "SIP:c@x.test", "x500:/o=X/cn=a", "EUM:1;phone", "x@x.test", "smtp:"]

    assert mails(proxied("a@x.test", others)) == ["a@x.test"]


def test_aliases_are_told_alike_whatever_their_order() -> None:
    """Directories give several values in any order: the account is the same as at the last look."""
    told = [["p@x.test", *rest] for rest in (["b@x.test", "A@x.test"], ["A@x.test", "b@x.test"])]

    assert mail_keys(told[0]) == mail_keys(told[1])
    assert mails(mail_keys(told[0])) == ["p@x.test", "A@x.test", "b@x.test"]


def test_a_whole_domain_is_nobodys_address() -> None:
    """`mailLocalAddress` may take all mail of a domain; that is no person's."""
    assert mails(mail_keys(["@x.test", "", "a@x.test"])) == ["a@x.test"]


def test_a_handle_meets_no_other_stores() -> None:
    """Neither the same number elsewhere nor an object GUID of Microsoft's is that object."""
    guid = "8f1e6e2a-0000-4c7d-9d55-3b1a52c0aa01"
    told = {comparable(*handle_key(store, guid)) for store in ("openldap", "yammer")}

    assert len(told) == 2
    assert comparable(Key.OBJECT_GUID, guid) not in told
