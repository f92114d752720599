"""Exchange's bodies: sizes and dates, people as personas, mailboxes and contacts."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from sameface.tenant.members import COMPANY, Member

SIZES_PX = (48, 64, 96, 120, 240, 360, 432, 504, 648)
"""The squares that Exchange keeps (protocols 2.1)."""

ONE_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""What Outlook on the web shows for nobody: a transparent GIF (protocols 2.5)."""

_FRESH = timedelta(days=7)  # how long the server itself keeps pictures on disk (protocols 2.1)


def size_px(code: str) -> int | None:
    """The side in `HR648x648`, in any case; None where that is no size of Exchange's."""
    side, _, other = code.lower().removeprefix("hr").partition("x")
    known = side == other and side.isdigit() and int(side) in SIZES_PX
    return int(side) if known and code.lower().startswith("hr") else None


def expires(now: datetime) -> str:
    """Until when a client may keep the picture without asking, as an HTTP date."""
    return format_datetime(now + _FRESH, usegmt=True)


# --- people, as XML with the prefixes m and t --------------------------------------------------


def persona_id(member: Member) -> str:
    """How a persona is named: opaque to callers."""
    return base64.b64encode(f"persona:{member.mail}".encode()).decode()


def persona_mail(told: str) -> str:
    """The mail address in such an id, "" where it is none."""
    try:
        kind, _, mail = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return mail if kind == "persona" else ""


def persona(member: Member) -> str:
    """Somebody, as GetPersona tells."""
    address = _address(member)
    return (
        f"<m:Persona><t:PersonaId Id={quoteattr(persona_id(member))}/>"
        "<t:PersonaType>Person</t:PersonaType>"
        f"{_element('DisplayName', member.name)}{_element('GivenName', member.given_name)}"
        f"{_element('Surname', member.surname)}{_element('Title', member.job_title)}"
        f"{_element('Department', member.department)}{_element('CompanyName', COMPANY)}"
        f"<t:EmailAddress>{address}</t:EmailAddress>"
        f"<t:EmailAddresses><t:Address>{address}</t:Address></t:EmailAddresses></m:Persona>"
    )


def mailbox(member: Member) -> str:
    """A mailbox, as lists tell."""
    return f"<t:Mailbox>{_address(member)}</t:Mailbox>"


def resolution(member: Member, *, full: bool, photo: bytes | None) -> str:
    """One of those whom a name may mean, with the contact's data and photo where asked."""
    contact = ""
    if full:
        picture = ""
        if photo is not None:
            picture = f"<t:Photo>{base64.b64encode(photo).decode()}</t:Photo>"
        contact = (
            "<t:Contact>"
            f"{_element('DisplayName', member.name)}{_element('GivenName', member.given_name)}"
            f"{_element('CompanyName', COMPANY)}"
            f'<t:EmailAddresses><t:Entry Key="EmailAddress1">SMTP:{escape(member.mail)}</t:Entry>'
            f"</t:EmailAddresses><t:ContactSource>ActiveDirectory</t:ContactSource>"
            f"{_element('Department', member.department)}{_element('JobTitle', member.job_title)}"
            f"{_element('Surname', member.surname)}{picture}</t:Contact>"
        )
    return f"<t:Resolution>{mailbox(member)}{contact}</t:Resolution>"


def _address(member: Member) -> str:
    return (
        f"{_element('Name', member.name)}{_element('EmailAddress', member.mail)}"
        "<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType>"
    )


def _element(name: str, text: str) -> str:
    return f"<t:{name}>{escape(text)}</t:{name}>"
