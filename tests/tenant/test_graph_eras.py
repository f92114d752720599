"""Graph in three eras: which channel a write is, which store it lands in, and who may not."""

from __future__ import annotations

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import Caller, bearer

CHANNELS = {
    "office365-2014": "channels/set-userphoto",
    "office365-2018": "channels/graph",
    "microsoft365-2024": "channels/graph",
}
STORES: dict[str, dict[bool, str | None]] = {
    "office365-2014": {True: "exchange", False: None},
    "office365-2018": {True: "exchange", False: None},
    "microsoft365-2024": {True: "entra-id", False: "entra-id"},
}


async def put(caller: Caller, person: str, face: bytes, headers: dict[str, str]) -> int:
    path = f"/v1.0/users/{person}@contoso.test/photo/$value"
    answer = await caller.http.put(path, headers=headers, content=face)
    return int(answer.status_code)


@pytest.mark.parametrize("mailbox", [True, False], ids=["mailbox", "none"])
@pytest.mark.parametrize("era", STORES)
async def test_a_write_lands_where_the_eras_rulebook_has_it(
    open_tenant: Open, face: bytes, era: str, mailbox: bool
) -> None:
    """The mailbox, of who has one, or Entra ID for everybody since the photo service (C-S1)."""
    caller = await open_tenant(rulebook=era)
    await caller.join("alice", mailbox=mailbox)
    status = await put(caller, "alice", face, await caller.graph())
    stores = (await caller.http.get("/_tenant/people/alice")).json()["stores"]

    written = [store for store, held in stores.items() if held["photo"] is not None]
    wanted = STORES[era][mailbox]
    assert (status, written[:1]) == ((200, [wanted]) if wanted else (404, []))


@pytest.mark.parametrize("era", CHANNELS)
async def test_an_administrators_write_is_the_eras_own_channel(
    open_tenant: Open, face: bytes, era: str
) -> None:
    """`graph` where the rulebook has it, Set-UserPhoto before (design 8)."""
    caller = await open_tenant(rulebook=era)
    await caller.join("alice", photo="A")
    await put(caller, "alice", face, await caller.graph())
    place = "m365-profile" if era == "microsoft365-2024" else "outlook-online-mail"
    told = await caller.http.get(
        f"/_tenant/surfaces/{place}/alice", headers={"Accept": "application/json"}
    )

    assert CHANNELS[era] in [reason["rule"] for reason in told.json()["because"]]


async def test_photo_update_settings_refuse_a_good_token(open_tenant: Open, face: bytes) -> None:
    """With the source on the premises nobody writes in the cloud, whatever a token says (C-C5)."""
    caller = await open_tenant(rulebook="microsoft365-2024")
    await caller.join("alice", photo="A", **{"photo-source": "on-premises"})
    own = bearer(await caller.person_token("alice"))

    assert await put(caller, "alice", face, await caller.graph()) == 403
    assert await put(caller, "alice", face, own) == 403
    assert await caller.photo("alice", "entra-id") == "A"


async def test_the_photo_service_serves_every_size(open_tenant: Open) -> None:
    """Entra ID has the whole ladder once it is where photos are kept (C-S1b)."""
    caller = await open_tenant(rulebook="microsoft365-2024")
    await caller.join("alice", photo="A", mailbox=False)
    path = "/v1.0/users/alice@contoso.test/photos"
    sizes = (await caller.http.get(path, headers=await caller.graph())).json()["value"]

    assert [size["width"] for size in sizes] == [48, 64, 96, 120, 240, 360, 432, 504, 648]
