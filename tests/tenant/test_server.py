"""The doors: TLS, plain HTTP, ports, and what any request is answered."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import datetime, timedelta

import httpx2 as httpx
import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import Caller

from sameface.tenant.server import Tenant


async def test_both_doors_lead_to_one_state(caller: Caller) -> None:
    """https with a CA of its own, and plain http beside it (design 5)."""
    async with httpx.AsyncClient(base_url=caller.tenant.http_url, trust_env=False) as plain:
        await plain.post("/_tenant/clock", json={"advance": "3h"})
        there = (await plain.get("/_tenant/clock")).json()
        users = await plain.get("/v1.0/users?$top=1", headers=await caller.graph())

    assert there == (await caller.http.get("/_tenant/clock")).json()
    assert users.json()["@odata.nextLink"].startswith(caller.tenant.http_url)


async def test_nobody_trusts_the_tenant_by_accident(caller: Caller) -> None:
    """Its CA is nobody's until it is named."""
    async with httpx.AsyncClient(trust_env=False) as stranger:
        with pytest.raises(httpx.ConnectError):
            await stranger.get(f"{caller.tenant.https_url}/_tenant/clock")


async def test_a_busy_port_means_the_next_one(open_tenant: Open) -> None:
    """A port in use is passed over (design 5)."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        caller = await open_tenant(port=port)

    assert int(caller.tenant.https_url.rpartition(":")[2]) > port


async def test_a_tenant_can_be_opened_again_at_once() -> None:
    """Closing leaves nothing behind: no port, no folder."""
    async with Tenant(people=0, port=0) as one:
        port, folder = int(one.https_url.rpartition(":")[2]), one.keys.folder
    async with Tenant(people=0, port=port) as other:
        assert other.https_url == one.https_url

    assert not folder.exists()


async def test_what_nobody_serves_is_501_and_named(caller: Caller) -> None:
    """The path is in the answer, and the request in the log (design 8)."""
    answer = await caller.http.get("/autodiscover/autodiscover.xml")
    log = (await caller.http.get("/_tenant/requests")).json()

    assert answer.status_code == 501
    assert "GET /autodiscover/autodiscover.xml" in answer.json()["error"]["message"]
    assert log["services"]["nobody"] == 1


async def test_a_wrong_method_is_405(caller: Caller) -> None:
    """With the methods that there are."""
    answer = await caller.http.post("/v1.0/users/alice@contoso.test/photo/$value")

    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PATCH, PUT")


async def test_head_is_get_without_the_body(caller: Caller) -> None:
    """The same headers, no bytes."""
    path = "/_tenant/surfaces/yammer/alice"
    head, get = await caller.http.head(path), await caller.http.get(path)

    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers["etag"] == get.headers["etag"]


async def test_more_than_anything_takes_is_413(caller: Caller) -> None:
    """The body is not kept."""
    answer = await caller.http.put(
        "/v1.0/me/photo/$value", headers=await caller.graph(), content=b"\0" * (33 * 2**20)
    )

    assert answer.status_code == 413


async def test_one_picture_is_drawn_once_for_many_who_ask(caller: Caller) -> None:
    """Thirty at once for one new picture all get the same bytes."""
    path = "/_tenant/surfaces/outlook-client/alice?px=648"
    answers = await asyncio.gather(*(caller.http.get(path) for _ in range(30)))

    assert len({answer.content for answer in answers}) == 1


async def test_a_running_clock_stands_once_somebody_moves_it(open_tenant: Open) -> None:
    """Offsets of steps are exact although the clock ran before (design 4)."""
    caller = await open_tenant(running=True)
    await caller.join("alice", photo="A")
    assert (await caller.http.get("/_tenant/clock")).json()["running"] is True
    first = await caller.step("visit", at="0s", person="alice")
    second = await caller.step("visit", at="10s", person="alice")
    clock = (await caller.http.get("/_tenant/clock")).json()

    assert clock["running"] is False
    assert clock["now"] == second["at"]
    passed = datetime.fromisoformat(second["at"]) - datetime.fromisoformat(first["at"])
    assert passed == timedelta(seconds=10)


async def test_texts_of_any_script_travel(caller: Caller) -> None:
    """Names are UTF-8 in JSON and escaped in headers."""
    await caller.join("yildiz", name="Elif Yıldız", photo="tatil ☀")
    shown = await caller.http.get("/_tenant/surfaces/yammer/yildiz")
    told = await caller.http.get("/v1.0/users/yildiz@contoso.test", headers=await caller.graph())

    assert json.loads(shown.headers["sameface-sees"]) == ["tatil ☀"]
    assert told.json()["displayName"] == "Elif Yıldız"
