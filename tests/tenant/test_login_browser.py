"""Signing in as people do: in a browser with PKCE, by a device's code; and what is refused."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.tenant.conftest import Open
from tests.tenant.kit import GRAPH, Caller, bearer, claims

BACK = "http://localhost:5000/back"
VERIFIER = "a-verifier-that-nobody-guesses-0123456789-abcdef"
CHALLENGE = "r5c162ClwYJQD9LwCjNLW5Som074GoDcm-9z_KU7a9I"


def query(caller: Caller, **further: str) -> dict[str, str]:
    return {
        "client_id": caller.tenant.application().client_id,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "openid offline_access User.Read",
        "state": "there",
        "nonce": "once",
    } | further


def public(caller: Caller, http: httpx.Client) -> Any:
    """msal, as a program on somebody's machine uses it."""
    return msal.PublicClientApplication(
        caller.tenant.application().client_id,
        authority=caller.tenant.authority,
        instance_discovery=False,
        http_client=http,
    )


async def sign_in(caller: Caller, asked: dict[str, str], password: str = "") -> httpx.Response:
    """What a browser posts after somebody filled in the page."""
    page = await caller.http.get(f"{caller.tenant.authority}/oauth2/v2.0/authorize", params=asked)
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    filled = {name: unescape(value) for name, value in hidden}
    filled |= {"username": "alice@contoso.test", "password": password or caller.tenant.password}
    return await caller.http.post(f"{caller.tenant.authority}/oauth2/v2.0/authorize", data=filled)


async def code(caller: Caller, **further: str) -> str:
    answer = await sign_in(caller, query(caller, **further))
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def redeem(caller: Caller, code: str, **further: str) -> httpx.Response:
    app = caller.tenant.application()
    told = {"client_id": app.client_id, "client_secret": app.secret, "redirect_uri": BACK}
    return await caller.sign_in(grant_type="authorization_code", code=code, **(told | further))


async def test_a_browser_signs_in_and_comes_back_with_a_code(caller: Caller) -> None:
    """The code is good for tokens of that person; the id token names nonce and groups."""
    answer = await sign_in(caller, query(caller))
    back = urlsplit(answer.headers["location"])
    told = (await redeem(caller, parse_qs(back.query)["code"][0])).json()
    who = claims(told["id_token"])
    me = await caller.http.get("/v1.0/me", headers=bearer(told["access_token"]))
    info = await caller.http.get("/oidc/userinfo", headers=bearer(told["access_token"]))

    assert (answer.status_code, back.path) == (302, "/back")
    assert parse_qs(back.query)["state"] == ["there"]
    assert (who["preferred_username"], who["nonce"]) == ("alice@contoso.test", "once")
    assert who["iss"] == f"{caller.tenant.authority}/v2.0"
    assert len(who["groups"]) == 2
    assert me.json()["userPrincipalName"] == "alice@contoso.test"
    assert info.json()["email"] == "alice@contoso.test"
    assert told["refresh_token"]


async def test_pkce_stands_for_a_secret(caller: Caller) -> None:
    """With a challenge the verifier is enough, and another verifier is not (AADSTS501481)."""
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    right = await redeem(
        caller, await code(caller, **asked), client_secret="", code_verifier=VERIFIER
    )
    wrong = await redeem(caller, await code(caller, **asked), code_verifier="another")
    neither = await redeem(caller, await code(caller), client_secret="")

    assert "access_token" in right.json()
    assert wrong.json()["error_codes"] == [501481]
    assert neither.json()["error_codes"] == [7000218]


async def test_a_code_is_good_once_and_for_a_while(open_tenant: Open, caller: Caller) -> None:
    """54005 for one redeemed already, 70008 for a late one, 500112 for another way back."""
    used = await code(caller)
    await redeem(caller, used)
    again = await redeem(caller, used)
    elsewhere = await redeem(caller, await code(caller), redirect_uri="http://localhost/other")
    nonsense = await redeem(caller, "nonsense")
    short = await open_tenant(code_life=timedelta(seconds=-1))
    await short.join("alice")
    late = await redeem(short, await code(short))

    assert again.json()["error_codes"] == [54005]
    assert elsewhere.json()["error_codes"] == [500112]
    assert nonsense.json()["error_codes"] == [9002313]
    assert late.json()["error_codes"] == [70008]


async def test_a_wrong_password_asks_again(caller: Caller) -> None:
    """The page comes back, says so, and keeps the name."""
    answer = await sign_in(caller, query(caller), password="wrong")

    assert answer.status_code == 200
    assert "The name or the password is wrong" in answer.text
    assert 'value="alice@contoso.test"' in answer.text


async def test_what_is_said_to_the_page_stays_text(caller: Caller) -> None:
    """A hint is no markup."""
    asked = query(caller, login_hint='"><script>')
    page = await caller.http.get(f"{caller.tenant.authority}/oauth2/v2.0/authorize", params=asked)

    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({"redirect_uri": "https://elsewhere.test/back"}, 50011),
        ({"client_id": "nobody"}, 700016),
    ],
)
async def test_nobody_is_sent_where_they_should_not_go(
    caller: Caller, asked: dict[str, str], number: int
) -> None:
    """An unknown application or way back is told on the page, never in an address."""
    page = await caller.http.get(
        f"{caller.tenant.authority}/oauth2/v2.0/authorize", params=query(caller, **asked)
    )

    assert page.status_code == 400
    assert f"AADSTS{number}" in page.text


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "Mail.Read"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_other_refusals_travel_back(
    caller: Caller, asked: dict[str, str], error: str
) -> None:
    """They reach the application with its state."""
    answer = await caller.http.get(
        f"{caller.tenant.authority}/oauth2/v2.0/authorize", params=query(caller, **asked)
    )
    told = parse_qs(urlsplit(answer.headers["location"]).query)

    assert (told["error"], told["state"]) == ([error], ["there"])


async def test_a_form_carries_the_code_where_asked(caller: Caller) -> None:
    """`response_mode=form_post`: a page that posts it to the application."""
    answer = await sign_in(caller, query(caller, response_mode="form_post"))

    assert answer.status_code == 200
    assert f'action="{BACK}"' in answer.text
    assert 'name="code"' in answer.text


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"scope": GRAPH, "client_id": "stranger"}, 65001),
        ({"scope": "User.ReadWrite", "client_id": "reader"}, 65001),
        ({"scope": "Mail.Read", "client_id": "sameface"}, 70011),
    ],
)
async def test_what_nobody_consented_to_is_refused(
    caller: Caller, form: dict[str, str], number: int
) -> None:
    """Missing consent is AADSTS65001, a scope that does not exist AADSTS70011."""
    answer = await caller.sign_in(
        grant_type="password",
        username="alice@contoso.test",
        password=caller.tenant.password,
        scope=form["scope"],
        client_id=caller.tenant.application(form["client_id"]).client_id,
    )

    assert answer.status_code == 400
    assert answer.json()["error_codes"] == [number]


async def test_an_expired_certificate_proves_nothing(open_tenant: Open, tmp_path: Path) -> None:
    """AADSTS700027 names the reason; an assertion whose own time is over is AADSTS700024."""
    secrets = tmp_path / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "client.pem").write_bytes(expired())
    caller = await open_tenant(state=tmp_path)
    fresh = await open_tenant()
    old = (await assert_with(caller, 300)).json()
    late = (await assert_with(fresh, -300)).json()

    assert (old["error_codes"], "The key used is expired" in old["error_description"]) == (
        [700027],
        True,
    )
    assert late["error_codes"] == [700024]


async def assert_with(caller: Caller, seconds: int) -> httpx.Response:
    app = caller.tenant.application()
    pem = caller.tenant.keys.client_certificate_file.read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    ends = datetime.now(UTC) + timedelta(seconds=seconds)
    told = {
        "aud": f"{caller.tenant.authority}/oauth2/v2.0/token",
        "iss": app.client_id,
        "sub": app.client_id,
        "exp": ends,
    }
    return await caller.sign_in(
        grant_type="client_credentials",
        client_id=app.client_id,
        scope=GRAPH,
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=jwt.encode(told, key, "RS256"),
    )


def expired() -> bytes:
    """A certificate that ended yesterday, with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "old")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now - timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + made.public_bytes(serialization.Encoding.PEM)


# --- devices -----------------------------------------------------------------------------------


async def device(caller: Caller) -> dict[str, Any]:
    answer = await caller.http.post(
        f"{caller.tenant.authority}/oauth2/v2.0/devicecode",
        data={"client_id": caller.tenant.application().client_id, "scope": "User.Read"},
    )
    return dict(answer.json())


async def poll(caller: Caller, flow: dict[str, Any]) -> dict[str, Any]:
    answer = await caller.sign_in(
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        client_id=caller.tenant.application().client_id,
        device_code=flow["device_code"],
    )
    return dict(answer.json())


async def type_code(caller: Caller, flow: dict[str, Any], **told: str) -> httpx.Response:
    filled = {"otc": flow["user_code"], "username": "alice@contoso.test", **told}
    filled.setdefault("password", caller.tenant.password)
    return await caller.http.post(flow["verification_uri"], data=filled)


async def test_msal_signs_a_device_in(open_tenant: Open) -> None:
    """msal asks for a code, somebody types it, and msal has their token."""
    caller = await open_tenant(speed=100)
    await caller.join("alice", photo="A")
    with caller.for_msal() as http:
        application = await asyncio.to_thread(public, caller, http)
        flow = await asyncio.to_thread(application.initiate_device_flow, ["User.Read"])
        typed = await type_code(caller, flow)
        told = await asyncio.to_thread(application.acquire_token_by_device_flow, flow)

    assert "The device is signed in" in typed.text
    assert claims(told["access_token"])["upn"] == "alice@contoso.test"


async def test_a_device_waits_until_somebody_decides(caller: Caller) -> None:
    """70016 while nobody typed the code, 70018 when they said no, and once only."""
    flow = await device(caller)
    waiting = await poll(caller, flow)
    wrong = await type_code(caller, flow, password="wrong")
    still = await poll(caller, flow)
    await type_code(caller, flow, decision="decline")
    declined, gone = await poll(caller, flow), await poll(caller, flow)

    assert (waiting["error"], waiting["error_codes"]) == ("authorization_pending", [70016])
    assert "wrong" in wrong.text
    assert still["error"] == "authorization_pending"
    assert (declined["error"], declined["error_codes"]) == ("authorization_declined", [70018])
    assert gone["error"] == "bad_verification_code"


async def test_a_devices_code_ends(open_tenant: Open) -> None:
    """Nobody can type it any more, and the device is told (70020)."""
    caller = await open_tenant(code_life=timedelta(seconds=-1))
    await caller.join("alice")
    flow = await device(caller)
    typed = await type_code(caller, flow)

    assert "did not work" in typed.text
    assert (await poll(caller, flow))["error"] == "expired_token"


async def test_signing_out_leads_back(caller: Caller) -> None:
    """To the application's own address, and to no other."""
    there = f"{caller.tenant.authority}/oauth2/v2.0/logout"
    back = await caller.http.get(there, params={"post_logout_redirect_uri": BACK})
    out = await caller.http.get(there, params={"post_logout_redirect_uri": "https://else.test/"})

    assert (back.status_code, back.headers["location"]) == (302, BACK)
    assert (out.status_code, "You are signed out" in out.text) == (200, True)
