"""Node clients against the tenant: Microsoft's and the PnP community's, each in its own process."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msal
import pytest
from tests.witnesses.kit import TENANT_ID, Stage, alike, node, picture

pytestmark = pytest.mark.witnesses
READ = "mei.zhang"

Run = Callable[..., Any]


@pytest.fixture
def run(office: Stage, tmp_path: Path) -> Run:
    """A script of theirs: it reads Mei's photo and gives somebody a new one."""

    def run(script: str, person: str, new: bytes, **told: str) -> Any:
        file = tmp_path / "new.jpg"
        file.write_bytes(new)
        return node(
            script,
            office,
            READ=office.upn(READ),
            WRITE=office.upn(person),
            PICTURE=str(file),
            **told,
        )

    return run


def token(office: Stage, resource: str, proof: object) -> str:
    """An application's token for a service."""
    client = msal.ConfidentialClientApplication(
        office.client_id, proof, office.authority, instance_discovery=False
    )
    return str(client.acquire_token_for_client([f"{resource}/.default"])["access_token"])


def test_microsofts_graph_client(office: Stage, run: Run) -> None:
    """@azure/identity and the Graph client find everybody, read a photo, and put one that shows."""
    new = picture("graph-client")
    told = run(
        "graph-client.mjs",
        "kavita.rao",
        new,
        TENANT_ID=TENANT_ID,
        CLIENT_ID=office.client_id,
        CLIENT_SECRET=office.secret,
    )
    assert set(told["everybody"]) == {person["upn"] for person in office.tenant.people()}
    assert told["width"] == 648
    assert alike(base64.b64decode(told["photo"]), office.holds("exchange", READ))
    _shown(office, "kavita.rao", new)


def test_pnp_graph(office: Stage, run: Run) -> None:
    """@pnp/graph finds everybody, reads a photo in two sizes, and sets one (PATCH) that shows."""
    new = picture("pnp-graph")
    told = run(
        "pnp-graph.mjs",
        "liam.gallagher",
        new,
        TOKEN=token(office, "https://graph.microsoft.com", office.secret),
    )
    assert set(told["everybody"]) == {person["upn"] for person in office.tenant.people()}
    for size in ("photo", "small"):
        assert alike(base64.b64decode(told[size]), office.holds("exchange", READ))
    _shown(office, "liam.gallagher", new)


def _shown(office: Stage, person: str, new: bytes) -> None:
    assert alike(office.holds("exchange", person), new)
    office.pass_time(timedelta(hours=1))
    assert alike(office.surface("outlook-online-contact-card", person, READ), new)


def test_pnp_sp(office: Stage, run: Run) -> None:
    """@pnp/sp reads a profile, uploads the three files of a photo, and My Site shows them."""
    new = picture("pnp-sp")
    told = run(
        "pnp-sp.mjs",
        "ines.carvalho",
        new,
        TOKEN=token(office, office.url, office.application_certificate()),
    )
    assert told["account"] == "i:0#.f|membership|" + office.upn(READ)
    assert told["before"]
    assert "ines_carvalho" in told["after"]
    assert alike(office.holds("sharepoint", "ines.carvalho"), new)
    assert alike(office.surface("sharepoint-my-site", "ines.carvalho", READ), new)
