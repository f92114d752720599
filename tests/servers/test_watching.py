"""The seed's background process, for real: a photo in Active Directory reaches Office 365."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end.kit import SAMEFACE, Tenant, environment, tenant
from tests.servers.conftest import Unit
from tests.servers.directory_kit import rendition
from tests.servers.samba import PASSWORD, URL, Samba
from tests.servers.samba import SAMEFACE as ACCOUNT

from sameface.pictures import compare, fingerprint
from sameface.values import Likeness

pytestmark = pytest.mark.servers

SECONDS = 20
"""Patience with a busy machine; it takes one or two."""


def connect(organisation: Tenant, samba: Samba, base_dn: str) -> None:
    """Adds Active Directory to the tenant's settings, as the store whose photo wins."""
    folder = organisation.settings.parent
    (folder / "ad.secret").write_text(PASSWORD)
    lines = organisation.settings.read_text().splitlines()
    winning = 'authorities = ["active-directory"]'
    lines = [winning if line.startswith("authorities") else line for line in lines]
    lines = ['stop-above = "100%"' if line.startswith("stop-above") else line for line in lines]
    lines += [
        "[[stores]]",
        'id = "active-directory"',
        'connector = "active-directory"',
        f'url = "{URL}"',
        f'ca-file = "{samba.ca_file}"',
        f'base-dn = "{base_dn}"',
        f"bind-dn = '{ACCOUNT}'",
        'bind-password-file = "ad.secret"',
    ]
    organisation.settings.write_text("\n".join(lines) + "\n")


def shows(organisation: Tenant, store: str, person: str) -> bytes:
    picture = organisation.picture(f"stores/{store}/{person}")
    assert picture is not None
    return picture


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next outcome that is told."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    return dict(json.loads(line))


def same(one: bytes, other: bytes) -> bool:
    return compare(fingerprint(one), fingerprint(other)) is Likeness.SAME


def test_a_photo_changed_in_the_directory_is_everywhere_in_seconds(
    samba: Samba, domain: Unit, tmp_path: Path
) -> None:
    """Changed twice, and once to more than 10 KB: DirSync's own rules would have carried neither.

    Active Directory is changed by somebody else's tool, and the tenant is asked what it shows.
    """
    first, second = rendition("first", 96), rendition("second", 360, 102_400)
    third = rendition("third", 96)
    assert second.size_bytes > 10_240
    with tenant(tmp_path, people=1) as organisation:
        organisation.post("people", id="alice", name="Alice", photo="A")
        organisation.post("people", id="bob", name="Bob", photo="B")
        alice = domain.person("alice", first.data)
        connect(organisation, samba, domain.dn)
        process = subprocess.Popen(
            [*SAMEFACE, "sync", "--watch", "--json"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        try:
            begun = outcome(process)
            assert same(shows(organisation, "exchange", "alice"), first.data)
            took = []
            for photo in (second, third):
                changed = time.monotonic()
                samba.tools.replace(alice, "thumbnailPhoto", photo.data)
                told = outcome(process)
                took.append(time.monotonic() - changed)
                assert told["results"] == {"written": 2}  # and read back
                for store in ("exchange", "sharepoint"):
                    assert same(shows(organisation, store, "alice"), photo.data)
        finally:
            process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate(timeout=60)

    assert begun["results"]
    assert max(took) < SECONDS
    assert PASSWORD not in complaints
