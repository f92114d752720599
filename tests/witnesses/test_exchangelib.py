"""exchangelib against the tenant's Exchange: its session, credentials and SOAP.

It knows no photo operation, so two of its services are told here what MS-OXWSPHOTO says; wrapping,
signing in, sending, retrying and reading the envelope stay its own.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from exchangelib import BASIC, DELEGATE, Account, Configuration, Credentials
from exchangelib.errors import ErrorAccessDenied
from exchangelib.services.common import EWSAccountService
from exchangelib.util import MNS, add_xml_child, create_element
from exchangelib.version import EXCHANGE_2016, Version
from tests.witnesses.kit import Stage, alike, picture

pytestmark = pytest.mark.witnesses


class PhotoService(EWSAccountService):  # type: ignore[misc]
    """An operation whose answer is one element with the response's own class and code."""

    def ask(self, **told: str) -> Any:
        payload = create_element(f"m:{self.SERVICE_NAME}")
        for name, text in told.items():
            add_xml_child(payload, f"m:{name}", text)
        (answer,) = self._get_elements(payload=payload)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @classmethod
    def _get_elements_in_container(cls, container: Any) -> list[Any]:
        return [container]


class GetUserPhoto(PhotoService):
    """Somebody's photo in a size."""

    SERVICE_NAME = "GetUserPhoto"


class SetUserPhoto(PhotoService):
    """Gives somebody a photo."""

    SERVICE_NAME = "SetUserPhoto"


def account(office: Stage, person: str) -> Account:
    """Somebody's own Exchange, with name and password as on the premises."""
    configuration = Configuration(
        service_endpoint=f"{office.url}/EWS/Exchange.asmx",
        credentials=Credentials(office.upn(person), office.password),
        auth_type=BASIC,
        version=Version(build=EXCHANGE_2016),
    )
    return Account(
        office.upn(person), config=configuration, autodiscover=False, access_type=DELEGATE
    )


@pytest.fixture
def administrator(office: Stage) -> Iterator[Account]:
    """The Exchange of somebody who may act for anybody."""
    person = next(p["id"] for p in office.tenant.people() if p["administrator"])
    found = account(office, person)
    yield found
    found.protocol.close()


def test_it_finds_people(office: Stage, administrator: Account) -> None:
    """exchangelib's own ResolveNames finds somebody by the beginning of the name."""
    (found,) = administrator.protocol.resolve_names(["Mei"])
    assert found.email_address == office.upn("mei.zhang")


def test_it_reads_what_exchange_holds(office: Stage, administrator: Account) -> None:
    """A photo read by SOAP is the picture that Exchange holds."""
    answer = GetUserPhoto(account=administrator).ask(
        Email=office.upn("mei.zhang"), SizeRequested="HR240x240"
    )
    assert answer.findtext(f"{{{MNS}}}HasChanged") == "true"
    data = base64.b64decode(answer.findtext(f"{{{MNS}}}PictureData"))
    assert alike(data, office.holds("exchange", "mei.zhang"))


def test_its_session_reads_the_plain_address(office: Stage, administrator: Account) -> None:
    """exchangelib's signed-in session gets the photo from GetUserPhoto without SOAP, too."""
    session = administrator.protocol.get_session()
    answer = session.get(
        f"{office.url}/EWS/Exchange.asmx/s/GetUserPhoto",
        params={"email": office.upn("mei.zhang"), "size": "HR96x96"},
    )
    administrator.protocol.release_session(session)
    assert answer.status_code == 200
    assert alike(answer.content, office.holds("exchange", "mei.zhang"))


def test_it_sets_a_photo_and_outlook_shows_it(office: Stage, administrator: Account) -> None:
    """A photo set by SOAP is what Exchange holds and what a colleague sees in Outlook."""
    new = picture("exchangelib")
    SetUserPhoto(account=administrator).ask(
        Email=office.upn("kavita.rao"), Content=base64.b64encode(new).decode()
    )
    assert alike(office.holds("exchange", "kavita.rao"), new)
    office.pass_time(timedelta(hours=1))
    assert alike(office.surface("outlook-online-contact-card", "kavita.rao", "mei.zhang"), new)


def test_nobody_sets_the_photo_of_another(office: Stage) -> None:
    """Who is no administrator is refused with Exchange's own code, and the photo stays."""
    before = office.holds("exchange", "liam.gallagher")
    mine = account(office, "mei.zhang")
    with pytest.raises(ErrorAccessDenied):
        SetUserPhoto(account=mine).ask(
            Email=office.upn("liam.gallagher"), Content=base64.b64encode(picture("x")).decode()
        )
    mine.protocol.close()
    assert office.holds("exchange", "liam.gallagher") == before
