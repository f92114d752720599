"""Signing in with the organisation's own provider: the tenant's login, as a browser does it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx2 as httpx
import pytest
from tests.console.kit import organised
from tests.servers.memory_store import StillClock
from tests.sync.kit import Office

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.http import Clock, tls
from sameface.rules import load_rulebook
from sameface.settings import ConsoleSettings, OpenId
from sameface.tenant.groups import groups
from sameface.tenant.server import Tenant
from sameface.vault import Vault

LOCAL = "http://localhost:8370"


@dataclass
class Place:
    """A console that signs people in with a tenant."""

    tenant: Tenant
    http: httpx.AsyncClient  # a browser at the console
    provider: httpx.AsyncClient  # the same browser at the provider

    async def to_provider(self, to: str = "") -> str:
        """Begin; the address at the provider."""
        answer = await self.http.get("/sign-in", params={"to": to})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def back(self, address: str, upn: str, password: str | None = None) -> str:
        """Fill in the provider's form; the address it leads back to."""
        page = (await self.provider.get(address)).text
        form = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page))
        form = {name: unescape(value) for name, value in form.items()}
        form |= {"username": upn, "password": password or self.tenant.password}
        answer = await self.provider.post(urljoin(address, "authorize"), data=form)
        return str(answer.headers.get("location", answer.text))

    async def sign_in(self, upn: str, to: str = "") -> httpx.Response:
        """All of it; the console's answer."""
        return await self.http.get(await self.back(await self.to_provider(to), upn))


@asynccontextmanager
async def placed(
    tmp_path: Path, change: Callable[[OpenId], OpenId] = lambda settings: settings
) -> AsyncIterator[Place]:
    """The tenant and the console, whose settings of the provider may be changed."""
    async with (
        Tenant(people=6, seed=1, port=0) as tenant,
        await Vault.open(tmp_path / "vault") as vault,
    ):
        app = tenant.application()
        settings = OpenId(
            issuer=f"{tenant.authority}/v2.0",
            client_id=app.client_id,
            secret=app.secret,
            groups=roles_of(tenant),
            ca_file=tenant.ca_file,
        )
        office = Office(vault, StillClock(), authorities=("sharepoint",))
        organised(office)
        told = replace(office.settings, console=ConsoleSettings(sign_in=change(settings)))
        book = load_rulebook(told.rulebook)
        desk = Organisation.of(told, book, vault, dict(office.stores), Clock())
        async with (
            console(desk) as made,
            httpx.AsyncClient(transport=httpx.ASGITransport(made.app), base_url=LOCAL) as http,
            httpx.AsyncClient(verify=tls(tenant.ca_file), trust_env=False) as provider,
        ):
            yield Place(tenant, http, provider)


def roles_of(tenant: Tenant) -> tuple[tuple[str, str], ...]:
    """The group of the tenant's administrators is that here too."""
    found = next(group for group in groups(tenant.organisation.members) if group.admins)
    return ((found.object_id, "administrator"),)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with placed(tmp_path) as found:
        yield found


def whoever(place: Place, *, admin: bool) -> str:
    """Somebody of the tenant."""
    members = place.tenant.organisation.members
    return next(one.upn for one in members if one.admin is admin)


async def test_who_is_not_signed_in_is_led_to_the_provider(place: Place) -> None:
    """A page keeps where one wanted to go; the API says 401."""
    page = await place.http.get("/people/alice@contoso.test")

    assert page.status_code == 401
    assert "/sign-in?to=/people/alice%40contoso.test" in page.text
    assert (await place.http.get("/api/people")).status_code == 401


async def test_an_administrator_signs_in(place: Place) -> None:
    """Code, proof key, signed token, group: and the session has that role, and leads on."""
    answer = await place.sign_in(whoever(place, admin=True), to="/plans")

    assert 'content="0;url=/plans"' in answer.text
    assert "HttpOnly" in answer.headers["set-cookie"]
    page = await place.http.get("/")
    assert page.status_code == 200
    assert "administrator" in page.text


async def test_everybody_else_is_a_person(place: Place) -> None:
    """Whose groups give no role sees their own page, and nobody else's."""
    answer = await place.sign_in(whoever(place, admin=False))

    assert 'content="0;url=/mine"' in answer.text
    assert (await place.http.get("/api/people")).status_code == 403
    assert (await place.http.get("/", follow_redirects=False)).headers["location"] == "/mine"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_signing_in_leads_nowhere_else(place: Place, to: str) -> None:
    """An address elsewhere is not where one goes on to."""
    answer = await place.sign_in(whoever(place, admin=True), to=to)

    assert 'content="0;url=/"' in answer.text


async def test_a_code_is_good_in_its_own_browser_only(place: Place) -> None:
    """Another browser that is handed the way back gets no session; nor does a second use."""
    back = await place.back(await place.to_provider(), whoever(place, admin=True))
    transport = place.http._transport
    async with httpx.AsyncClient(transport=transport, base_url=LOCAL) as other:
        stolen = await other.get(back)

    assert stolen.status_code == 403
    assert "not begun in this browser" in stolen.text
    assert (await place.http.get(back)).status_code == 403  # spent by the attempt


async def test_a_made_up_code_is_refused(place: Place) -> None:
    """What the provider does not know gives no session, and says so in a sentence."""
    back = await place.back(await place.to_provider(), whoever(place, admin=True))
    answer = await place.http.get(re.sub("code=[^&]+", "code=guessed", back))

    assert answer.status_code == 403
    assert "cannot be proved" in answer.text


async def test_a_provider_that_says_no_is_told(place: Place) -> None:
    """Who declines, or is declined, reads that; and there is no session."""
    address = await place.to_provider()
    state = re.findall("state=([^&]+)", address)[0]

    answer = await place.http.get(f"/signed-in?error=access_denied&state={state}")

    assert answer.status_code == 403
    assert "did not let you sign in" in answer.text


async def test_a_provider_that_calls_itself_otherwise_is_not_believed(tmp_path: Path) -> None:
    """Its own name for itself must be the one in the settings."""

    def common(settings: OpenId) -> OpenId:
        base = settings.issuer.removesuffix("/v2.0").rpartition("/")[0]
        return replace(settings, issuer=f"{base}/common/v2.0")

    async with placed(tmp_path, common) as place:
        answer = await place.http.get("/sign-in")

    assert answer.status_code == 502
    assert "describes itself as" in answer.text
