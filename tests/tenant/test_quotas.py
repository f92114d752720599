"""Quotas by the published numbers, latency, and a tenant that is faster than life."""

from __future__ import annotations

import asyncio
import base64
import time
from datetime import timedelta

from tests.tenant.conftest import Open
from tests.tenant.kit import EXCHANGE, SHAREPOINT, YAMMER, Caller, bearer

ALICE = "/v1.0/users/alice@contoso.test/photo"
SEARCH = "/_api/search/query?querytext='*'"


async def test_yammer_takes_ten_calls_in_ten_seconds(caller: Caller) -> None:
    """The eleventh is refused, on every endpoint and without saying for how long (protocols 4)."""
    headers = bearer(await caller.person_token("alice", YAMMER))
    users = [await caller.http.get("/api/v1/users.json", headers=headers) for _ in range(11)]
    current = await caller.http.get("/api/v1/users/current.json", headers=headers)
    picture = await caller.http.get(users[0].json()[0]["mugshot_url"])

    assert [answer.status_code for answer in users] == [200] * 10 + [429]
    assert (current.status_code, current.json()["response"]["stat"]) == (429, "fail")
    assert "retry-after" not in users[10].headers
    assert picture.status_code == 200  # pictures come from a host that counts nothing


async def test_a_quota_belongs_to_one_person(caller: Caller) -> None:
    """Who has used up theirs does not hold up anybody else."""
    alice = bearer(await caller.person_token("alice", YAMMER))
    bob = bearer(await caller.person_token("bob", YAMMER))
    for _ in range(11):
        refused = await caller.http.get("/api/v1/users.json", headers=alice)
    let_in = await caller.http.get("/api/v1/users.json", headers=bob)

    assert (refused.status_code, let_in.status_code) == (429, 200)


async def test_four_calls_at_a_time_for_one_mailbox(open_tenant: Open) -> None:
    """The fifth is over MailboxConcurrency; another mailbox is not held up (protocols 1.9)."""
    caller = await open_tenant(latency=timedelta(seconds=1))
    await caller.join("alice", photo="A")
    await caller.join("bob", photo="A")
    headers = await caller.graph()
    paths = [ALICE] * 6 + ["/v1.0/users/bob@contoso.test/photo"]
    answers = await asyncio.gather(*(caller.http.get(p, headers=headers) for p in paths))
    refused = [answer for answer in answers if answer.status_code == 429]

    assert [answer.status_code for answer in answers[:6]].count(200) == 4
    assert answers[6].status_code == 200
    assert refused[0].json()["error"]["message"] == (
        "Application is over its MailboxConcurrency limit."
    )
    assert refused[0].headers["retry-after"] == "1"


async def test_a_batch_runs_four_parts_at_a_time(open_tenant: Open) -> None:
    """Twenty parts about one mailbox all come through, and take as long as five (1.8)."""
    caller = await open_tenant(latency=timedelta(seconds=1), speed=4)
    await caller.join("alice", photo="A")
    headers = await caller.graph()
    url = ALICE.removeprefix("/v1.0")
    parts = [{"id": str(n), "method": "GET", "url": url} for n in range(20)]
    began = time.monotonic()
    answer = await caller.http.post("/v1.0/$batch", headers=headers, json={"requests": parts})

    assert {part["status"] for part in answer.json()["responses"]} == {200}
    assert 5 / 4 <= time.monotonic() - began + 0.01 < 20 / 4


async def test_a_part_of_a_batch_is_throttled_by_itself(caller: Caller) -> None:
    """Its own 429 and Retry-After, while the batch and its other parts are well (1.8)."""
    headers = await caller.graph()
    await caller.fault("429", person="alice", retry_after=7)
    parts = [
        {"id": who, "method": "GET", "url": f"/users/{who}@contoso.test/photo"}
        for who in ("alice", "bob")
    ]
    answer = await caller.http.post("/v1.0/$batch", headers=headers, json={"requests": parts})
    replies = {reply["id"]: reply for reply in answer.json()["responses"]}

    assert answer.status_code == 200
    assert (replies["alice"]["status"], replies["bob"]["status"]) == (429, 200)
    assert replies["alice"]["headers"]["Retry-After"] == "7"


async def test_graph_tells_what_a_call_costs(caller: Caller) -> None:
    """Two resource units for a list, one less with `$select` or a short page (1.9)."""
    headers = await caller.graph()
    costs = [
        (await caller.http.get(f"/v1.0/users{query}", headers=headers)).headers[
            "x-ms-resource-unit"
        ]
        for query in ("", "?$select=id", "?$top=5&$select=id", "/alice@contoso.test")
    ]

    assert costs == ["2", "1", "1", "1"]


async def test_the_directory_runs_out_of_units(caller: Caller) -> None:
    """3,500 units in ten seconds for a small tenant; above 80 % an answer says so (1.9)."""
    headers = await caller.graph()
    parts = [{"id": str(n), "method": "GET", "url": "/users"} for n in range(20)]
    told: list[dict[str, object]] = []
    while not any(part["status"] == 429 for part in told):
        answer = await caller.http.post("/v1.0/$batch", headers=headers, json={"requests": parts})
        told += answer.json()["responses"]
    served = [part for part in told if part["status"] == 200]
    refused = next(part for part in told if part["status"] == 429)
    head, body = refused["headers"], refused["body"]
    assert isinstance(head, dict)
    assert isinstance(body, dict)

    assert len(served) == 1_750
    assert "x-ms-throttle-limit-percentage" not in _head(served[1_399])
    assert float(_head(served[1_749])["x-ms-throttle-limit-percentage"]) == 1.0
    assert body["error"]["code"] == "TooManyRequests"
    assert 1 <= int(head["Retry-After"]) <= 10
    assert head["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert head["x-ms-throttle-scope"].startswith("Tenant_Application/ReadWrite/")


def _head(part: dict[str, object]) -> dict[str, str]:
    head = part["headers"]
    assert isinstance(head, dict)
    return head


async def test_sharepoint_counts_units_and_warns(caller: Caller) -> None:
    """1,250 units a minute for one application; RateLimit headers from 80 % on (3.7)."""
    headers = bearer(await caller.token(SHAREPOINT, certificate=True))
    answers = [await caller.http.get("/_api/web", headers=headers) for _ in range(1_251)]

    assert "ratelimit-limit" not in answers[998].headers
    assert answers[999].headers["ratelimit-limit"] == "1250"
    assert answers[999].headers["ratelimit-remaining"] == "250"
    assert answers[1249].status_code == 200
    assert answers[1250].status_code == 429
    assert answers[1250].headers["retry-after"] == answers[1250].headers["ratelimit-reset"]


async def test_people_search_takes_ten_a_second_from_one_person(caller: Caller) -> None:
    """And says when to come again (3.6)."""
    headers = bearer(await caller.person_token("alice", SHAREPOINT))
    answers = [await caller.http.get(SEARCH, headers=headers) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[10].headers["retry-after"] == "1"


async def test_exchange_takes_27_calls_at_a_time_from_one_caller(open_tenant: Open) -> None:
    """The others are queued elsewhere: 503 without a body, or over SOAP a fault (2.2)."""
    caller = await open_tenant(latency=timedelta(seconds=3))
    await caller.join("alice", photo="A")
    headers = bearer(await caller.token(EXCHANGE))
    photo = "/ews/exchange.asmx/s/GetUserPhoto?email=alice@contoso.test&size=HR48x48"
    asked = [caller.http.get(photo, headers=headers) for _ in range(30)]
    soap = caller.http.post("/ews/exchange.asmx", headers=headers, content=b"<any/>")
    *photos, fault = await asyncio.gather(*asked, soap)

    assert [answer.status_code for answer in photos].count(200) == 27
    assert "ErrorExceededConnectionCount" in fault.text


async def test_a_fast_tenant_has_short_windows(open_tenant: Open) -> None:
    """A thousand times as fast, ten seconds are over after ten milliseconds."""
    caller = await open_tenant(speed=1000)
    await caller.join("alice", photo="A")
    headers = bearer(await caller.person_token("alice", YAMMER))
    answers = [await caller.http.get("/api/v1/users.json", headers=headers) for _ in range(40)]

    assert [answer.status_code for answer in answers].count(200) > 10


async def test_quotas_can_be_switched_off(open_tenant: Open) -> None:
    """`--quotas none`: nobody is throttled."""
    caller = await open_tenant(quotas=False)
    await caller.join("alice", photo="A")
    headers = bearer(await caller.person_token("alice", YAMMER))
    answers = [await caller.http.get("/api/v1/users.json", headers=headers) for _ in range(30)]

    assert {answer.status_code for answer in answers} == {200}


async def test_who_is_not_let_in_uses_up_nothing(caller: Caller) -> None:
    """A token that does not count is refused as before, and counted against nobody."""
    forged = bearer(base64.urlsafe_b64encode(b"nobody").decode())
    answers = [await caller.http.get("/api/v1/users.json", headers=forged) for _ in range(12)]

    assert {answer.status_code for answer in answers} == {401}


async def test_answers_take_their_time(open_tenant: Open) -> None:
    """Every answer of a service takes the latency, divided by the speed."""
    caller = await open_tenant(latency=timedelta(seconds=20), speed=100)
    began = time.monotonic()
    await caller.http.get(ALICE)

    assert 0.2 <= time.monotonic() - began + 0.01 < 20


async def test_our_own_pages_take_none(open_tenant: Open) -> None:
    """Behind the counter nothing waits: an hour's latency would outlast any client."""
    caller = await open_tenant(latency=timedelta(hours=1))
    await caller.join("alice", photo="A")

    assert (await caller.http.get("/_tenant/people")).json()["total"] == 1
