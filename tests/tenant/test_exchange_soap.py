"""Exchange Web Services over SOAP: photos, personas, groups, rights and faults (protocols 2.2)."""

from __future__ import annotations

import base64
from xml.etree import ElementTree

import httpx2 as httpx
import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import EXCHANGE, Caller, bearer

from sameface.pictures import inspect

M = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
T = "{http://schemas.microsoft.com/exchange/services/2006/types}"
E = "{http://schemas.microsoft.com/exchange/services/2006/errors}"
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">'
    '<s:Header><t:RequestServerVersion Version="{version}"/>{head}</s:Header>'
    "<s:Body>{body}</s:Body></s:Envelope>"
)
ACT_AS = (
    "<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>{mail}"
    "</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>"
)
GET = (
    "<m:GetUserPhoto><m:Email>{mail}</m:Email><m:SizeRequested>{size}</m:SizeRequested>"
    "</m:GetUserPhoto>"
)
SET = "<m:SetUserPhoto><m:Email>{mail}</m:Email><m:Content>{data}</m:Content></m:SetUserPhoto>"


def mail(person: str) -> str:
    return f"{person}@contoso.test"


async def ask(
    caller: Caller,
    body: str,
    headers: dict[str, str],
    version: str = "Exchange2016",
    head: str = "",
) -> httpx.Response:
    return await caller.http.post(
        "/EWS/Exchange.asmx",
        content=ENVELOPE.format(version=version, head=head, body=body),
        headers={"Content-Type": "text/xml; charset=utf-8", **headers},
    )


def basic(caller: Caller, person: str, password: str | None = None) -> dict[str, str]:
    told = f"{mail(person)}:{password or caller.tenant.password}"
    return {"Authorization": f"Basic {base64.b64encode(told.encode()).decode()}"}


def code(answer: httpx.Response) -> str | None:
    root = ElementTree.fromstring(answer.content)
    return root.findtext(f".//{M}ResponseCode") or root.findtext(f".//{E}ResponseCode")


def texts(answer: httpx.Response, tag: str) -> list[str | None]:
    return [found.text for found in ElementTree.fromstring(answer.content).iter(tag)]


async def test_a_photo_travels_as_base64(caller: Caller) -> None:
    """GetUserPhoto: NoError, HasChanged, the picture and its type, and an ETag outside."""
    answer = await ask(caller, GET.format(mail=mail("bob"), size="HR96x96"), basic(caller, "alice"))
    (data,) = texts(answer, f"{M}PictureData")

    assert (answer.status_code, code(answer)) == (200, "NoError")
    assert texts(answer, f"{M}HasChanged") == ["true"]
    assert inspect(base64.b64decode(data or "")).width_px == 96
    assert texts(answer, f"{M}ContentType") == ["image/jpeg"]
    assert answer.headers["etag"].startswith('"')


async def test_what_has_not_changed_is_not_sent_again(caller: Caller) -> None:
    """`If-None-Match` works through the envelope: HasChanged is false, and no picture comes."""
    body, headers = GET.format(mail=mail("bob"), size="HR48x48"), basic(caller, "alice")
    first = await ask(caller, body, headers)
    again = await ask(caller, body, headers | {"If-None-Match": first.headers["etag"]})

    assert texts(again, f"{M}HasChanged") == ["false"]
    assert texts(again, f"{M}PictureData") == []


async def test_no_photo_and_no_such_address(caller: Caller) -> None:
    """None is HTTP 404; an unknown address is HTTP 500 without any SOAP code."""
    headers = basic(caller, "alice")
    none = await ask(caller, GET.format(mail=mail("carol"), size="HR48x48"), headers)
    stranger = await ask(caller, GET.format(mail=mail("nobody"), size="HR48x48"), headers)

    assert none.status_code == 404
    assert (stranger.status_code, stranger.content) == (500, b"")


async def test_a_person_sets_their_own_photo_only(caller: Caller, face: bytes) -> None:
    """Somebody else's is ErrorAccessDenied, and stays as it is."""
    data = base64.b64encode(face).decode()
    own = await ask(caller, SET.format(mail=mail("alice"), data=data), basic(caller, "alice"))
    other = await ask(caller, SET.format(mail=mail("bob"), data=data), basic(caller, "alice"))

    assert (code(own), code(other)) == ("NoError", "ErrorAccessDenied")
    assert await caller.photo("alice", "exchange") != "A"
    assert await caller.photo("bob", "exchange") == "A"


async def test_an_application_sets_a_photo_in_somebodys_name(caller: Caller, face: bytes) -> None:
    """By impersonation, with full_access_as_app; a person without the role may not."""
    body = SET.format(mail=mail("bob"), data=base64.b64encode(face).decode())
    head = ACT_AS.format(mail=mail("bob"))
    token = bearer(await caller.token(EXCHANGE))
    refused = await ask(caller, body, basic(caller, "alice"), head=head)
    before = await caller.photo("bob", "exchange")
    done = await ask(caller, body, token, head=head)

    assert (code(refused), before) == ("ErrorImpersonateUserDenied", "A")
    assert code(done) == "NoError"
    assert await caller.photo("bob", "exchange") != "A"


@pytest.mark.parametrize(
    ("version", "content", "wanted"),
    [
        ("Exchange2013", b"jpeg", "ErrorIncorrectSchemaVersion"),
        ("Exchange2016", b"no picture at all", "ErrorInvalidImage"),
        ("Exchange1997", b"jpeg", "ErrorInvalidServerVersion"),
    ],
)
async def test_what_cannot_be_set_is_refused_by_name(
    caller: Caller, version: str, content: bytes, wanted: str
) -> None:
    """Setting photos needs the schema of 2016, and a picture."""
    body = SET.format(mail=mail("alice"), data=base64.b64encode(content).decode())
    answer = await ask(caller, body, basic(caller, "alice"), version=version)

    assert code(answer) == wanted


async def test_a_photo_over_exchanges_ceiling_is_refused(caller: Caller, face: bytes) -> None:
    """500 KB is the most that a mailbox takes; nothing is written."""
    large = face + b"\0" * 600_000
    body = SET.format(mail=mail("alice"), data=base64.b64encode(large).decode())
    answer = await ask(caller, body, basic(caller, "alice"))

    assert code(answer) == "ErrorMessageSizeExceeded"
    assert await caller.photo("alice", "exchange") == "A"


async def test_wrong_passwords_and_tokens_are_challenged(caller: Caller) -> None:
    """401 offers both ways to sign in; a token without the right is 403."""
    body = GET.format(mail=mail("bob"), size="HR48x48")
    wrong = await ask(caller, body, basic(caller, "alice", "wrong"))
    nobody = await ask(caller, body, {})
    stranger = await ask(caller, body, bearer(await caller.token(EXCHANGE, app="stranger")))

    assert (wrong.status_code, nobody.status_code, stranger.status_code) == (401, 401, 403)
    assert "Bearer " in wrong.headers["www-authenticate"]
    assert 'Basic realm="' in nobody.headers["www-authenticate"]


async def test_a_persona_a_name_and_a_group_are_found(caller: Caller) -> None:
    """GetPersona by address, ResolveNames with the contact's photo, ExpandDL of everybody."""
    headers = basic(caller, "alice")
    who = f"<m:EmailAddress><t:EmailAddress>{mail('bob')}</t:EmailAddress></m:EmailAddress>"
    persona = await ask(caller, f"<m:GetPersona>{who}</m:GetPersona>", headers)
    attributes = 'ReturnFullContactData="true" ContactDataShape="AllProperties"'
    entry = "<m:UnresolvedEntry>bob</m:UnresolvedEntry>"
    found = await ask(caller, f"<m:ResolveNames {attributes}>{entry}</m:ResolveNames>", headers)
    group = "<m:Mailbox><t:EmailAddress>everybody@contoso.test</t:EmailAddress></m:Mailbox>"
    listed = await ask(caller, f"<m:ExpandDL>{group}</m:ExpandDL>", headers)

    assert texts(persona, f"{T}DisplayName") == ["Bob"]
    assert inspect(base64.b64decode(texts(found, f"{T}Photo")[0] or "")).width_px == 96
    assert texts(listed, f"{T}EmailAddress") == [mail(p) for p in ("alice", "bob", "carol")]


async def test_a_mailbox_on_the_premises_is_not_online(open_tenant: Open) -> None:
    """With a password the organisation's own Exchange answers, with a token Exchange Online."""
    caller = await open_tenant(rulebook="microsoft365-2024")
    await caller.join("alice", photo="A", mailbox="on-premises")
    body = GET.format(mail=mail("alice"), size="HR48x48")
    there = await ask(caller, body, basic(caller, "alice"))
    online = await ask(caller, body, bearer(await caller.token(EXCHANGE)))

    assert (there.status_code, online.status_code) == (200, 404)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("<m:DeleteItem/>", "ErrorInvalidRequest"),
        ("", "ErrorSchemaValidation"),
        (GET.format(mail="bob@contoso.test", size="HR50x50"), "ErrorSchemaValidation"),
    ],
)
async def test_nonsense_is_a_fault(caller: Caller, body: str, wanted: str) -> None:
    """HTTP 500, a SOAP fault, and Exchange's own code in its detail."""
    answer = await ask(caller, body, basic(caller, "alice"))

    assert (answer.status_code, code(answer)) == (500, wanted)
    assert b"s:Fault" in answer.content


async def test_a_document_type_is_refused(caller: Caller) -> None:
    """Nothing that could expand is ever read."""
    answer = await caller.http.post(
        "/EWS/Exchange.asmx",
        content=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        headers=basic(caller, "alice"),
    )

    assert code(answer) == "ErrorSchemaValidation"


async def test_a_busy_server_says_for_how_long(caller: Caller) -> None:
    """Throttling over SOAP is a fault with BackOffMilliseconds, not a 429 (2.2)."""
    await caller.fault("429", service="exchange")
    body = GET.format(mail=mail("bob"), size="HR48x48")
    answer = await ask(caller, body, basic(caller, "alice"))

    assert (answer.status_code, code(answer)) == (500, "ErrorServerBusy")
    assert texts(answer, f"{T}Value") == ["10000"]
