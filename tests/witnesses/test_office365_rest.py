"""Office365-REST-Python-Client against the tenant: Graph and SharePoint, host names built in."""

from __future__ import annotations

from pathlib import Path

import pytest
from office365.graph_client import GraphClient
from office365.runtime.http.request_options import RequestOptions
from office365.sharepoint.client_context import ClientContext
from office365.sharepoint.userprofiles.people_manager import PeopleManager
from tests.witnesses.internet import Internet
from tests.witnesses.kit import TENANT_ID, Stage, alike, picture

pytestmark = pytest.mark.witnesses
SITE = "https://contoso.sharepoint.com"
CLAIMS = "i:0#.f|membership|"


@pytest.fixture
def graph(office: Stage, world: Internet) -> GraphClient:
    """Graph, with a client secret."""
    return GraphClient(tenant=TENANT_ID).with_client_secret(office.client_id, office.secret)


@pytest.fixture
def site(office: Stage, world: Internet) -> ClientContext:
    """SharePoint, by certificate: nothing else is let in without a person."""
    return ClientContext(SITE).with_client_certificate(
        tenant=TENANT_ID,
        client_id=office.client_id,
        thumbprint=office.application_certificate()["thumbprint"],
        cert_path=str(office.certificate),
    )


def test_it_finds_everybody_in_graph(office: Stage, graph: GraphClient) -> None:
    """The library pages through all users, and takes the delta's first answer."""
    found = graph.users.get_all(page_size=10).execute_query()
    everybody = {person["upn"] for person in office.tenant.people()}
    assert {user.user_principal_name for user in found} == everybody
    assert {user.user_principal_name for user in graph.users.delta.get().execute_query()} <= (
        everybody
    )


def test_it_reads_a_photo_from_graph(office: Stage, graph: GraphClient) -> None:
    """The library reads what Exchange holds, and what Graph says of it."""
    user = graph.users.get_by_principal_name(office.upn("mei.zhang"))
    about = user.photo.get().execute_query()
    assert (about.width, about.height) == (648, 648)
    address = f"{graph.service_root_url}/users/{office.upn('mei.zhang')}/photo/$value"
    answer = graph.pending_request().execute_request_direct(RequestOptions(address))
    assert alike(answer.content, office.holds("exchange", "mei.zhang"))


def test_it_reads_a_profile_from_sharepoint(office: Stage, site: ClientContext) -> None:
    """The address in a profile that the library read leads to the picture that SharePoint holds."""
    manager = PeopleManager(site)
    person = manager.get_properties_for(CLAIMS + office.upn("jonas.meyer")).execute_query()
    assert person.account_name == CLAIMS + office.upn("jonas.meyer")
    address = person.picture_url
    assert address
    assert "User%20Photos" in address or "User Photos" in address


def test_it_uploads_into_user_photos_and_my_site_shows_it(
    office: Stage, site: ClientContext, tmp_path: Path
) -> None:
    """Three files put into User Photos and PictureURL set by the library: My Site shows them."""
    new = picture("office365-rest")
    upn = office.upn("jonas.meyer")
    prefix = upn.replace("@", "_").replace(".", "_")
    folder = site.web.get_folder_by_server_relative_url("/User Photos/Profile Pictures")
    for letter in "SML":
        folder.upload_file(f"{prefix}_{letter}Thumb.jpg", new).execute_query()
    PeopleManager(site).set_single_value_profile_property(
        CLAIMS + upn, "PictureURL", f"{SITE}/User Photos/Profile Pictures/{prefix}_MThumb.jpg"
    ).execute_query()
    assert alike(office.holds("sharepoint", "jonas.meyer"), new)
    assert alike(office.surface("sharepoint-my-site", "jonas.meyer", "mei.zhang"), new)
