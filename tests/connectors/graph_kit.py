"""A small Graph for tests: users in pages, and batches that come back to front."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
from tests.http.kit import URL, VirtualClock
from tests.http.kit import Tokens as CountedTokens

from sameface.connectors.graph.connector import GraphConnector, capabilities
from sameface.http import Door, Tokens
from sameface.values import EXCHANGE, Account, Key, Observation

PLAN = {"service": "exchange", "capabilityStatus": "Enabled"}
NO_PHOTO = {"error": {"code": "ImageNotFound", "message": "…"}}
STRANGER = {"error": {"code": "Request_ResourceNotFound", "message": "…"}}
ONE_PIXEL = {"id": "1x1", "width": 1, "height": 1, "@odata.mediaEtag": ""}

Part = Callable[[str], tuple[int, Any]]
"""What a path of a batch is answered: status and body."""


def user(name: str, *, mailbox: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}",
        "displayName": name.title(),
        "userPrincipalName": f"{name}@contoso.test",
        "mail": f"{name}@contoso.test",
        "assignedPlans": [PLAN] if mailbox else [],
        **more,
    }


def telling(**claims: Any) -> Tokens:
    """Tokens that say this of themselves."""

    class Telling(CountedTokens):
        async def get(self) -> str:
            payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
            return f"x.{payload}.y"

    return Telling()


def account(name: str) -> Account:
    return Account(EXCHANGE, f"id-{name}", name.title(), ((Key.UPN, f"{name}@contoso.test"),))


def metadata(etag: str, px: int = 648) -> tuple[int, dict[str, Any]]:
    return 200, {"id": f"{px}x{px}", "width": px, "height": px, "@odata.mediaEtag": etag}


class Graph:
    """A few users, and a function that answers the parts of batches, last part first."""

    def __init__(self, part: Part, users: list[dict[str, Any]] | None = None) -> None:
        self.part = part
        self.users = users or [user("alice"), user("bob")]
        self.batches: list[list[str]] = []
        self.policy: dict[str, Any] | None = None  # photoUpdateSettings; None: we may not know
        self.asked_policy = 0
        self.groups: list[dict[str, Any]] = []
        self.alone: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1.0/users":
            return httpx.Response(200, json={"value": self.users})
        if path == "/v1.0/groups":
            wanted = request.url.params["$filter"]
            found = [group for group in self.groups if f"'{group['mail']}'" in wanted]
            return httpx.Response(200, json={"value": found})
        if path == "/beta/admin/people/photoUpdateSettings":
            self.asked_policy += 1
            refused = {"error": {"code": "Authorization_RequestDenied"}}
            told = self.policy
            return httpx.Response(403 if told is None else 200, json=told or refused)
        if path == "/v1.0/$batch":
            return self.batch(json.loads(request.content)["requests"])
        self.alone.append(request)
        status, body = self.part(path.removeprefix("/v1.0"))
        if isinstance(body, bytes):
            return httpx.Response(status, content=body, headers={"content-type": "image/jpeg"})
        return httpx.Response(status, json=body)

    def batch(self, parts: list[dict[str, Any]]) -> httpx.Response:
        self.batches.append([part["url"] for part in parts])
        answers = [self.answer(part) for part in reversed(parts)]
        return httpx.Response(200, json={"responses": answers})

    def answer(self, part: dict[str, Any]) -> dict[str, Any]:
        status, body = self.part(part["url"])
        told = base64.b64encode(body).decode() if isinstance(body, bytes) else body
        headers = {"Retry-After": "7"} if status == 429 else {}
        return {"id": part["id"], "status": status, "headers": headers, "body": told}


def connector(
    graph: Graph,
    clock: VirtualClock,
    store: str = EXCHANGE,
    *,
    writes: bool = True,
    tokens: Tokens | None = None,
) -> GraphConnector:
    transport = httpx.MockTransport(graph)
    door = Door(store, URL, clock=clock, transport=transport, tokens=tokens)
    return GraphConnector(store, door, capabilities(store, writes=writes))


async def observed(graph: Graph, clock: VirtualClock, store: str = EXCHANGE) -> list[Observation]:
    pages = [page async for page in connector(graph, clock, store).observe()]
    return [seen for page in pages for seen in page.observations]
