"""A caller of the tenant, as a third party would be one: plain HTTP, tokens through msal."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from typing import Any

import httpx2 as httpx
import msal

from sameface.tenant.server import Tenant

GRAPH = "https://graph.microsoft.com/.default"
SHAREPOINT = "https://contoso.sharepoint.com/.default"
EXCHANGE = "https://outlook.office365.com/.default"
YAMMER = "https://api.yammer.com/.default"
FOLDER = "/_api/web/GetFolderByServerRelativeUrl('/User Photos/Profile Pictures')/Files"
PEOPLE = "/_api/SP.UserProfiles.PeopleManager"


class Caller:
    """Speaks to one running tenant. `http` is open while the tenant is."""

    def __init__(self, tenant: Tenant, http: httpx.AsyncClient, trust: ssl.SSLContext) -> None:
        self.tenant, self.http, self._trust = tenant, http, trust

    async def token(
        self, scope: str = GRAPH, *, app: str = "sameface", certificate: bool = False
    ) -> str:
        """An application's token."""
        told = await asyncio.to_thread(self._sign_in, scope, app, certificate)
        return str(told["access_token"])

    def _sign_in(self, scope: str, app: str, certificate: bool) -> dict[str, Any]:
        registered = self.tenant.application(app)
        pem = self.tenant.keys.client_certificate_file.read_text()
        with self.for_msal() as http:
            client = msal.ConfidentialClientApplication(
                registered.client_id,
                client_credential={"private_key": pem, "public_certificate": pem}
                if certificate
                else registered.secret,
                authority=self.tenant.authority,
                instance_discovery=False,
                http_client=http,
            )
            told: dict[str, Any] = client.acquire_token_for_client([scope])
            return told

    def for_msal(self) -> httpx.Client:
        """The HTTP that msal is to use: it trusts the tenant and no proxy."""
        return _ForMsal(verify=self._trust, trust_env=False)

    async def person_token(self, person: str, scope: str = GRAPH, app: str = "sameface") -> str:
        """The token of somebody who signed in with name and password."""
        answer = await self.sign_in(
            grant_type="password",
            username=self.tenant.organisation.members.named(person).upn,
            password=self.tenant.password,
            client_id=self.tenant.application(app).client_id,
            scope=scope,
        )
        return str(answer.json()["access_token"])

    async def sign_in(self, **form: str) -> httpx.Response:
        """A request to the token endpoint."""
        return await self.http.post(f"{self.tenant.authority}/oauth2/v2.0/token", data=form)

    async def graph(self, **how: Any) -> dict[str, str]:
        """The header with an application's token for Graph."""
        return bearer(await self.token(GRAPH, **how))

    async def sharepoint(self, **how: Any) -> dict[str, str]:
        """The headers with an application's token for SharePoint, and a digest."""
        token = await self.token(SHAREPOINT, certificate=True, **how)
        return await self.signed(bearer(token))

    async def signed(self, headers: dict[str, str]) -> dict[str, str]:
        """The same with a fresh form digest, asking for plain JSON."""
        headers = headers | {"Accept": "application/json;odata=nometadata"}
        answer = await self.http.post("/_api/contextinfo", headers=headers)
        return headers | {"X-RequestDigest": answer.json()["FormDigestValue"]}

    async def join(self, id: str, **told: Any) -> dict[str, Any]:  # noqa: A002
        """Somebody new in the organisation, told as in a scenario's `[[people]]`."""
        answer = await self.http.post("/_tenant/people", json={"id": id, **told})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def step(self, do: str, **told: Any) -> dict[str, Any]:
        """One scenario step, now."""
        answer = await self.http.post("/_tenant/events", json={"do": do, **told})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def advance(self, by: str) -> None:
        answer = await self.http.post("/_tenant/clock", json={"advance": by})
        assert answer.status_code == 200, answer.text

    async def photo(self, person: str, store: str) -> str | None:
        """The name of the photo that a store holds."""
        answer = await self.http.get(f"/_tenant/people/{person}")
        name = answer.json()["stores"][store]["photo"]
        return None if name is None else str(name)

    async def sees(self, surface: str, person: str, viewer: str | None = None) -> list[str]:
        """What a viewer sees there."""
        answer = await self.http.get(
            f"/_tenant/surfaces/{surface}/{person}",
            params={"viewer": viewer} if viewer else {},
            headers={"Accept": "application/json"},
        )
        return list(answer.json()["sees"])

    async def fault(self, kind: str, **told: Any) -> None:
        """Order a fault; dashes in names are written as underscores."""
        order = {name.replace("_", "-"): value for name, value in told.items()}
        answer = await self.http.post("/_tenant/faults", json={"kind": kind, **order})
        assert answer.status_code == 201, answer.text


class _ForMsal(httpx.Client):
    """msal hands its signed assertion over as bytes, which httpx2 would write as `b'…'`."""

    def post(self, url: Any, *, data: Any = None, **how: Any) -> httpx.Response:
        plain = {k: v.decode() if isinstance(v, bytes) else v for k, v in (data or {}).items()}
        return super().post(url, data=plain, **how)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def claims(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
