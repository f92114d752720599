"""`$batch`: many requests in one, each with its own fate."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.tenant.kit import Caller

from sameface.pictures import inspect

ALICE = "/users/alice@contoso.test"


async def run(caller: Caller, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The replies by id; parts without an id are numbered."""
    requests = [{"id": str(n), "method": "GET", **part} for n, part in enumerate(parts)]
    answer = await caller.http.post(
        "/v1.0/$batch", headers=await caller.graph(), json={"requests": requests}
    )
    assert answer.status_code == 200, answer.text
    return {reply["id"]: reply for reply in answer.json()["responses"]}


async def test_a_picture_comes_as_base64_and_an_error_as_json(caller: Caller) -> None:
    """Each part has status, headers and body; a picture is a text of base64 (1.8)."""
    told = await run(
        caller,
        {"url": f"{ALICE}/photos/48x48/$value"},
        {"url": "users/carol@contoso.test/photo"},
        {"url": "/me"},
    )

    assert told["0"]["headers"]["Content-Type"] == "image/jpeg"
    assert inspect(base64.b64decode(told["0"]["body"])).width_px == 48
    assert told["1"]["status"] == 404
    assert told["1"]["body"]["error"]["code"] == "ImageNotFound"
    assert told["2"]["status"] == 400


@pytest.mark.parametrize("url_safe", [True, False])
async def test_a_picture_is_written_in_either_alphabet(
    caller: Caller, face: bytes, *, url_safe: bool
) -> None:
    """base64 and base64url, padded or not (1.8)."""
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    body = encode(face).decode()
    told = await run(
        caller,
        {
            "method": "PUT",
            "url": f"{ALICE}/photo/$value",
            "headers": {"Content-Type": "image/jpeg"},
            "body": body.rstrip("=") if url_safe else body,
        },
    )

    assert told["0"]["status"] == 200
    assert (await caller.photo("alice", "exchange") or "").startswith("sha256:")


async def test_what_depends_on_a_failure_fails(caller: Caller) -> None:
    """424 for a part whose forerunner failed; the outer status says nothing (1.8)."""
    told = await run(
        caller,
        {"url": "/users/nobody"},
        {"url": ALICE, "dependsOn": ["0"]},
        {"url": ALICE},
    )

    assert [told[n]["status"] for n in "012"] == [404, 424, 200]


async def test_a_part_is_throttled_by_itself(caller: Caller) -> None:
    """429 with its own Retry-After for one person, 200 for the others (1.8)."""
    await caller.fault("429", person="alice", retry_after=7)
    told = await run(caller, {"url": f"{ALICE}/photo"}, {"url": "/users/bob@contoso.test/photo"})

    assert (told["0"]["status"], told["0"]["headers"]["Retry-After"]) == (429, "7")
    assert told["1"]["status"] == 200


async def test_replies_come_in_an_order_of_their_own(caller: Caller) -> None:
    """Clients must go by id: the order of twenty replies is not that of the parts (1.8)."""
    requests = [{"id": str(n), "method": "GET", "url": ALICE} for n in range(20)]
    answer = await caller.http.post(
        "/v1.0/$batch", headers=await caller.graph(), json={"requests": requests}
    )
    ids = [reply["id"] for reply in answer.json()["responses"]]

    assert ids != sorted(ids, key=int)
    assert sorted(ids, key=int) == [str(n) for n in range(20)]


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [{"id": "1", "method": "GET"}],
        [{"id": "a", "method": "GET", "url": "/users"}, {"id": "A", "method": "GET", "url": "/"}],
        [{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)],
        "all",
    ],
    ids=["empty", "no url", "one id twice", "21 parts", "no list"],
)
async def test_a_malformed_batch_fails_as_a_whole(caller: Caller, requests: object) -> None:
    """At most twenty parts with unique ids, else 400 for all (1.8)."""
    answer = await caller.http.post(
        "/v1.0/$batch", headers=await caller.graph(), json={"requests": requests}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


async def test_a_batch_needs_a_token(caller: Caller) -> None:
    """401 for the whole batch, and none of its parts."""
    answer = await caller.http.post("/v1.0/$batch", json={"requests": []})

    assert answer.status_code == 401
