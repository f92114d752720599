"""Graph's users: properties, pages, filters, rights."""

from __future__ import annotations

import base64
from uuid import UUID

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import Caller, bearer

SELECT = (
    "$select=id,displayName,userPrincipalName,mail,employeeId,onPremisesSamAccountName,"
    "onPremisesImmutableId,assignedPlans,proxyAddresses"
)


async def test_a_user_has_the_usual_properties_or_those_selected(caller: Caller) -> None:
    """Without `$select` a small set is told, with it what is asked (1.10)."""
    headers = await caller.graph()
    usual = (await caller.http.get("/v1.0/users/alice@contoso.test", headers=headers)).json()
    chosen = (await caller.http.get(f"/v1.0/users/{usual['id']}?{SELECT}", headers=headers)).json()

    assert usual["displayName"] == "Alice"
    assert "employeeId" not in usual
    assert chosen["mail"] == "alice@contoso.test"
    assert chosen["proxyAddresses"] == ["SMTP:alice@contoso.test"]
    assert UUID(bytes_le=base64.b64decode(chosen["onPremisesImmutableId"]))
    assert {plan["service"] for plan in chosen["assignedPlans"]} >= {"exchange", "SharePoint"}


async def test_a_mailbox_has_further_addresses(caller: Caller) -> None:
    """`SMTP:` is before the primary one, `smtp:` before aliases and the name for sign-in."""
    mails = ["dora.lee@contoso.test", "d.lee@contoso.test"]
    await caller.join("dora", mail=mails[0], aliases=mails)
    path = "/v1.0/users/dora@contoso.test?$select=proxyAddresses"
    told = await caller.http.get(path, headers=await caller.graph())

    assert told.json()["proxyAddresses"] == [
        f"SMTP:{mails[0]}",
        "smtp:dora@contoso.test",
        f"smtp:{mails[1]}",
    ]


async def test_who_has_no_mailbox_has_no_exchange_plan(caller: Caller) -> None:
    """What a client can know of a mailbox beforehand are the assigned plans."""
    await caller.join("dora", mailbox=False)
    told = await caller.http.get(
        "/v1.0/users/dora@contoso.test?$select=assignedPlans", headers=await caller.graph()
    )

    assert "exchange" not in {plan["service"] for plan in told.json()["assignedPlans"]}


async def test_everybody_is_listed_once_over_all_pages(open_tenant: Open) -> None:
    """`@odata.nextLink` is followed verbatim until there is none; the count is told once (1.10)."""
    caller = await open_tenant(people=24)
    headers = await caller.graph() | {"ConsistencyLevel": "eventual"}
    link, seen, counts = "/v1.0/users?$top=7&$count=true&$select=id,mail", [], []
    while link:
        page = (await caller.http.get(link, headers=headers)).json()
        seen += [user["mail"] for user in page["value"]]
        counts.append(page.get("@odata.count"))
        link = page.get("@odata.nextLink", "")

    assert len(seen) == len(set(seen)) == 24
    assert counts == [24, None, None, None]
    count = await caller.http.get("/v1.0/users/$count", headers=headers)
    assert count.text == "24"


async def test_a_filter_finds_by_mail(caller: Caller) -> None:
    """`eq` and `startswith`, joined by `or`; quotes are doubled."""
    headers = await caller.graph()
    path = "/v1.0/users?$select=mail&$filter="
    one = await caller.http.get(f"{path}mail eq 'ALICE@contoso.test'", headers=headers)
    two = await caller.http.get(
        f"{path}startswith(displayName,'Ali') or mail eq 'bob@contoso.test'", headers=headers
    )
    none = await caller.http.get(f"{path}mail eq 'o''hara'", headers=headers)

    assert [user["mail"] for user in one.json()["value"]] == ["alice@contoso.test"]
    assert len(two.json()["value"]) == 2
    assert none.json()["value"] == []


async def test_delta_tells_who_is_new_and_nothing_of_photos(caller: Caller, face: bytes) -> None:
    """A photo changes nothing in `/users/delta`; both spellings of the address work (1.10)."""
    headers = await caller.graph()
    first = (await caller.http.get("/v1.0/users/delta()?$select=mail", headers=headers)).json()
    await caller.http.put(
        "/v1.0/users/alice@contoso.test/photo/$value", headers=headers, content=face
    )
    after_photo = (await caller.http.get(first["@odata.deltaLink"], headers=headers)).json()
    await caller.join("dora")
    after_dora = (await caller.http.get(after_photo["@odata.deltaLink"], headers=headers)).json()

    assert len(first["value"]) == 3
    assert after_photo["value"] == []
    assert [user["mail"] for user in after_dora["value"]] == ["dora@contoso.test"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1.0/users?$select=shoeSize", 400, "BadRequest"),
        ("/v1.0/users?$top=5000", 400, "BadRequest"),
        ("/v1.0/users?$skiptoken=x", 400, "BadRequest"),
        ("/v1.0/users?$filter=mail ne 'x'", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$filter=shoeSize eq '43'", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$filter=mail eq", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$orderby=mail", 400, "Request_UnsupportedQuery"),
        ('/v1.0/users?$search="displayName:a"', 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$skip=5", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users?$expand=manager", 501, "NotImplemented"),
        ("/v1.0/users/delta?$top=5", 400, "Request_UnsupportedQuery"),
        ("/v1.0/users/nobody@contoso.test", 404, "Request_ResourceNotFound"),
        ("/v1.0/users/delta?$deltatoken=x", 400, "syncStateNotFound"),
        ("/v1.0/users/$count", 400, "BadRequest"),
        ("/v1.0/me", 400, "BadRequest"),
        ("/v1.0/planner/tasks", 501, "NotImplemented"),
    ],
)
async def test_what_cannot_be_answered_is_refused_in_graphs_words(
    caller: Caller, path: str, status: int, code: str
) -> None:
    """The envelope carries code, message, request id and client request id (1.7)."""
    headers = await caller.graph() | {"client-request-id": "mine"}
    answer = await caller.http.get(path, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]


async def test_request_ids_come_back(caller: Caller) -> None:
    """`client-request-id` is echoed, in headers and in errors."""
    headers = await caller.graph() | {"client-request-id": "mine"}
    answer = await caller.http.get("/beta/users/nobody", headers=headers)

    assert answer.headers["client-request-id"] == "mine"
    assert answer.json()["error"]["innerError"]["client-request-id"] == "mine"
    assert answer.json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]


async def test_rights_are_asked_for(caller: Caller) -> None:
    """Without a directory role nobody is listed; a person may read themselves (1.5)."""
    stranger = await caller.graph(app="stranger")
    alice = bearer(await caller.person_token("alice", "User.Read"))

    refused = await caller.http.get("/v1.0/users", headers=stranger)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "Authorization_RequestDenied"
    me = await caller.http.get("/v1.0/me", headers=alice)
    assert me.json()["userPrincipalName"] == "alice@contoso.test"
