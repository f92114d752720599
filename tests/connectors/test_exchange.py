"""An Exchange of one's own: photos by SOAP, signed in by a name and a password."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from tests.connectors.exchange_kit import (
    PASSWORD,
    USER,
    Answer,
    OwnExchange,
    envelope,
    response,
)

from sameface.connectors.base import Connector
from sameface.connectors.registry import open_connector
from sameface.errors import (
    BadSettings,
    Busy,
    ByHand,
    Garbled,
    NoSuchAccount,
    NotAllowed,
    OverCeiling,
    SignInRefused,
    StoreFailed,
    WriteRefused,
)
from sameface.pictures import Want, portrait, render
from sameface.settings import StoreSettings
from sameface.values import Key, Observation, Rendition, Standing

ALICE, BOB = "alice@contoso.test", "bob@contoso.test"


@pytest.fixture
async def exchange() -> AsyncIterator[OwnExchange]:
    """Alice has a photo, Bob has none; Bob is in the group within the group."""
    server = OwnExchange()
    server.join("alice", portrait("A", px=648))
    server.join("bob", None)
    async with server:
        yield server


async def seen(connector: Connector) -> dict[str, Observation]:
    pages = [page async for page in connector.observe()]
    return {o.account.ref: o for page in pages for o in page.observations}


async def alices(connector: Connector) -> Observation:
    return (await seen(connector))[ALICE]


def square(px: int = 648) -> Rendition:
    return render(portrait("B", px=px), Want(px))


async def test_a_group_and_the_groups_in_it_are_who_is_asked_for(exchange: OwnExchange) -> None:
    """Each once, and a group that holds itself has an end; contacts have no mailbox here."""
    connector = exchange.open()
    accounts = [account async for account in connector.accounts()]
    await connector.close()

    assert [account.ref for account in accounts] == [ALICE, BOB]
    assert accounts[0].name == "Alice"
    assert accounts[0].keys == ((Key.MAIL, ALICE),)


async def test_a_file_may_name_them_instead(exchange: OwnExchange, tmp_path: Path) -> None:
    """An address a line; nobody is asked who is in a group then. A file that is gone is told."""
    people = tmp_path / "people.txt"
    people.write_text(f"# ours\n{BOB}\n\n{ALICE.upper()}\n")
    settings = exchange.settings()
    listed = StoreSettings(
        settings.id, "exchange", url=settings.url, sign_in=settings.sign_in, people=people
    )
    connector = open_connector(listed, clock=exchange.clock)
    refs = [account.ref async for account in connector.accounts()]
    people.unlink()
    with pytest.raises(BadSettings, match=r"people\.txt"):
        await seen(connector)
    await connector.close()

    assert refs == [ALICE, BOB]
    assert exchange.asked == []


@pytest.mark.parametrize("none_is_404", [False, True])
async def test_none_has_two_spellings(exchange: OwnExchange, none_is_404: bool) -> None:
    """No picture data, and a 404: neither is an error (protocols 2.2)."""
    exchange.none_is_404 = none_is_404
    connector = exchange.open()
    observed = await seen(connector)
    read = await connector.read(observed[BOB].account)
    await connector.close()

    assert observed[ALICE].standing is Standing.PHOTO
    assert observed[BOB].standing is Standing.NONE
    assert read is None


async def test_without_an_etag_the_picture_is_the_key(exchange: OwnExchange) -> None:
    """An etag is optional; what is served is then digested."""
    exchange.etags = False
    connector = exchange.open()
    first, second = await alices(connector), await alices(connector)
    exchange.put(ALICE, portrait("B", px=648))
    third = await alices(connector)
    await connector.close()

    assert first.change_key == second.change_key != third.change_key


async def test_a_write_is_made_in_the_persons_own_name(exchange: OwnExchange) -> None:
    """The key is read before and after; the account impersonates whose photo it is."""
    connector = exchange.open()
    alice = await alices(connector)
    exchange.asked.clear()
    told = await connector.write(alice.account, (square(48), square()), alice.change_key)
    after = await alices(connector)
    await connector.close()

    assert exchange.asked[:3] == [
        f"{o} {ALICE}" for o in ("GetUserPhoto", "SetUserPhoto", "GetUserPhoto")
    ]
    assert exchange.acting_as == [ALICE]
    assert after.change_key == told.change_key != alice.change_key


async def test_what_is_too_large_is_not_sent(exchange: OwnExchange) -> None:
    """Exchange takes 500 KB on premises (protocols 2.3)."""
    connector = exchange.open()
    alice = await alices(connector)
    heavy = Rendition(b"x" * 500_001, 648, 648, "image/jpeg")
    with pytest.raises(OverCeiling, match="500,000"):
        await connector.write(alice.account, (heavy,), alice.change_key)
    await connector.close()

    assert not any(asked.startswith("Set") for asked in exchange.asked)


async def test_removing_is_for_the_administrator(exchange: OwnExchange) -> None:
    """Exchange Web Services cannot; what can is named."""
    connector = exchange.open()
    alice = await alices(connector)
    with pytest.raises(ByHand, match="Remove-UserPhoto"):
        await connector.remove(alice.account, alice.change_key)
    checked = await connector.check()
    await connector.close()

    assert checked.may == ("read", "write")
    assert "Remove-UserPhoto" in checked.may_not[0]


async def test_an_exchange_that_is_too_old_is_told_by_check(exchange: OwnExchange) -> None:
    """SetUserPhoto came with Exchange 2016, which is 15.1 (protocols 2.2)."""
    exchange.release = (15, 0)
    connector = exchange.open()
    checked = await connector.check()
    await connector.close()

    assert checked.may == ("read",)
    assert "15.0" in checked.may_not[0]


def soap(code: str, status: int = 200, extra: str = "") -> Answer:
    return status, {"content-type": "text/xml"}, envelope(response("GetUserPhoto", extra, code))


BACK_OFF = '<MessageXml><t:Value Name="BackOffMilliseconds">30000</t:Value></MessageXml>'


@pytest.mark.parametrize("status", [200, 500])
async def test_what_is_busy_is_asked_again_in_its_time(exchange: OwnExchange, status: int) -> None:
    """ErrorServerBusy tells when in BackOffMilliseconds, on 200 or 500 (protocols 2.2)."""
    answers = [soap("ErrorServerBusy", status, BACK_OFF)]
    exchange.faults.append(lambda _, mail: answers.pop() if mail == ALICE and answers else None)
    connector = exchange.open()
    alice = await alices(connector)
    await connector.close()

    assert alice.standing is Standing.PHOTO
    assert max(exchange.clock.slept) >= 30.0


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (soap("ErrorServerBusy", 500, BACK_OFF), Busy, "ErrorServerBusy"),
        (soap("ErrorAccessDenied"), NotAllowed, "ErrorAccessDenied.*mailbox of its own"),
        (soap("ErrorNonExistentMailbox"), NoSuchAccount, "ErrorNonExistentMailbox"),
        ((500, {}, b""), NoSuchAccount, "500"),
        (soap("ErrorSomethingNew"), Garbled, "ErrorSomethingNew"),
        ((200, {}, b"<html>sign in</html>"), Garbled, "SOAP"),
        ((200, {}, b"\xff"), Garbled, "XML"),
        ((200, {}, b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), Garbled, "document type"),
        ((503, {}, b""), Busy, "503"),
        (
            (200, {}, envelope(response("GetUserPhoto", "<PictureData>%</PictureData>"))),
            Garbled,
            "64",
        ),
    ],
)
async def test_one_persons_failure_is_one_persons(
    exchange: OwnExchange, answer: Answer, error: type[StoreFailed], told: str
) -> None:
    """It is told with their address and Exchange's code; Bob is looked at all the same."""
    connector = exchange.open()
    alice = await alices(connector)
    exchange.faults.append(lambda _, mail: answer if mail == ALICE else None)

    observed = await seen(connector)
    with pytest.raises(error, match=told) as failed:
        await connector.read(alice.account)
    await connector.close()

    assert observed[BOB].standing is Standing.NONE
    assert observed[ALICE].standing is Standing.UNKNOWN
    assert ALICE in str(observed[ALICE].error)
    assert failed.value.account == ALICE


@pytest.mark.parametrize(
    ("code", "error", "told"),
    [
        ("ErrorImpersonateUserDenied", NotAllowed, "ApplicationImpersonation"),
        ("ErrorInvalidServerVersion", NotAllowed, "Exchange 2016"),
        ("ErrorMessageSizeExceeded", OverCeiling, "smaller"),
        ("ErrorSomethingNew", WriteRefused, "nothing was written"),
    ],
)
async def test_a_write_that_is_refused_says_why(
    exchange: OwnExchange, code: str, error: type[StoreFailed], told: str
) -> None:
    """Exchange's code, and what the administrator does next."""
    answer: Answer = (200, {}, envelope(response("SetUserPhoto", "", code)))
    exchange.faults.append(lambda operation, _: answer if operation == "SetUserPhoto" else None)
    connector = exchange.open()
    alice = await alices(connector)
    with pytest.raises(error, match=f"{code}.*{told}"):
        await connector.write(alice.account, (square(),), alice.change_key)
    await connector.close()


async def test_a_group_that_is_not_there_is_told(exchange: OwnExchange) -> None:
    """With the key of sameface.toml to correct."""
    answer: Answer = (200, {}, envelope(response("ExpandDL", "", "ErrorNameResolutionNoResults")))
    exchange.faults.append(lambda operation, _: answer if operation == "ExpandDL" else None)
    connector = exchange.open()
    with pytest.raises(NotAllowed, match="`group`"):
        await seen(connector)
    await connector.close()


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom the NTLM server knows."""
    file = tmp_path / "ntlm.txt"
    domain, _, name = USER.partition("\\")
    file.write_text(f"{domain}:{name}:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(file))


def ntlm_exchange(ca: trustme.CA | None = None) -> OwnExchange:
    server = OwnExchange("ntlm", ca)
    server.join("alice", portrait("A", px=648))
    server.join("bob", None)
    return server


async def test_ntlm_signs_a_connection_in_once(accounts: None) -> None:
    """Three legs, and then every request of the connection is let in."""
    async with ntlm_exchange() as exchange:
        connector = exchange.open()
        alice = await alices(connector)
        await connector.write(alice.account, (square(),), alice.change_key)
        await connector.close()

        assert exchange.connections == 1
        assert connector.capabilities.concurrency == 1


async def test_extended_protection_binds_the_line(accounts: None, tmp_path: Path) -> None:
    """Over TLS what is signed holds the server's certificate, or Exchange would refuse it."""
    ca, ca_file = trustme.CA(), tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    async with ntlm_exchange(ca) as exchange:
        connector = exchange.open(ca_file=ca_file)
        assert (await alices(connector)).standing is Standing.PHOTO
        await connector.close()


@pytest.mark.parametrize("auth", ["basic", "ntlm"])
async def test_a_wrong_password_is_told_and_never_shown(accounts: None, auth: str) -> None:
    """By its status, for both ways to sign in."""
    async with OwnExchange(auth) as exchange:
        connector = exchange.open(password="not-this-one")
        with pytest.raises(SignInRefused, match="401") as refused:
            await seen(connector)
        await connector.close()

    assert "not-this-one" not in str(refused.value)
    assert PASSWORD not in str(refused.value)


@pytest.mark.servers
async def test_curl_agrees_with_our_exchange(accounts: None) -> None:
    """The test's own server is judged too: curl's NTLM is let in, and gets the same picture."""
    curl = shutil.which("curl")
    assert curl is not None
    told = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f"<m:GetUserPhoto><m:Email>{ALICE}</m:Email><m:SizeRequested>HR96x96</m:SizeRequested>"
        "</m:GetUserPhoto></s:Body></s:Envelope>"
    )
    async with ntlm_exchange() as exchange:
        process = await asyncio.create_subprocess_exec(
            curl, "-sS", "--ntlm", "-u", f"{USER}:{PASSWORD}", "-H", 'SOAPAction: "x/GetUserPhoto"',
            "--data", told, f"{exchange.url}/ews/exchange.asmx",
            stdout=asyncio.subprocess.PIPE, env=os.environ | {"NO_PROXY": "*"},
        )  # fmt: skip
        body, _ = await process.communicate()

    assert process.returncode == 0
    assert b"<PictureData>" in body
