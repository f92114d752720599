"""What Graph's directory can be asked: filters, searches, orders, deltas that end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tenant.kit import Caller

from sameface.tenant.graph import filters

EVENTUAL = {"ConsistencyLevel": "eventual"}
NAMES = {"mail": "mail", "department": "department"}


async def asked(caller: Caller, query: str) -> list[str]:
    headers = await caller.graph() | EVENTUAL
    answer = await caller.http.get(f"/v1.0/users?$count=true&{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [user["displayName"] for user in answer.json()["value"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("$filter=startswith(displayName,'B') or mail eq 'carol@contoso.test'", "Bob Carol"),
        ("$filter=not startswith(displayName,'B')", "Alice Carol"),
        ("$filter=mail ne 'bob@contoso.test' and accountEnabled eq true", "Alice Carol"),
        ("$filter=displayName in ('Bob', 'Alice')", "Alice Bob"),
        ("$filter=endswith(mail,'l@contoso.test')", "Carol"),
        ("$filter=(mail eq 'x' or displayName eq 'Bob') and mobilePhone eq null", "Bob"),
        ("$orderby=displayName desc", "Carol Bob Alice"),
        ('$search="displayName:car"', "Carol"),
        ('$search="displayName:car" OR "mail:bob"', "Bob Carol"),
    ],
)
async def test_who_is_found(caller: Caller, query: str, found: str) -> None:
    """Comparisons, brackets, searches by the beginnings of words, either direction (1.10)."""
    assert await asked(caller, query) == found.split()


async def test_a_count_counts_what_the_filter_keeps(caller: Caller) -> None:
    """`users/$count` takes the same filter."""
    headers = await caller.graph() | EVENTUAL
    path = "/v1.0/users/$count?$filter=startswith(displayName,'B')"

    assert (await caller.http.get(path, headers=headers)).text == "1"


async def test_pages_keep_the_filter(caller: Caller) -> None:
    """A next link continues what was asked, not everything."""
    headers = await caller.graph()
    first = await caller.http.get(
        "/v1.0/users?$top=1&$filter=displayName in ('Alice','Carol')", headers=headers
    )
    second = await caller.http.get(first.json()["@odata.nextLink"], headers=headers)

    assert [user["displayName"] for user in second.json()["value"]] == ["Carol"]
    assert "@odata.nextLink" not in second.json()


async def test_a_delta_token_ends_after_seven_days(caller: Caller) -> None:
    """Then it is gone (410), and `Location` leads to a full round with a good token (1.10)."""
    headers = await caller.graph()
    told = (await caller.http.get("/v1.0/users/delta?$select=mail", headers=headers)).json()
    await caller.advance("6d")
    good = await caller.http.get(told["@odata.deltaLink"], headers=headers)
    await caller.advance("2d")
    gone = await caller.http.get(told["@odata.deltaLink"], headers=headers)
    again = await caller.http.get(gone.headers["location"], headers=headers)

    assert good.status_code == 200
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "syncStateNotFound")
    assert len(again.json()["value"]) == 3
    assert "$deltatoken=" in again.json()["@odata.deltaLink"]


async def test_a_delta_may_begin_now(caller: Caller) -> None:
    """`$deltatoken=latest`: nothing yet, and a link for later (1.10)."""
    headers = await caller.graph()
    told = (await caller.http.get("/v1.0/users/delta?$deltatoken=latest", headers=headers)).json()
    await caller.join("dora")
    later = (await caller.http.get(told["@odata.deltaLink"], headers=headers)).json()

    assert told["value"] == []
    assert [user["displayName"] for user in later["value"]] == ["Dora"]


@given(st.text(max_size=60))
def test_no_filter_breaks_the_parser(text: str) -> None:
    """Whatever is asked, it is a filter or it is refused."""
    row: dict[str, Any] = {"mail": "a@b", "department": None}
    try:
        told = filters.parse(text, NAMES)
    except filters.NotSupported:
        return
    assert told.keeps(row) in {True, False}


@given(st.sampled_from(["a", "b"]), st.sampled_from(["a", "b"]))
def test_not_and_or_mean_what_they_say(one: str, other: str) -> None:
    """De Morgan, over all rows of two values."""
    neither = filters.parse(f"not (mail eq '{one}' or department eq '{other}')", NAMES)
    both = filters.parse(f"mail ne '{one}' and department ne '{other}'", NAMES)
    for mail in "ab":
        for department in "ab":
            row = {"mail": mail, "department": department}
            assert neither.keeps(row) == both.keeps(row)


def test_brackets_do_not_exhaust_anything() -> None:
    """A thousand of them are refused."""
    with pytest.raises(filters.NotSupported):
        filters.parse("(" * 1000 + "mail eq 'a'" + ")" * 1000, NAMES)
