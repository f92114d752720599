"""Graph beyond users with a mailbox: guests, shared mailboxes, groups, teams, the policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import Caller, bearer

POLICY = "/beta/admin/people/photoUpdateSettings"
PEOPLE_ADMINISTRATOR = "024906de-61e5-49c8-8572-40335f1e0e10"
ALICE = "/v1.0/users/alice@contoso.test/photo"


async def administrator(open_tenant: Open, **how: object) -> tuple[Caller, dict[str, str]]:
    """A tenant whose first person is an administrator, and their token."""
    caller = await open_tenant(people=3, seed=2, **how)
    first = caller.tenant.organisation.members.page(0, 1)[0]
    return caller, bearer(await caller.person_token(first.id, "User.Read"))


async def test_guests_shared_mailboxes_and_the_unlicensed(caller: Caller) -> None:
    """Each kind is told apart by the properties that Graph has for it."""
    await caller.join("anna", kind="guest", photo="A")
    await caller.join("reception", kind="shared")
    await caller.join("temp", kind="unlicensed")
    headers = await caller.graph()
    select = "$select=displayName,userType,accountEnabled,assignedPlans,mail,userPrincipalName"
    users = (await caller.http.get(f"/v1.0/users?{select}", headers=headers)).json()["value"]
    anna, reception, temp = users[3:]

    assert (anna["userType"], anna["mail"]) == ("Guest", "anna@fabrikam.test")
    assert anna["userPrincipalName"] == "anna_fabrikam.test#EXT#@contoso.test"
    assert (reception["accountEnabled"], users[0]["accountEnabled"]) == (False, True)
    assert anna["assignedPlans"] == reception["assignedPlans"] == temp["assignedPlans"] == []


async def test_what_a_mailbox_is_for(caller: Caller) -> None:
    """`userPurpose` tells a shared mailbox from a person's, and 404 that there is none."""
    await caller.join("reception", kind="shared")
    await caller.join("temp", kind="unlicensed")
    headers = await caller.graph()
    answers = [
        await caller.http.get(
            f"/v1.0/users/{who}@contoso.test/mailboxSettings/userPurpose", headers=headers
        )
        for who in ("alice", "reception", "temp")
    ]

    assert [answer.json().get("value") for answer in answers] == ["user", "shared", None]
    assert answers[2].json()["error"]["code"] == "MailboxNotEnabledForRESTAPI"


async def test_a_mailbox_on_the_premises_has_no_photo_in_graph(open_tenant: Open) -> None:
    """While photos live in mailboxes, one that is elsewhere is refused by name."""
    caller = await open_tenant(rulebook="office365-2018")
    await caller.join("alice", photo="A", mailbox="on-premises")
    answer = await caller.http.get(ALICE, headers=await caller.graph())

    assert (answer.status_code, answer.json()["error"]["code"]) == (
        404,
        "MailboxNotEnabledForRESTAPI",
    )


async def test_a_group_is_found_and_has_members(caller: Caller) -> None:
    """By mail; and who is in it."""
    headers = await caller.graph()
    found = await caller.http.get(
        "/v1.0/groups?$filter=mail eq 'everybody@contoso.test'", headers=headers
    )
    (group,) = found.json()["value"]
    one = await caller.http.get(f"/v1.0/groups/{group['id']}", headers=headers)
    members = await caller.http.get(f"/v1.0/groups/{group['id']}/members", headers=headers)

    assert one.json()["displayName"] == "Everybody"
    assert [m["displayName"] for m in members.json()["value"]] == ["Alice", "Bob", "Carol"]


async def test_a_member_gives_a_group_its_photo(caller: Caller, face: bytes) -> None:
    """An application by itself may not (1.5); without one it is 404; a team answers 204."""
    app, alice = await caller.graph(), bearer(await caller.person_token("alice", "User.Read"))
    group = (await caller.http.get("/v1.0/groups", headers=app)).json()["value"][0]["id"]
    none = await caller.http.get(f"/v1.0/groups/{group}/photo", headers=app)
    refused = await caller.http.put(f"/v1.0/groups/{group}/photo/$value", headers=app, content=face)
    put = await caller.http.put(f"/v1.0/groups/{group}/photo/$value", headers=alice, content=face)
    team = await caller.http.put(f"/v1.0/teams/{group}/photo/$value", headers=alice, content=face)
    photo = await caller.http.get(f"/v1.0/groups/{group}/photos/96x96/$value", headers=app)

    assert (none.status_code, none.json()["error"]["code"]) == (404, "ImageNotFound")
    assert refused.json()["error"]["code"] == "AppOnlyTokenNotSupportedForGroupUpdate"
    assert (put.status_code, team.status_code) == (200, 204)
    assert photo.headers["content-type"] == "image/jpeg"


async def test_the_organisation_says_its_name(caller: Caller) -> None:
    """`/organization` is a list of one."""
    (told,) = (await caller.http.get("/v1.0/organization", headers=await caller.graph())).json()[
        "value"
    ]

    assert told["verifiedDomains"][0]["name"] == "contoso.test"


async def test_one_pixel_is_a_size_of_none(caller: Caller) -> None:
    """Asked for by name, form A of "no photo" comes; who has a photo has no such size (1.3)."""
    headers = await caller.graph()
    none = await caller.http.get("/v1.0/users/carol@contoso.test/photos/1x1", headers=headers)
    some = await caller.http.get("/v1.0/users/alice@contoso.test/photos/1x1", headers=headers)

    assert (none.json()["id"], none.json()["@odata.mediaContentType"]) == ("1x1", "image/gif")
    assert some.status_code == 404


async def test_head_tells_what_get_would(caller: Caller) -> None:
    """Type and length, and no body."""
    headers = await caller.graph()
    whole = await caller.http.get(f"{ALICE}/$value", headers=headers)
    head = await caller.http.head(f"{ALICE}/$value", headers=headers)

    assert head.headers["content-length"] == str(len(whole.content))
    assert (head.headers["content-type"], head.content) == ("image/jpeg", b"")


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ({"source": "onPremises"}, 403),
        ({"source": "cloud"}, 200),
        ({"allowedRoles": [PEOPLE_ADMINISTRATOR]}, 200),
        ({"allowedRoles": ["somebody-else"]}, 403),
    ],
)
async def test_the_policy_decides_who_may_write(
    open_tenant: Open, face: bytes, policy: dict[str, object], status: int
) -> None:
    """`source` and `allowedRoles` block writes that a good token would allow (1.12)."""
    caller, headers = await administrator(open_tenant)
    put = await caller.http.patch(POLICY, headers=headers, json=policy)
    answer = await caller.http.put("/v1.0/me/photo/$value", headers=headers, content=face)
    deleted = await caller.http.delete(f"{POLICY}/$ref", headers=headers)
    after = await caller.http.put("/v1.0/me/photo/$value", headers=headers, content=face)

    assert put.status_code == 200
    assert answer.status_code == status
    assert (deleted.status_code, after.status_code) == (204, 200)


async def test_the_policy_survives_a_restart(open_tenant: Open, tmp_path: Path) -> None:
    """With a folder it is remembered as it was said."""
    caller, headers = await administrator(open_tenant, state=tmp_path)
    policy = {"source": "cloud", "allowedRoles": [PEOPLE_ADMINISTRATOR]}
    await caller.http.patch(POLICY, headers=headers, json=policy)
    again, _ = await administrator(open_tenant, state=tmp_path)
    told = (await again.http.get(POLICY, headers=await again.graph())).json()

    assert {name: told[name] for name in policy} == policy


async def test_in_2024_the_policy_takes_up_to_a_day(open_tenant: Open, face: bytes) -> None:
    """The rulebook knows the delay: at once nothing changes, a day later writes are refused."""
    caller, headers = await administrator(open_tenant, rulebook="microsoft365-2024")
    await caller.http.patch(POLICY, headers=headers, json={"source": "onPremises"})
    app = await caller.graph()
    told = await caller.http.get(POLICY, headers=app)
    await caller.advance("2d")
    late = await caller.http.put("/v1.0/me/photo/$value", headers=headers, content=face)

    assert told.json()["source"] == "onPremises"
    assert (late.status_code, late.json()["error"]["code"]) == (403, "ErrorAccessDenied")


async def test_not_everybody_sets_the_policy(caller: Caller) -> None:
    """It wants an administrator; an application that may read it may not write."""
    alice = bearer(await caller.person_token("alice", "User.Read"))
    by_person = await caller.http.patch(POLICY, headers=alice, json={"source": "cloud"})
    by_app = await caller.http.patch(POLICY, headers=await caller.graph(), json={"source": "cloud"})
    nonsense = await caller.http.get(POLICY, headers=await caller.graph(app="reader"))

    assert {by_person.status_code, by_app.status_code, nonsense.status_code} == {403}
