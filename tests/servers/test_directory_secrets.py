"""The password of a directory's account: used to sign in, and kept nowhere by Sameface."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from tests.end_to_end.kit import sameface, tenant
from tests.servers.conftest import Unit
from tests.servers.directory_kit import face
from tests.servers.samba import PASSWORD, Samba
from tests.servers.test_watching import connect

pytestmark = pytest.mark.servers

WRONG = "another-Passw0rd!y"
FILE = "ad.secret"


def test_the_password_is_in_no_log_error_plan_or_journal(
    samba: Samba, domain: Unit, tmp_path: Path
) -> None:
    """Everything printed with --debug and every file kept is searched for it, right and wrong.

    Where it is wrong, one sentence says so, and the other stores are checked all the same.
    """
    domain.person("alice", face("A"))
    with tenant(tmp_path, people=1) as organisation:
        organisation.post("people", id="alice", name="Alice", photo="B")
        connect(organisation, samba, domain.dn)
        printed = ""
        for command in (
            ("check", "--json"),
            ("plan", "-o", "plan.json"),
            ("apply", "plan.json"),
            ("audit",),
        ):
            done = sameface(*command, "--debug", cwd=tmp_path)
            printed += done.stdout + done.stderr
        (tmp_path / FILE).write_text(WRONG)
        checked = sameface("check", "--debug", cwd=tmp_path)
        refused = sameface("sync", "--debug", cwd=tmp_path)
        printed += checked.stdout + checked.stderr + refused.stdout + refused.stderr
        kept = {
            str(file.relative_to(tmp_path)): found_in(file.read_bytes())
            for file in tmp_path.rglob("*")
            if file.is_file() and file.name != FILE
        }

    (line,) = (one for one in checked.stdout.splitlines() if one.startswith("active-directory"))
    assert all(part in line for part in ("SF-302", "result 49", "correct bind-dn"))
    assert re.search(r"^exchange +yes +yes", checked.stdout, re.MULTILINE)
    assert (checked.returncode, refused.returncode) == (2, 2)
    assert "plan.json" in kept
    assert any(name.startswith("sameface-vault") for name in kept)
    assert {name: found for name, found in kept.items() if found} == {}
    assert found_in(printed.encode()) == []


def found_in(told: bytes) -> list[str]:
    """Which of the two is there, as it is or as a header would have it."""
    plain = [PASSWORD.encode(), WRONG.encode()]
    looked_for = [*plain, *(base64.b64encode(one) for one in plain)]
    return [one.decode() for one in looked_for if one in told]
