"""The envelopes of Exchange Web Services: what is asked, what is answered, and faults (2.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from sameface.tenant.calls import Answer

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
_ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors"
_M, _T, _S = f"{{{MESSAGES}}}", f"{{{TYPES}}}", f"{{{SOAP}}}"
_XML = "text/xml; charset=utf-8"

VERSIONS = (
    *("Exchange2007", "Exchange2007_SP1", "Exchange2010", "Exchange2010_SP1", "Exchange2010_SP2"),
    *("Exchange2013", "Exchange2013_SP1", "Exchange2015", "Exchange2016"),
)
"""The schema versions a request may name, oldest first."""

ONLINE, ON_PREMISES = (15, 20, "V2018_01_08"), (15, 2, "V2017_07_11")
"""Server versions: Exchange Online, and Exchange 2019."""


@dataclass(frozen=True)
class Request:
    """One operation. `version` is the schema's; `acting_as` whom the caller impersonates."""

    operation: str
    element: ElementTree.Element
    version: str
    acting_as: str | None

    def text(self, name: str) -> str:
        """The text of an element of the messages' namespace, wherever it is; "" without one."""
        return (self.element.findtext(f".//{_M}{name}") or "").strip()

    def typed(self, name: str) -> str:
        """The same in the types' namespace."""
        return (self.element.findtext(f".//{_T}{name}") or "").strip()

    def all(self, name: str) -> Iterator[str]:
        """The texts of all elements of that name."""
        return ((found.text or "").strip() for found in self.element.iter(f"{_M}{name}"))

    def attribute(self, name: str, of: str) -> str:
        """An attribute of an element of either namespace; "" without one."""
        found = self.element.iter()
        return next((e.get(name, "") for e in found if e.tag in (f"{_M}{of}", f"{_T}{of}")), "")

    def is_at_least(self, version: str) -> bool:
        known = VERSIONS.index(self.version) if self.version in VERSIONS else len(VERSIONS)
        return known >= VERSIONS.index(version)


class NotSoap(ValueError):
    """A body that is no request; the text says why, in one sentence."""


def read(body: bytes) -> Request:
    """The operation in an envelope. Error: NotSoap."""
    if b"<!" in body:  # types are never declared here, so that nothing can expand
        raise NotSoap("The request failed schema validation: DTD is prohibited in this document.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - without declarations nothing expands
    except ElementTree.ParseError as wrong:
        raise NotSoap(f"The request failed schema validation: {wrong}.") from None
    told = root.find(f"{_S}Body")
    element = None if told is None or len(told) == 0 else told[0]
    if root.tag != f"{_S}Envelope" or element is None or not element.tag.startswith(_M):
        raise NotSoap("The request failed schema validation: The Body element has no operation.")
    version = root.find(f"{_S}Header/{_T}RequestServerVersion")
    who = root.find(f"{_S}Header/{_T}ExchangeImpersonation/{_T}ConnectingSID")
    return Request(
        element.tag.removeprefix(_M),
        element,
        VERSIONS[0] if version is None else version.get("Version", ""),
        None if who is None or len(who) == 0 else (who[0].text or "").strip(),
    )


def answer(body: str, version: tuple[int, int, str], status: int = 200) -> Answer:
    """The envelope around `body`, which is XML with the prefixes `m` and `t`."""
    major, minor, name = version
    info = (
        f'<h:ServerVersionInfo MajorVersion="{major}" MinorVersion="{minor}" '
        f'MajorBuildNumber="1544" MinorBuildNumber="4" Version="{name}" xmlns:h="{TYPES}"/>'
    )
    told = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{info}</s:Header>'
        f'<s:Body xmlns:m="{MESSAGES}" xmlns:t="{TYPES}">{body}</s:Body></s:Envelope>'
    )
    return Answer(status, told.encode(), _XML)


def fault(code: str, text: str, back_off_ms: int | None = None) -> Answer:
    """A SOAP fault, HTTP 500, with Exchange's own code in its detail."""
    wait = ""
    if back_off_ms is not None:
        wait = (
            f'<t:MessageXml xmlns:t="{TYPES}"><t:Value Name="BackOffMilliseconds">{back_off_ms}'
            "</t:Value></t:MessageXml>"
        )
    told = (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault>'
        f'<faultcode xmlns:a="{TYPES}">a:{code}</faultcode>'
        f'<faultstring xml:lang="en-US">{escape(text)}</faultstring><detail>'
        f'<e:ResponseCode xmlns:e="{_ERRORS}">{code}</e:ResponseCode>'
        f'<e:Message xmlns:e="{_ERRORS}">{escape(text)}</e:Message>{wait}'
        "</detail></s:Fault></s:Body></s:Envelope>"
    )
    return Answer(500, told.encode(), _XML)


def bare(operation: str, inside: str) -> str:
    """A response that is a message by itself, as the photos' are."""
    return f'<m:{operation}Response ResponseClass="Success">{_FINE}{inside}</m:{operation}Response>'


def bare_refusal(operation: str, code: str, text: str) -> str:
    """The same, refused."""
    told = f"<m:MessageText>{escape(text)}</m:MessageText><m:ResponseCode>{code}</m:ResponseCode>"
    close = f"<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey></m:{operation}Response>"
    return f'<m:{operation}Response ResponseClass="Error">{told}{close}'


def message(operation: str, inside: str, *, warning: tuple[str, str] | None = None) -> str:
    """A response with one message in its list; `warning` is a code and a sentence."""
    kind, told = "Success", _FINE
    if warning is not None:
        kind = "Warning"
        told = _refusing(*warning)
    return _listed(operation, kind, told + inside)


def refusal(operation: str, code: str, text: str) -> str:
    """The same, refused."""
    return _listed(operation, "Error", _refusing(code, text))


_FINE = "<m:ResponseCode>NoError</m:ResponseCode>"


def _refusing(code: str, text: str) -> str:
    return (
        f"<m:MessageText>{escape(text)}</m:MessageText><m:ResponseCode>{code}</m:ResponseCode>"
        "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>"
    )


def _listed(operation: str, kind: str, told: str) -> str:
    name = f"m:{operation}ResponseMessage"
    return (
        f"<m:{operation}Response><m:ResponseMessages>"
        f'<{name} ResponseClass="{kind}">{told}</{name}>'
        f"</m:ResponseMessages></m:{operation}Response>"
    )
