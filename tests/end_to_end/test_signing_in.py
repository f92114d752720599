"""A person signs Sameface in by typing a code into a browser, once."""

from __future__ import annotations

import re
import ssl
import subprocess
from pathlib import Path

import httpx2 as httpx
from tests.end_to_end.kit import SAMEFACE, environment, sameface, tenant


def test_a_code_signs_in_and_the_file_keeps_it(tmp_path: Path) -> None:
    """check asks, the person types the code at the tenant's page; later commands ask nobody."""
    with tenant(tmp_path, "--speed", "5", people=3) as world:
        text = world.settings.read_text()
        head, table, *_ = re.split(r"(?=\[\[stores\]\])", text)
        table = re.sub(r"^client-secret-file = .*$", "", table, flags=re.MULTILINE)
        table += 'sign-in = "device-code"\ntoken-cache = "graph.tokens"\n'
        (tmp_path / "sameface.toml").write_text(
            head.replace('["exchange", "sharepoint", "yammer"]', '["exchange"]') + table
        )
        ca_file = re.findall(r'^ca-file = "(.*)"$', text, re.MULTILINE)[0]
        before = sameface("check", cwd=tmp_path)
        process = subprocess.Popen(
            [*SAMEFACE, "check", "--sign-in"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        assert process.stderr is not None
        asked = process.stderr.readline()
        page, code = re.findall(r"open (https://\S+) in a browser and enter the code (\w+)", asked)[
            0
        ]
        told = {
            "otc": code,
            "decision": "allow",
            "username": world.people()[0]["upn"],
            "password": (Path(ca_file).parent / "people.password").read_text().strip(),
        }
        trust = ssl.create_default_context(cafile=ca_file)
        answer = httpx.post(page, data=told, verify=trust, trust_env=False)
        printed, _ = process.communicate(timeout=120)
        after = sameface("check", cwd=tmp_path)

    assert before.returncode == 2
    assert "`sameface check --sign-in`" in before.stdout
    assert "is signed in" in answer.text
    assert process.returncode == 0, printed
    assert re.search(r"^exchange +yes +yes +yes", printed, re.MULTILINE)
    assert after.returncode == 0, after.stdout
    assert "enter the code" not in after.stderr
    assert (tmp_path / "graph.tokens").stat().st_mode & 0o777 == 0o600
    assert "graph.tokens" not in printed
