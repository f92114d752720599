"""Faults on order: every misbehaviour, for whom, where, and how many times."""

from __future__ import annotations

import time

import httpx2 as httpx
import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import FOLDER, SHAREPOINT, YAMMER, Caller, bearer

from sameface.tenant.faults import STATUSES

ALICE = "/v1.0/users/alice@contoso.test/photo"
BOB = "/v1.0/users/bob@contoso.test/photo"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("401", "InvalidAuthenticationToken"),
        ("403", "ErrorAccessDenied"),
        ("404", "ImageNotFound"),
        ("429", "TooManyRequests"),
        ("500", "ErrorInternalServerError"),
        ("502", "UnknownError"),
        ("503", "ServiceUnavailable"),
        ("504", "UnknownError"),
    ],
)
async def test_a_status_comes_in_the_services_own_words(
    caller: Caller, kind: str, code: str
) -> None:
    """A fault looks like the service's own refusal, Retry-After included."""
    headers = await caller.graph()
    await caller.fault(kind, store="exchange", retry_after=3)
    answer = await caller.http.get(ALICE, headers=headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (int(kind), code)
    assert answer.headers["retry-after"] == "3"


async def test_every_service_has_its_words_for_every_status(caller: Caller) -> None:
    """No fault falls back on another service's words."""
    web = await caller.sharepoint()
    people = bearer(await caller.person_token("alice", YAMMER))
    for kind in STATUSES:
        await caller.fault(kind)
        told = await caller.http.get("/_api/web", headers=web)
        users = await caller.http.get("/api/v1/users.json", headers=people)
        photo = await caller.http.get("/ews/exchange.asmx/s/GetUserPhoto")
        token = await caller.sign_in()
        assert {a.status_code for a in (told, users, photo, token)} == {int(kind)}
        assert told.json().keys() & {"odata.error", "error_description"}
        assert users.json()["response"]["stat"] == "fail"
        assert token.json()["error_codes"]
        await caller.http.delete("/_tenant/faults")


async def test_a_fault_wears_off(caller: Caller) -> None:
    """`times` counts down; then all is well."""
    headers = await caller.graph()
    await caller.fault("500", times=2)
    statuses = [(await caller.http.get(ALICE, headers=headers)).status_code for _ in range(3)]

    assert statuses == [500, 500, 200]
    assert (await caller.http.get("/_tenant/faults")).json() == {"faults": []}


async def test_a_fault_strikes_only_whom_it_is_for(caller: Caller) -> None:
    """By person, by path, by method, by store."""
    headers = await caller.graph()
    await caller.fault("404", person="alice")
    assert (await caller.http.get(ALICE, headers=headers)).status_code == 404
    assert (await caller.http.get(BOB, headers=headers)).status_code == 200
    await caller.http.delete("/_tenant/faults")

    await caller.fault("500", path="/v1.0/users/bob")
    await caller.fault("503", method="DELETE")
    await caller.fault("403", store="sharepoint")
    assert (await caller.http.get(ALICE, headers=headers)).status_code == 200
    assert (await caller.http.get(BOB, headers=headers)).status_code == 500
    assert (await caller.http.delete(f"{ALICE}/$value", headers=headers)).status_code == 503
    token = bearer(await caller.token(SHAREPOINT, certificate=True))
    assert (await caller.http.get("/_api/web", headers=token)).status_code == 403


async def test_a_namesakes_end_is_not_the_person(caller: Caller) -> None:
    """Ana's fault is not Diana's, though her address ends like Ana's."""
    await caller.join("ana", photo="A")
    await caller.join("diana", photo="A")
    await caller.fault("500", person="ana")
    answer = await caller.http.get(
        "/v1.0/users/diana@contoso.test/photo", headers=await caller.graph()
    )

    assert answer.status_code == 200


async def test_the_line_is_cut_before_anything_happened(caller: Caller, face: bytes) -> None:
    """A cut connection is no answer, and nothing was written."""
    headers = await caller.graph()
    await caller.fault("cut", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        await caller.http.put(f"{ALICE}/$value", headers=headers, content=face)

    assert await caller.photo("alice", "exchange") == "A"


async def test_the_line_is_cut_after_it_happened(caller: Caller, face: bytes) -> None:
    """`late`: the write took effect, and only its answer is lost."""
    headers = await caller.graph()
    await caller.fault("cut", times=1, late=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await caller.http.put(f"{ALICE}/$value", headers=headers, content=face)

    assert await caller.photo("alice", "exchange") != "A"


async def test_half_a_picture_claims_to_be_whole(caller: Caller) -> None:
    """Half of the bytes, a content length that agrees, status 200; words are left alone."""
    headers = await caller.graph()
    whole = await caller.http.get(f"{ALICE}/$value", headers=headers)
    await caller.fault("half")
    half = await caller.http.get(f"{ALICE}/$value", headers=headers)
    words = await caller.http.get(ALICE, headers=headers)

    assert half.status_code == 200
    assert half.content == whole.content[: len(whole.content) // 2]
    assert words.json()["width"] == 648


async def test_a_slow_answer_comes(open_tenant: Open) -> None:
    """`slow` takes `seconds` more, as fast as the tenant runs, and is right in the end."""
    caller = await open_tenant(speed=100)
    await caller.join("alice", photo="A")
    headers = await caller.graph()
    await caller.fault("slow", seconds=10)
    began = time.monotonic()
    answer = await caller.http.get(ALICE, headers=headers)

    assert answer.json()["width"] == 648
    assert 0.1 <= time.monotonic() - began + 0.01 < 10


async def test_a_picture_comes_as_a_page(caller: Caller) -> None:
    """`wrong-type`: the right bytes, labelled as HTML."""
    headers = await caller.graph()
    whole = await caller.http.get(f"{ALICE}/$value", headers=headers)
    await caller.fault("wrong-type")
    answer = await caller.http.get(f"{ALICE}/$value", headers=headers)

    assert answer.content == whole.content
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_replica_has_not_heard_of_the_last_change(caller: Caller, face: bytes) -> None:
    """`stale`: reads tell what was before it, change key and all; then the replica catches up."""
    headers = await caller.graph()
    before = await caller.http.get(ALICE, headers=headers)
    await caller.http.put(f"{ALICE}/$value", headers=headers, content=face)
    await caller.fault("stale", method="GET", times=1)
    stale = await caller.http.get(ALICE, headers=headers)
    after = await caller.http.get(ALICE, headers=headers)

    assert stale.json()["@odata.mediaEtag"] == before.json()["@odata.mediaEtag"]
    assert after.json()["@odata.mediaEtag"] != before.json()["@odata.mediaEtag"]


async def test_success_without_effect(caller: Caller, face: bytes) -> None:
    """`no-effect`: Graph and SharePoint agree, and everything stays as it was."""
    graph, web = await caller.graph(), await caller.sharepoint()
    await caller.fault("no-effect")
    put = await caller.http.put(f"{ALICE}/$value", headers=graph, content=face)
    name = "alice_contoso_test_MThumb.jpg"
    add = await caller.http.post(
        f"{FOLDER}/add(url='{name}',overwrite=true)", headers=web, content=face
    )

    assert (put.status_code, add.status_code) == (200, 200)
    assert await caller.photo("alice", "exchange") == "A"
    assert await caller.photo("alice", "sharepoint") == "A"


async def test_another_persons_face_in_a_batch(caller: Caller) -> None:
    """`swapped`: two parts have each other's picture, under their own ids."""
    headers = await caller.graph()
    parts = [
        {"id": who, "method": "GET", "url": f"/users/{who}@contoso.test/photo/$value"}
        for who in ("alice", "bob")
    ]
    body = {"requests": parts}
    right = await caller.http.post("/v1.0/$batch", headers=headers, json=body)
    await caller.fault("swapped", times=1)
    wrong = await caller.http.post("/v1.0/$batch", headers=headers, json=body)
    again = await caller.http.post("/v1.0/$batch", headers=headers, json=body)

    assert _bodies(wrong) == {"alice": _bodies(right)["bob"], "bob": _bodies(right)["alice"]}
    assert _bodies(again) == _bodies(right)


def _bodies(answer: httpx.Response) -> dict[str, str]:
    return {part["id"]: part["body"] for part in answer.json()["responses"]}


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "418"},
        {"kind": "500", "store": "delve"},
        {"kind": "500", "times": 0},
        {"kind": "500", "person": "nobody"},
        {"kind": "500", "whom": "alice"},
        {"kind": "slow", "seconds": 0},
        {},
    ],
)
async def test_a_wrong_order_is_refused(caller: Caller, order: dict[str, object]) -> None:
    """An order names kinds, stores and people that are here, and nothing else."""
    answer = await caller.http.post("/_tenant/faults", json=order)

    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["text"]


async def test_one_order_is_taken_back(caller: Caller) -> None:
    """By its number, the others staying."""
    await caller.fault("500")
    await caller.fault("503")
    (first, _) = (await caller.http.get("/_tenant/faults")).json()["faults"]
    left = (await caller.http.delete(f"/_tenant/faults/{first['id']}")).json()["faults"]

    assert [fault["kind"] for fault in left] == ["503"]
