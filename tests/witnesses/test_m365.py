"""CLI for Microsoft 365 against the tenant: unchanged, through a proxy for its built-in hosts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.witnesses.internet import Internet
from tests.witnesses.kit import NODE, TENANT_ID, Stage, alike, picture

pytestmark = pytest.mark.witnesses
SITE = "https://contoso.sharepoint.com"
CLI = Callable[..., Any]


@pytest.fixture
def m365(office: Stage, world: Internet, tmp_path: Path) -> CLI:
    """The command with a home of its own, and no word to its makers about what it does."""
    environment = office.environment(
        HTTPS_PROXY=world.proxy, NODE_EXTRA_CA_CERTS=str(world.ca), HOME=str(tmp_path)
    )

    def run(*arguments: str) -> Any:
        done = subprocess.run(
            [str(NODE / "node_modules" / ".bin" / "m365"), *arguments, "--output", "json"],
            capture_output=True,
            text=True,
            timeout=120,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, f"{arguments[:3]}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    run("cli", "config", "set", "--key", "disableTelemetry", "--value", "true")
    return run


@pytest.fixture
def application(office: Stage, m365: CLI) -> CLI:
    """Signed in by certificate."""
    m365(
        *("login", "--authType", "certificate", "--tenant", TENANT_ID),
        *("--appId", office.client_id, "--certificateFile", str(office.certificate)),
        *("--thumbprint", office.application_certificate()["thumbprint"]),
    )
    m365("spo", "set", "--url", SITE)
    return m365


def test_it_lists_everybody(office: Stage, application: CLI) -> None:
    """`entra user list` finds everybody the tenant knows."""
    users = application("entra", "user", "list", "--properties", "userPrincipalName")
    assert {user["userPrincipalName"] for user in users} == {
        person["upn"] for person in office.tenant.people()
    }


def test_it_reads_a_photo_from_graph(office: Stage, application: CLI, tmp_path: Path) -> None:
    """`request` saves the photo that Exchange holds."""
    address = f"https://graph.microsoft.com/v1.0/users/{office.upn('mei.zhang')}/photo/$value"
    application("request", "--url", address, "--filePath", str(tmp_path / "photo.jpg"))
    held = office.holds("exchange", "mei.zhang")
    assert alike((tmp_path / "photo.jpg").read_bytes(), held)


def test_it_uploads_into_user_photos_and_my_site_shows_it(
    office: Stage, application: CLI, tmp_path: Path
) -> None:
    """`spo file add` three times and `spo userprofile set`: My Site shows the new photo."""
    new, upn = picture("m365"), office.upn("jonas.meyer")
    prefix = upn.replace("@", "_").replace(".", "_")
    folder = "User Photos/Profile Pictures"
    for letter in "SML":
        file = tmp_path / f"{prefix}_{letter}Thumb.jpg"
        file.write_bytes(new)
        application(
            *("spo", "file", "add", "--webUrl", SITE, "--folder", folder, "--path", str(file)),
            *("--overwrite", "true"),
        )
    application(
        *("spo", "userprofile", "set", "--userName", upn, "--propertyName", "PictureURL"),
        *("--propertyValue", f"{SITE}/{folder}/{prefix}_MThumb.jpg"),
    )
    profile = application("spo", "userprofile", "get", "--userName", upn)
    assert profile["PictureUrl"].endswith(f"{prefix}_MThumb.jpg")
    assert alike(office.holds("sharepoint", "jonas.meyer"), new)
    assert alike(office.surface("sharepoint-my-site", "jonas.meyer", "mei.zhang"), new)


def test_yammers_users_and_their_pictures(office: Stage, m365: CLI, world: Internet) -> None:
    """`viva engage user list`, as a person, names the picture that Yammer holds."""
    m365(
        *("login", "--authType", "password", "--tenant", TENANT_ID, "--appId", office.client_id),
        *("--userName", office.upn("mei.zhang"), "--password", office.password),
    )
    users = {user["name"]: user for user in m365("viva", "engage", "user", "list")}
    assert len(users) == len(office.tenant.people())
    shown = httpx2.get(
        users["mei.zhang"]["mugshot_url"].replace("https://www.yammer.com", office.tenant.url)
    )
    assert alike(shown.content, office.holds("yammer", "mei.zhang"))
