"""`sameface serve`, as a process of its own beside a tenant."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest
import trustme
from tests.end_to_end.kit import SAMEFACE, environment, sameface, tenant

from sameface.pictures import inspect


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[str]:
    """The command at work; the link it printed."""
    process = subprocess.Popen(
        [*SAMEFACE, "serve", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        said = [process.stdout.readline(), process.stdout.readline(), process.stdout.readline()]
        yield said[1].strip()
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=30)
    assert complaints == "", complaints
    assert process.returncode == 0


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with settings and a vault that was filled once."""
    folder = tmp_path_factory.mktemp("organisation")
    with tenant(folder, people=4):
        sameface("status", cwd=folder)
        yield folder


def test_the_link_in_the_terminal_opens_the_console(organisation: Path) -> None:
    """The printed link begins a session; pages and pictures come from what was observed."""
    with (
        serving(organisation, "--port", "0") as link,
        httpx.Client(trust_env=False, base_url=link.partition("enter")[0]) as browser,
    ):
        assert browser.get("/").status_code == 401
        assert browser.get(link).status_code == 200
        told = browser.get("/api/people").json()
        while not told["whole"]:
            told = browser.get("/api/people").json()
        person = browser.get(f"/api/people/{told['rows'][0]['id']}").json()
        photo = browser.get(person["photo"]["path"], params={"s": 48})

    assert "of 4 people show one face everywhere" in told["sentence"]
    assert inspect(photo.content).width_px == 48


def test_a_busy_port_means_the_next(organisation: Path) -> None:
    """Somebody else on the port does not stop it."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with serving(organisation, "--port", str(port)) as link:
            assert httpx.URL(link).port != port


def test_it_refuses_to_listen_elsewhere_unprotected(organisation: Path) -> None:
    """Without sign-in, TLS or a proxy, and an address: one sentence says all three, and exit 2."""
    done = sameface("serve", "--host", "0.0.0.0", cwd=organisation)

    assert done.returncode == 2
    assert "will not listen on 0.0.0.0" in done.stderr
    for key in ("`issuer`", "`certificate-file`", "`trusted-proxies`", "`url`"):
        assert key in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_it_listens_elsewhere_with_sign_in_and_tls(organisation: Path, tmp_path: Path) -> None:
    """With both it serves https there, sends people to the provider, and marks its cookies so."""
    authority = trustme.CA()
    made = authority.issue_cert("faces.contoso.test", "127.0.0.2")
    made.cert_chain_pems[0].write_to_path(str(tmp_path / "console.pem"))
    made.private_key_pem.write_to_path(str(tmp_path / "console.key"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    told = (
        '\n[console]\nurl = "https://faces.contoso.test"\nissuer = "https://localhost:1/none"\n'
        'client-id = "x"\ncertificate-file = "console.pem"\nkey-file = "console.key"\n'
    )
    text = (organisation / "sameface.toml").read_text(encoding="utf-8")
    settings = tmp_path / "sameface.toml"
    settings.write_text(text + told, encoding="utf-8")
    with socket.create_server(("127.0.0.2", 0)) as found:
        port = found.getsockname()[1]

    with serving(tmp_path, "--host", "127.0.0.2", "--port", str(port)) as link:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        headers = {"Host": "faces.contoso.test"}
        base = f"https://127.0.0.2:{port}"
        with httpx.Client(verify=context, trust_env=False, headers=headers, base_url=base) as http:
            page = http.get("/people/alice")
            entered = http.get(link.removeprefix("https://faces.contoso.test"))

    assert link.startswith("https://faces.contoso.test/enter?token=")
    assert "/sign-in?to=" in page.text
    assert page.headers["strict-transport-security"]
    assert entered.headers["set-cookie"].startswith("__Host-sameface=")
    assert "; Secure" in entered.headers["set-cookie"]
