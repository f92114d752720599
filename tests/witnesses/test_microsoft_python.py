"""Microsoft's own Python libraries against the tenant: msal, azure-identity, msgraph-sdk."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msal
import pytest
from azure.identity import CertificateCredential, ClientSecretCredential
from azure.identity.aio import ClientSecretCredential as AsyncSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core import GraphClientFactory
from tests.witnesses.kit import TENANT_ID, Stage, alike, picture

pytestmark = pytest.mark.witnesses

GRAPH = "https://graph.microsoft.com/.default"


def photo(office: Stage, token: str, person: str) -> bytes:
    """Somebody's photo as Graph gives it for that token."""
    with httpx.Client(verify=ssl.create_default_context(cafile=str(office.ca))) as client:
        answer = client.get(
            f"{office.url}/v1.0/users/{office.upn(person)}/photo/$value",
            headers={"Authorization": f"Bearer {token}"},
        )
    answer.raise_for_status()
    return bytes(answer.content)


@pytest.mark.parametrize("proof", ["secret", "certificate"])
def test_msal_signs_in_and_its_token_opens_graph(office: Stage, proof: str) -> None:
    """A token that msal got, by secret or by certificate, reads the picture that Exchange holds."""
    credential: Any = office.secret
    if proof == "certificate":
        credential = office.application_certificate()
    client = msal.ConfidentialClientApplication(
        office.client_id,
        client_credential=credential,
        authority=office.authority,
        instance_discovery=False,
    )
    answer = client.acquire_token_for_client([GRAPH])
    assert "access_token" in answer, answer
    assert alike(
        photo(office, answer["access_token"], "mei.zhang"), office.holds("exchange", "mei.zhang")
    )


@pytest.mark.parametrize("proof", ["secret", "certificate"])
def test_azure_identity_signs_in(office: Stage, proof: str) -> None:
    """azure-identity's credentials get a token of the tenant; it reads what Exchange holds."""
    told = {"authority": office.url, "disable_instance_discovery": True}
    credential: Any = (
        ClientSecretCredential(TENANT_ID, office.client_id, office.secret, **told)
        if proof == "secret"
        else CertificateCredential(TENANT_ID, office.client_id, str(office.certificate), **told)
    )
    with credential:
        token = credential.get_token(GRAPH).token
    assert alike(
        photo(office, token, "bjorn.lindqvist"), office.holds("exchange", "bjorn.lindqvist")
    )


@pytest.fixture
async def graph(office: Stage) -> AsyncIterator[GraphServiceClient]:
    """msgraph-sdk, signed in by azure-identity."""
    context = ssl.create_default_context(cafile=str(office.ca))
    credential = AsyncSecretCredential(
        TENANT_ID,
        office.client_id,
        office.secret,
        authority=office.url,
        disable_instance_discovery=True,
    )
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=[GRAPH], allowed_hosts=["localhost"]
    )
    async with httpx.AsyncClient(verify=context) as plain, credential:
        client = GraphClientFactory.create_with_default_middleware(client=plain)
        adapter = GraphRequestAdapter(provider, client=client)
        adapter.base_url = f"{office.url}/v1.0"
        yield GraphServiceClient(request_adapter=adapter)


async def test_msgraph_sdk_pages_through_everybody(
    office: Stage, graph: GraphServiceClient
) -> None:
    """msgraph-sdk finds everybody, page by page, and by delta, as the tenant knows them."""
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        top=10, select=["id", "userPrincipalName"]
    )
    configuration = UsersRequestBuilder.UsersRequestBuilderGetRequestConfiguration(
        query_parameters=query
    )
    found, page = set(), await graph.users.get(request_configuration=configuration)
    while page is not None:
        found |= {user.user_principal_name for user in page.value or ()}
        link = page.odata_next_link
        page = await graph.users.with_url(link).get() if link else None
    everybody = {person["upn"] for person in office.tenant.people()}
    assert found == everybody
    delta = await graph.users.delta.get()
    assert delta is not None
    assert {user.user_principal_name for user in delta.value or ()} <= everybody


async def test_msgraph_sdk_reads_a_photo_and_its_sizes(
    office: Stage, graph: GraphServiceClient
) -> None:
    """msgraph-sdk reads the picture that Exchange holds, in two sizes, and its metadata."""
    user = graph.users.by_user_id(office.upn("chiara.bellini"))
    held = office.holds("exchange", "chiara.bellini")
    assert alike(await user.photo.content.get(), held)
    assert alike(await user.photos.by_profile_photo_id("48x48").content.get(), held)
    about = await user.photo.get()
    assert about is not None
    assert (about.width, about.height) == (648, 648)


async def test_msgraph_sdk_sets_a_photo_and_outlook_shows_it(
    office: Stage, graph: GraphServiceClient
) -> None:
    """A photo that msgraph-sdk put is what Exchange holds and what a colleague sees in Outlook."""
    new = picture("msgraph-sdk")
    await graph.users.by_user_id(office.upn("kavita.rao")).photo.content.put(new)
    assert alike(office.holds("exchange", "kavita.rao"), new)
    office.pass_time(timedelta(hours=1))
    assert alike(office.surface("outlook-online-contact-card", "kavita.rao", "mei.zhang"), new)
