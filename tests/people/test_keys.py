"""Identity keys of different stores meet in one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameface.people import aliases_of, comparable, keys_of, own_addresses
from sameface.values import Account, Key


@pytest.mark.parametrize(
    ("kind", "spelt", "meets"),
    [
        (Key.UPN, " Alice@Contoso.TEST ", (Key.UPN, "alice@contoso.test")),
        (
            Key.ACCOUNT_NAME,
            "i:0#.f|membership|Alice@contoso.test",
            (Key.UPN, "alice@contoso.test"),
        ),
        (Key.ACCOUNT_NAME, "i:0#.w|contoso\\Alice", (Key.ACCOUNT_NAME, "contoso\\alice")),
        (Key.MAIL, "SMTP:Alice.A@contoso.test", (Key.MAIL, "alice.a@contoso.test")),
        (
            Key.OBJECT_GUID,
            "{8F1E6E2A-0000-4C7D-9D55-3B1A52C0AA01}",
            (Key.OBJECT_GUID, "8f1e6e2a-0000-4c7d-9d55-3b1a52c0aa01"),
        ),
        (Key.EMPLOYEE_ID, "  ", None),
    ],
)
def test_spellings_of_one_key_meet(kind: Key, spelt: str, meets: tuple[Key, str] | None) -> None:
    """Case, blanks, login claims, `smtp:` and braces are spelling; nothing is no key."""
    assert comparable(kind, spelt) == meets


@given(st.sampled_from(list(Key)), st.text(st.characters(codec="ascii"), max_size=30))
def test_case_and_blanks_never_matter(kind: Key, value: str) -> None:
    """However a store capitalises or pads a key, it is the same key."""
    assert comparable(kind, f" {value.upper()}  ") == comparable(kind, value.lower())


def test_keys_come_strongest_first_and_once() -> None:
    """An account's keys are in the order in which they decide."""
    account = Account(
        "exchange",
        "1",
        keys=(
            (Key.ACCOUNT_NAME, "alice"),
            (Key.MAIL, "Alice@contoso.test"),
            (Key.MAIL, "alice@contoso.test"),
            (Key.OBJECT_GUID, "AB"),
        ),
    )

    assert keys_of(account) == (
        (Key.OBJECT_GUID, "ab"),
        (Key.MAIL, "alice@contoso.test"),
        (Key.ACCOUNT_NAME, "alice"),
    )


def test_of_mail_addresses_the_first_is_the_own_one() -> None:
    """Whatever the alphabet says; and a further one by which somebody signs in is no alias."""
    mails = [(Key.MAIL, f"{name}@contoso.test") for name in ("zoe", "A.Zoe", "z.lee")]
    account = Account("exchange", "1", keys=((Key.UPN, "z.lee@contoso.test"), *mails))

    assert own_addresses(account) == ("z.lee@contoso.test", "zoe@contoso.test")
    assert aliases_of(account) == ("a.zoe@contoso.test",)
