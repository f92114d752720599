"""The applications registered in the tenant, and what they have been granted on each service."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cryptography import x509


class Resource(StrEnum):
    """A service that wants tokens of its own; the value is its application id in Entra."""

    GRAPH = "00000003-0000-0000-c000-000000000000"
    SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"
    EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
    YAMMER = "00000005-0000-0ff1-ce00-000000000000"


HOSTS = {
    "graph.microsoft.com": Resource.GRAPH,
    "outlook.office365.com": Resource.EXCHANGE,
    "outlook.office.com": Resource.EXCHANGE,
    "www.yammer.com": Resource.YAMMER,
    "api.yammer.com": Resource.YAMMER,
}
"""The hosts whose names scopes begin with; SharePoint's is the organisation's own."""

Grants = dict[Resource, frozenset[str]]


def _grants(graph: str, sharepoint: str, exchange: str, yammer: str = "") -> Grants:
    told = (graph, sharepoint, exchange, yammer)
    return {r: frozenset(names.split()) for r, names in zip(Resource, told, strict=True)}


@dataclass(frozen=True)
class Registration:
    """An application: what it may do by itself (`roles`) and for people who sign in (`scopes`)."""

    name: str
    client_id: str
    secret: str = field(repr=False)
    roles: Grants
    scopes: Grants
    certificate: x509.Certificate | None = None


def granted(grants: Grants, audience: str) -> frozenset[str]:
    """What is granted on a service; on the tenant's own origin, where all are, all of it."""
    if audience in grants:
        return grants[Resource(audience)]
    return frozenset[str]().union(*grants.values())


def registrations(
    secrets: dict[str, str], certificate: x509.Certificate
) -> dict[str, Registration]:
    """The three applications by client id: one that may do all, one that reads, one without rights.

    `secrets` are theirs by name; the names are `APPLICATIONS`.
    """
    full = Registration(
        "sameface",
        APPLICATIONS["sameface"],
        secrets["sameface"],
        _grants(
            "Group.Read.All MailboxSettings.Read PeopleSettings.Read.All "
            "ProfilePhoto.ReadWrite.All User.Read.All",
            "Sites.FullControl.All User.ReadWrite.All",
            "full_access_as_app",
        ),
        _grants(
            "PeopleSettings.ReadWrite.All ProfilePhoto.ReadWrite.All User.Read User.ReadBasic.All "
            "User.ReadWrite",
            "AllSites.FullControl User.ReadWrite.All",
            "EWS.AccessAsUser.All",
            "access_as_user",
        ),
        certificate,
    )
    reader = Registration(
        "reader",
        APPLICATIONS["reader"],
        secrets["reader"],
        _grants(
            "ProfilePhoto.Read.All User.Read.All",
            "Sites.Read.All User.Read.All",
            "",
        ),
        _grants("User.Read User.ReadBasic.All", "AllSites.Read User.Read.All", "", ""),
        certificate,
    )
    none = _grants("", "", "")
    stranger = Registration(
        "stranger", APPLICATIONS["stranger"], secrets["stranger"], none, none, certificate
    )
    return {app.client_id: app for app in (full, reader, stranger)}


APPLICATIONS = {
    "sameface": "5a3ef4ce-0000-4000-8000-00000000a001",
    "reader": "5a3ef4ce-0000-4000-8000-00000000a002",
    "stranger": "5a3ef4ce-0000-4000-8000-00000000a003",
}
"""Client ids by name."""
