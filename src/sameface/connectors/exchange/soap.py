"""Exchange Web Services' envelopes: what is asked, and what an answer says (protocols 2.2)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
_TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
_M, _T = f"{{{_MESSAGES}}}", f"{{{_TYPES}}}"

GET, SET, EXPAND = "GetUserPhoto", "SetUserPhoto", "ExpandDL"

_VERSIONS = {GET: "Exchange2013", SET: "Exchange2016", EXPAND: "Exchange2013"}
"""What each needs at least; an older server refuses it by name."""


class NotSoap(ValueError):
    """Bytes that are no answer of Exchange Web Services."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody, or a group, in a distribution list. `kind` is Exchange's `MailboxType`."""

    mail: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer says. `code` is `NoError` where all is well.

    `release` is the server's version, (15, 1) for Exchange 2016; None where it does not tell.
    """

    code: str
    back_off_s: float | None
    release: tuple[int, int] | None
    picture: bytes | None
    members: tuple[Member, ...]


def action(operation: str) -> str:
    """The SOAPAction header of that operation."""
    return f'"{_MESSAGES}/{operation}"'


def get_photo(mail: str, px: int) -> bytes:
    """Ask for somebody's photo as a square of that many pixels."""
    size = f"HR{px}x{px}"
    told = f"<m:Email>{escape(mail)}</m:Email><m:SizeRequested>{size}</m:SizeRequested>"
    return _envelope(GET, told)


def set_photo(mail: str, photo: bytes) -> bytes:
    """Put somebody's photo there, in their own name."""
    content = base64.b64encode(photo).decode()
    told = f"<m:Email>{escape(mail)}</m:Email><m:Content>{content}</m:Content>"
    return _envelope(SET, told, acting_as=mail)


def expand(group: str) -> bytes:
    """Ask who is in a distribution group."""
    mailbox = f"<t:EmailAddress>{escape(group)}</t:EmailAddress>"
    return _envelope(EXPAND, f"<m:Mailbox>{mailbox}</m:Mailbox>")


def is_none(body: bytes) -> bool:
    """True for a body that is no envelope: the web server's own words, or none."""
    return b"Envelope" not in body[:1000]


def said(body: bytes) -> Said:
    """An answer, whatever its HTTP status. Error: NotSoap."""
    try:
        text = body.decode("utf-8")
        if "<!" in text:  # Exchange declares no types: here somebody else does, and no good ones
            raise NotSoap("declares a document type")
        root = ElementTree.fromstring(text)  # noqa: S314 - without declarations nothing expands
    except (UnicodeDecodeError, ElementTree.ParseError):
        raise NotSoap("is not XML") from None
    if root.tag != f"{{{_SOAP}}}Envelope":
        raise NotSoap("is no SOAP envelope")
    code = _first(root, f"{_M}ResponseCode") or _first(root, f"{_T}ResponseCode")
    fault = root.find(f".//{{{_SOAP}}}Fault")
    if not code and fault is None:
        raise NotSoap("says neither yes nor no")
    picture = _first(root, f"{_M}PictureData")
    faulty = "" if fault is None else (fault.findtext("faultcode") or "a fault")
    return Said(
        code or faulty.rpartition(":")[2],  # a fault's code is a qualified name
        _back_off_s(root),
        _release(root),
        _octets(picture) if picture else None,
        tuple(_member(found) for found in root.iter(f"{_T}Mailbox")),
    )


# ---------------------------------------------------------------------------


def _envelope(operation: str, told: str, *, acting_as: str | None = None) -> bytes:
    head = f'<t:RequestServerVersion Version="{_VERSIONS[operation]}"/>'
    if acting_as is not None:
        who = f"<t:PrimarySmtpAddress>{escape(acting_as)}</t:PrimarySmtpAddress>"
        head += (
            f"<t:ExchangeImpersonation><t:ConnectingSID>{who}</t:ConnectingSID>"
            "</t:ExchangeImpersonation>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{_SOAP}" xmlns:m="{_MESSAGES}" xmlns:t="{_TYPES}">'
        f"<s:Header>{head}</s:Header><s:Body><m:{operation}>{told}</m:{operation}></s:Body>"
        "</s:Envelope>"
    ).encode()


def _first(root: ElementTree.Element, tag: str) -> str:
    found = root.find(f".//{tag}")
    return "" if found is None else (found.text or "").strip()


def _back_off_s(root: ElementTree.Element) -> float | None:
    """`BackOffMilliseconds`, wherever in the answer it is told (protocols 2.2)."""
    for value in root.iter(f"{_T}Value"):
        text = (value.text or "").strip()
        if value.get("Name") == "BackOffMilliseconds" and text.isdecimal():
            return int(text) / 1000
    return None


def _release(root: ElementTree.Element) -> tuple[int, int] | None:
    info = root.find(f".//{_T}ServerVersionInfo")
    if info is None:
        return None
    major, minor = info.get("MajorVersion", ""), info.get("MinorVersion", "")
    return (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else None


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        raise NotSoap("holds a picture that is not base64") from None


def _member(found: ElementTree.Element) -> Member:
    def told(name: str) -> str:
        return (found.findtext(f"{_T}{name}") or "").strip()

    return Member(told("EmailAddress"), told("Name"), told("MailboxType"))
