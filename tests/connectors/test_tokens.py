"""Tokens: msal against a real sign-in service on the loopback, and a person's token in a file."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from tests.connectors.login_kit import Answering, Login, good, signing_in
from tests.http.kit import VirtualClock

from sameface.connectors.tokens import (
    Application,
    AskedTokens,
    FileTokens,
    offices_of,
    rights_of,
    tokens_for,
)
from sameface.errors import Busy, SignInRefused, Unreachable
from sameface.settings import AppSignIn, TokenSignIn


def refusing(description: str) -> Answering:
    return lambda _: (401, {"error": "invalid_client", "error_description": description})


def pem_of(kind: trustme.KeyType) -> str:
    issued = trustme.CA().issue_cert("sameface.test", key_type=kind)
    return issued.private_key_and_cert_chain_pem.bytes().decode()


def app_tokens(
    login: Login, ca_file: Path, clock: VirtualClock, sign_in: AppSignIn | None = None
) -> AskedTokens:
    chosen = sign_in or AppSignIn(login.url, "an-id", secret="hush")
    asker = Application("exchange", "https://graph.test/", chosen, ca_file, clock)
    return AskedTokens(asker, clock)


async def test_a_secret_gets_a_token(tmp_path: Path, clock: VirtualClock) -> None:
    """Client credentials ask for the service's `.default` scope (protocols 1.1)."""
    async with signing_in(good, tmp_path / "ca.pem") as login:
        token = await app_tokens(login, tmp_path / "ca.pem", clock).get()

    assert token == "abc"
    (form,) = login.forms
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == "https://graph.test/.default"
    assert form["client_secret"] == "hush"


async def test_a_token_is_kept_until_it_ends(tmp_path: Path, clock: VirtualClock) -> None:
    """Many requests are one sign-in; an ended or forgotten token is fetched anew."""
    async with signing_in(good, tmp_path / "ca.pem") as login:
        tokens = app_tokens(login, tmp_path / "ca.pem", clock)
        await asyncio.gather(tokens.get(), tokens.get(), tokens.get())
        assert len(login.forms) == 1
        clock.t += 3599
        await tokens.get()
        assert len(login.forms) == 2
        tokens.forget()
        await tokens.get()
        assert len(login.forms) == 3


async def test_a_certificate_signs_an_assertion(tmp_path: Path, clock: VirtualClock) -> None:
    """With a certificate no secret is sent, but a signed statement of who we are (1.1)."""
    pem = pem_of(trustme.KeyType.RSA)
    async with signing_in(good, tmp_path / "ca.pem") as login:
        sign_in = AppSignIn(login.url, "an-id", certificate=pem)
        await app_tokens(login, tmp_path / "ca.pem", clock, sign_in).get()

    (form,) = login.forms
    assert [len(part) > 40 for part in form["client_assertion"].split(".")] == [True] * 3
    assert form["client_assertion"].startswith("eyJ")
    assert "client_secret" not in form


@pytest.mark.parametrize(
    ("description", "told"),
    [
        ("AADSTS7000215: Invalid client secret hush provided.", "AADSTS7000215.*not its Secret ID"),
        ("AADSTS7000222: keys are expired.", "AADSTS7000222.*has expired"),
        ("AADSTS700016: not found in the directory", "AADSTS700016.*client-id"),
        ("AADSTS700027: certificate is not registered", "AADSTS700027.*upload its public"),
        ("AADSTS65001: not consented", "AADSTS65001.*grant admin consent"),
        ("AADSTS53003: blocked by policies", "AADSTS53003.*Conditional Access"),
        ("AADSTS90002: tenant not found", "AADSTS90002.*check the end of `authority`"),
        ("AADSTS7000112: application is disabled", "AADSTS7000112.*enable it"),
        ("AADSTS900432: cross cloud", "AADSTS900432.*set `cloud`"),
        ("AADSTS99: unheard of", "AADSTS99.*check client-id"),
        ("no code at all", "invalid_client.*check client-id"),
    ],
)
async def test_a_refusal_is_told_by_its_code(
    tmp_path: Path, clock: VirtualClock, description: str, told: str
) -> None:
    """Who was asked, the code and the next step, and nothing else of what the service said."""
    async with signing_in(refusing(description), tmp_path / "ca.pem") as login:
        with pytest.raises(SignInRefused, match=told) as refused:
            await app_tokens(login, tmp_path / "ca.pem", clock).get()

    assert refused.value.sentence().startswith(f"exchange: {login.url}, asked to sign us in, ")
    assert "hush" not in str(refused.value)
    assert refused.value.exit == 2


async def test_a_sign_in_service_that_is_not_there_is_told(
    tmp_path: Path, clock: VirtualClock
) -> None:
    """Nobody there and out of order are not wrong secrets, and may be better in a moment."""
    async with signing_in(lambda _: (503, {}), tmp_path / "ca.pem") as login:
        with pytest.raises(Busy, match=r"out of order.*503"):
            await app_tokens(login, tmp_path / "ca.pem", clock).get()
        assert len(login.forms) == 3
    with pytest.raises(Unreachable, match="cannot reach its sign-in service localhost"):
        await app_tokens(login, tmp_path / "ca.pem", clock).get()


async def test_a_certificate_nobody_trusts_is_wrong_settings(
    tmp_path: Path, clock: VirtualClock
) -> None:
    """It will not become better by itself: `ca-file` is the remedy."""
    async with signing_in(good, tmp_path / "ca.pem") as login:
        sign_in = AppSignIn(login.url, "an-id", secret="hush")
        with pytest.raises(SignInRefused, match=r"not trusted.*`ca-file`"):
            await tokens_for("exchange", "x", sign_in, None, clock).get()


async def test_a_certificate_that_has_ended_is_told_without_asking(
    tmp_path: Path, clock: VirtualClock
) -> None:
    """Its own date says so, and when; a service would only call it wrong."""
    issued = trustme.CA().issue_cert("sameface.test", not_after=clock.now() - timedelta(days=1))
    sign_in = AppSignIn(
        "https://login.test/x",
        "an-id",
        certificate=issued.private_key_and_cert_chain_pem.bytes().decode(),
    )

    with pytest.raises(SignInRefused, match=r"ended on 02 Mar 2014; make a new one"):
        await tokens_for("exchange", "x", sign_in, None, clock).get()


@pytest.mark.parametrize("pem", ["-----BEGIN CERTIFICATE-----", pem_of(trustme.KeyType.ECDSA)])
async def test_a_certificate_that_cannot_sign_is_told(
    tmp_path: Path, clock: VirtualClock, pem: str
) -> None:
    """Entra takes RSA keys only; noise is no key at all."""
    async with signing_in(good, tmp_path / "ca.pem") as login:
        sign_in = AppSignIn(login.url, "an-id", certificate=pem)
        with pytest.raises(SignInRefused, match="RSA key"):
            await app_tokens(login, tmp_path / "ca.pem", clock, sign_in).get()


async def test_an_authority_that_is_none_is_told(tmp_path: Path, clock: VirtualClock) -> None:
    """An address without an organisation in it is named as such."""
    async with signing_in(good, tmp_path / "ca.pem") as login:
        bare = AppSignIn(login.url.removesuffix("/contoso"), "an-id", secret="hush")
        with pytest.raises(SignInRefused, match="check that `authority`"):
            await app_tokens(login, tmp_path / "ca.pem", clock, bare).get()


async def test_proxies_do_not_come_between(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signing in on the loopback ignores the environment's proxies, as all else does."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with signing_in(good, tmp_path / "ca.pem") as login:
        assert await app_tokens(login, tmp_path / "ca.pem", clock).get() == "abc"


# ---------------------------------------------------------------------------


async def test_a_file_is_read_anew_when_its_token_no_longer_works(tmp_path: Path) -> None:
    """Somebody signs in again and replaces the file while Sameface runs."""
    file = tmp_path / "yammer.token"
    file.write_text("one\n")
    tokens = FileTokens("yammer", TokenSignIn(file))

    assert await tokens.get() == "one"
    file.write_text("two\n")
    assert await tokens.get() == "one"
    tokens.forget()
    assert await tokens.get() == "two"


@pytest.mark.parametrize("raw", [None, b"", b" \n", b"two words", b"\xff", b"a\x00b"])
async def test_a_file_without_a_token_is_told(tmp_path: Path, raw: bytes | None) -> None:
    """Missing, empty, or not a token: the file is named, its content is not."""
    file = tmp_path / "yammer.token"
    if raw is not None:
        file.write_bytes(raw)

    with pytest.raises(SignInRefused, match=r"no token in yammer\.token") as refused:
        await FileTokens("yammer", TokenSignIn(file)).get()

    assert "words" not in str(refused.value)


def test_which_kind_is_told_by_the_settings(tmp_path: Path, clock: VirtualClock) -> None:
    """A token file is a person's sign-in, the rest is an application's."""
    by_file = tokens_for("yammer", "x", TokenSignIn(tmp_path), None, clock)
    by_app = tokens_for("exchange", "x", AppSignIn("https://a/b", "id", secret="s"), None, clock)

    assert (type(by_file), type(by_app)) == (FileTokens, AskedTokens)


def test_rights_are_read_where_they_can_be() -> None:
    """Roles of applications and scopes of people; an opaque token tells nothing."""
    payload = "eyJyb2xlcyI6WyJBIl0sInNjcCI6IkIgQyJ9"  # {"roles":["A"],"scp":"B C"}

    assert rights_of(f"x.{payload}.y") == {"A", "B", "C"}
    for opaque in (None, "", "opaque", "a.b.c", "a.W10.c", "a.eyJyb2xlcyI6M30.c"):
        assert rights_of(opaque) == frozenset()


def test_offices_are_a_persons_only() -> None:
    """`wids` count where somebody signed in; an application's token says nothing of offices."""
    person = "eyJzY3AiOiJCIiwid2lkcyI6WyJmZSJdfQ"  # {"scp":"B","wids":["fe"]}
    application = "eyJyb2xlcyI6WyJBIl0sIndpZHMiOlsiZmUiXX0"  # {"roles":["A"],"wids":["fe"]}

    assert offices_of(f"x.{person}.y") == frozenset({"fe"})
    assert offices_of(f"x.{application}.y") is None
    assert offices_of("opaque") is None
