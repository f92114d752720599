"""Signing in: tokens as Entra ID gives them, and its words where it does not."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import EXCHANGE, GRAPH, SHAREPOINT, YAMMER, Caller, bearer, claims

PROFILE = "/_api/SP.UserProfiles.PeopleManager/GetMyProperties"


async def test_msal_gets_a_token_by_secret_and_by_certificate(caller: Caller) -> None:
    """msal, unchanged but for instance discovery, signs an application in both ways (1.1)."""
    by_secret = claims(await caller.token(GRAPH))
    by_certificate = claims(await caller.token(SHAREPOINT, certificate=True))

    assert {"ProfilePhoto.ReadWrite.All", "User.Read.All"} <= set(by_secret["roles"])
    assert by_secret["aud"] == "00000003-0000-0000-c000-000000000000"
    assert by_secret["app_displayname"] == "sameface"
    assert by_certificate["aud"] == "00000003-0000-0ff1-ce00-000000000000"
    assert (by_secret["appidacr"], by_certificate["appidacr"]) == ("1", "2")


async def test_a_person_signs_in_and_stays_signed_in(caller: Caller) -> None:
    """A person's token says who they are and what the application may do for them."""
    answer = await caller.sign_in(
        grant_type="password",
        username="alice@contoso.test",
        password=caller.tenant.password,
        client_id=caller.tenant.application().client_id,
        scope="User.Read offline_access openid",
    )
    told = answer.json()
    again = await caller.sign_in(
        grant_type="refresh_token",
        refresh_token=told["refresh_token"],
        client_id=caller.tenant.application().client_id,
        scope=YAMMER,
    )

    assert claims(told["access_token"])["upn"] == "alice@contoso.test"
    assert "User.Read" in claims(told["access_token"])["scp"].split()
    assert claims(told["id_token"])["preferred_username"] == "alice@contoso.test"
    assert claims(again.json()["access_token"])["scp"] == "access_as_user"


async def test_the_keys_that_are_published_are_those_that_sign(caller: Caller) -> None:
    """Anybody can check a token with what discovery leads to."""
    found = await caller.http.get(
        f"{caller.tenant.authority}/v2.0/.well-known/openid-configuration"
    )
    (key,) = (await caller.http.get(found.json()["jwks_uri"])).json()["keys"]

    told = jwt.decode(
        await caller.token(), jwt.PyJWK(key), ["RS256"], options={"verify_aud": False}
    )
    assert told["tid"] in found.json()["issuer"]


@pytest.mark.parametrize(
    ("form", "status", "code", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "who"}, 400, "unauthorized_client", 700016),
        ({"client_id": ""}, 400, "invalid_request", 900144),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"scope": ""}, 400, "invalid_request", 900144),
        ({"scope": "User.Read"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://elsewhere.test/.default"}, 400, "invalid_resource", 500011),
        ({"grant_type": "urn:other"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": "password", "username": "alice"}, 400, "invalid_grant", 50126),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant", 9002313),
    ],
)
async def test_a_wrong_request_is_answered_with_its_number(
    caller: Caller, form: dict[str, str], status: int, code: str, number: int
) -> None:
    """Entra's OAuth errors carry error, description with AADSTS number, and ids (1.1)."""
    app = caller.tenant.application()
    good = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.secret,
        "scope": GRAPH,
    }
    answer = await caller.sign_in(**(good | form))
    told = answer.json()

    assert (answer.status_code, told["error"], told["error_codes"]) == (status, code, [number])
    assert told["error_description"].startswith(f"AADSTS{number}: ")
    assert told["trace_id"] in told["error_description"]


async def test_an_unknown_tenant_is_refused(caller: Caller) -> None:
    """AADSTS90002 where the path names no tenant that is here."""
    answer = await caller.http.post("/elsewhere.test/oauth2/v2.0/token", data={})

    assert answer.status_code == 400
    assert answer.json()["error_codes"] == [90002]


async def test_an_assertion_signed_by_somebody_else_is_refused(
    caller: Caller, open_tenant: Open
) -> None:
    """A certificate that is not registered proves nothing (AADSTS700027)."""
    other = await open_tenant()
    app = caller.tenant.application()
    endpoint = f"{caller.tenant.authority}/oauth2/v2.0/token"
    told = {"aud": endpoint, "iss": app.client_id, "sub": app.client_id, "exp": 4102444800}
    answer = await caller.sign_in(
        grant_type="client_credentials",
        client_id=app.client_id,
        scope=GRAPH,
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=jwt.encode(told, other.tenant.keys.signing_key, "RS256"),
    )

    assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])


async def test_each_service_wants_its_own_audience(caller: Caller) -> None:
    """A token for one service opens no other; one for the tenant's origin opens all."""
    graph, exchange = bearer(await caller.token(GRAPH)), bearer(await caller.token(EXCHANGE))
    origin = bearer(await caller.token(f"{caller.tenant.https_url}/.default", certificate=True))
    photo = "/ews/exchange.asmx/s/GetUserPhoto?email=alice@contoso.test&size=HR48x48"

    assert (await caller.http.get(photo, headers=exchange)).status_code == 200
    assert (await caller.http.get(photo, headers=graph)).status_code == 401
    assert (await caller.http.get("/v1.0/users", headers=exchange)).status_code == 401
    for path in (photo, "/v1.0/users", "/_api/web"):
        assert (await caller.http.get(path, headers=origin)).status_code == 200


async def test_sharepoint_takes_no_application_that_signed_in_by_secret(caller: Caller) -> None:
    """App-only access to SharePoint wants a certificate (3.1)."""
    secret = bearer(await caller.token(SHAREPOINT))
    certificate = bearer(await caller.token(SHAREPOINT, certificate=True))

    refused = await caller.http.get("/_api/web", headers=secret)
    assert refused.status_code == 401
    assert refused.json()["error_description"] == "Unsupported app only token."
    assert (await caller.http.get("/_api/web", headers=certificate)).status_code == 200


async def test_a_token_that_ended_is_refused_by_every_service(open_tenant: Open) -> None:
    """Expired is 401 in each service's own words, with a challenge (1.7, 2.1, 3, 4)."""
    caller = await open_tenant(token_life=timedelta(seconds=-1))
    await caller.join("alice", photo="A")
    graph = await caller.http.get("/v1.0/users", headers=await caller.graph())
    web = bearer(await caller.token(SHAREPOINT, certificate=True))
    sharepoint = await caller.http.get(PROFILE, headers=web)
    exchange = await caller.http.get(
        "/ews/Exchange.asmx/s/GetUserPhoto?email=a&size=HR48x48",
        headers=bearer(await caller.token(EXCHANGE)),
    )
    yammer = await caller.http.get(
        "/api/v1/users.json", headers=bearer(await caller.person_token("alice", YAMMER))
    )

    for answer in (graph, sharepoint, exchange, yammer):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert graph.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert yammer.json()["response"]["code"] == 16


async def test_no_token_and_garbage_are_401(caller: Caller) -> None:
    """Nobody gets in without a token of ours."""
    none = await caller.http.get("/v1.0/users")
    garbage = await caller.http.get("/v1.0/users", headers=bearer("garbage"))

    assert (none.status_code, garbage.status_code) == (401, 401)
    assert none.json()["error"]["message"] == "Access token is empty."
