"""curl against the tenant: conditional requests as Exchange documents them (protocols 2.1)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import msal
import pytest
from tests.witnesses.kit import Stage, alike, picture

pytestmark = pytest.mark.witnesses
EXCHANGE = "https://outlook.office365.com/.default"
GRAPH = "https://graph.microsoft.com/.default"


class Answer(NamedTuple):
    status: int
    etag: str
    body: bytes


class Curl:
    """curl with an application's token."""

    def __init__(self, office: Stage, folder: Path, scope: str) -> None:
        self._office, self._folder = office, folder
        client = msal.ConfidentialClientApplication(
            office.client_id, office.secret, office.authority, instance_discovery=False
        )
        self._token = client.acquire_token_for_client([scope])["access_token"]

    def __call__(self, path: str, *arguments: str) -> Answer:
        body, headers = self._folder / "body", self._folder / "headers"
        body.unlink(missing_ok=True)
        done = subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--cacert", str(self._office.ca)),
                *("--output", str(body), "--dump-header", str(headers)),
                *(
                    "--write-out",
                    "%{http_code}",
                    "--header",
                    f"Authorization: Bearer {self._token}",
                ),
                *arguments,
                self._office.url + path,
            ],
            capture_output=True,
            text=True,
            env=self._office.environment(),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        etag = re.search(r"(?im)^etag: (.*?)\r?$", headers.read_text())
        content = body.read_bytes() if body.exists() else b""
        return Answer(int(done.stdout), etag[1] if etag else "", content)


def test_exchange_answers_304_until_the_photo_changes(office: Stage, tmp_path: Path) -> None:
    """The ETag of GetUserPhoto saves the second read, and no longer once the photo is another."""
    exchange, graph = Curl(office, tmp_path, EXCHANGE), Curl(office, tmp_path, GRAPH)
    upn = office.upn("viktor.horvath")
    address = f"/EWS/Exchange.asmx/s/GetUserPhoto?email={upn}&size=HR240x240"
    first = exchange(address)
    assert first.status == 200
    assert alike(first.body, office.holds("exchange", "viktor.horvath"))
    again = exchange(address, "--header", f"If-None-Match: {first.etag}")
    assert (again.status, again.body) == (304, b"")

    new = tmp_path / "new.jpg"
    new.write_bytes(picture("curl"))
    put = graph(
        f"/v1.0/users/{upn}/photo/$value",
        *("--request", "PUT", "--data-binary", f"@{new}", "--header", "Content-Type: image/jpeg"),
    )
    assert put.status in (200, 204)
    changed = exchange(address, "--header", f"If-None-Match: {first.etag}")
    assert changed.status == 200
    assert alike(changed.body, picture("curl"))


def test_somebody_without_a_photo_is_404(office: Stage, tmp_path: Path) -> None:
    """No photo is 404 in Exchange and in Graph, each in its own words."""
    upn = office.upn("dmitri.sokolov")
    exchange = Curl(office, tmp_path, EXCHANGE)(
        f"/EWS/Exchange.asmx/s/GetUserPhoto?email={upn}&size=HR96x96"
    )
    graph = Curl(office, tmp_path, GRAPH)(f"/v1.0/users/{upn}/photo/$value")
    assert (exchange.status, graph.status) == (404, 404)
    assert b"ImageNotFound" in graph.body
