"""Wrong secrets, missing rights, other people's certificates: a sentence each, and no secret."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from tests.end_to_end.kit import Tenant, sameface, tenant

OTHERS = ("exchange", "sharepoint", "yammer")
STRANGER = "5a3ef4ce-0000-4000-8000-00000000a003"
"""The tenant's application without any right."""

Spoiling = Callable[[Path, str], str]
"""Makes the settings of one store wrong: (folder, its table) -> its table."""


def wrong_secret(folder: Path, table: str) -> str:
    (folder / "wrong.secret").write_text("not-the-secret")
    return set_to(table, "client-secret-file", "wrong.secret")


def unknown_application(folder: Path, table: str) -> str:
    return set_to(table, "client-id", "5a3ef4ce-0000-4000-8000-0000000000ff")


def unknown_tenant(folder: Path, table: str) -> str:
    return re.sub(r'(authority = "https://[^/]+)/[^"]+', r"\1/nobody.test", table)


def ended_certificate(folder: Path, table: str) -> str:
    issued = trustme.CA().issue_cert("sameface.test", not_after=datetime(2020, 3, 3, tzinfo=UTC))
    (folder / "ended.pem").write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    return set_to(table, "client-certificate-file", "ended.pem")


def foreign_certificate(folder: Path, table: str) -> str:
    issued = trustme.CA().issue_cert("sameface.test", key_type=trustme.KeyType.RSA)
    (folder / "foreign.pem").write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    return set_to(table, "client-certificate-file", "foreign.pem")


def untrusted_server(folder: Path, table: str) -> str:
    trustme.CA().cert_pem.write_to_path(str(folder / "other-ca.pem"))
    return set_to(table, "ca-file", "other-ca.pem")


def ended_token(folder: Path, table: str) -> str:
    (folder / "ended.token").write_text("ended-token")
    return set_to(table, "token-file", "ended.token")


@pytest.mark.parametrize(
    ("store", "spoil", "code", "says"),
    [
        ("exchange", wrong_secret, 2, ["SF-302", "AADSTS7000215", "not its Secret ID"]),
        ("exchange", unknown_application, 2, ["SF-302", "AADSTS700016", "client-id"]),
        ("exchange", unknown_tenant, 2, ["SF-302", "AADSTS90002", "`authority`"]),
        ("exchange", untrusted_server, 2, ["SF-302", "not trusted", "`ca-file`"]),
        ("sharepoint", ended_certificate, 2, ["SF-302", "03 Mar 2020", "make a new one"]),
        (
            "sharepoint",
            foreign_certificate,
            2,
            ["SF-302", "AADSTS700027", "upload its public part"],
        ),
        ("yammer", ended_token, 2, ["SF-302", "401", "credentials"]),
    ],
)
def test_one_store_is_told_and_the_others_are_checked(
    world: Tenant, tmp_path: Path, store: str, spoil: Spoiling, code: int, says: list[str]
) -> None:
    """What was tried, what the server said, what to do next; nothing of a secret."""
    spoilt(world, tmp_path, store, spoil)

    done = sameface("check", cwd=tmp_path)

    (line,) = (line for line in done.stdout.splitlines() if line.startswith(store))
    assert done.returncode == code
    for part in says:
        assert part in line
    for other in OTHERS:
        if other != store:
            assert re.search(rf"^{other} +yes +yes", done.stdout, re.MULTILINE), done.stdout
    assert "Traceback" not in done.stderr
    assert found_in(done.stdout + done.stderr, secrets(tmp_path)) == []


def test_an_application_without_consent_is_told_what_it_lacks(
    world: Tenant, tmp_path: Path
) -> None:
    """The sign-in succeeds and the store says no: the permission is named; it was reached."""
    secret = stranger_secret(world)
    (tmp_path / "stranger.secret").write_text(secret)

    def spoil(_: Path, table: str) -> str:
        table = set_to(table, "client-id", STRANGER)
        return set_to(table, "client-secret-file", "stranger.secret")

    spoilt(world, tmp_path, "exchange", spoil)
    done = sameface("check", cwd=tmp_path)

    (line,) = (line for line in done.stdout.splitlines() if line.startswith("exchange"))
    assert done.returncode == 4
    assert re.search(r"exchange +yes +no +no ", line)
    assert "SF-303" in line
    assert "403" in line
    assert "User.Read.All" in line


def test_no_secret_is_in_logs_errors_plans_or_the_journal(tmp_path: Path) -> None:
    """Everything printed with --debug, and every file that is kept, is searched for all of them."""
    with tenant(tmp_path, people=4) as world:
        printed = ""
        for command in (
            ("check", "--json"),
            ("status",),
            ("plan", "-o", "plan.json"),
            ("apply", "plan.json"),
            ("audit",),
        ):
            done = sameface(*command, "--debug", cwd=tmp_path)
            printed += done.stdout + done.stderr
        for store, spoil in (("exchange", wrong_secret), ("yammer", ended_token)):
            spoilt(world, tmp_path, store, spoil)
            done = sameface("sync", "--debug", cwd=tmp_path)
            printed += done.stdout + done.stderr
        looked_for = secrets(tmp_path)
        kept = {
            str(file.relative_to(tmp_path)): found_in(file.read_bytes(), looked_for)
            for file in tmp_path.rglob("*")
            if file.is_file() and file.name not in SECRET_FILES and "-keys" not in str(file)
        }

    assert len(looked_for) >= 5
    assert "plan.json" in kept
    assert any(name.startswith("sameface-vault") for name in kept)
    assert {name: found for name, found in kept.items() if found} == {}
    assert found_in(printed, looked_for) == []


# ---------------------------------------------------------------------------

SECRET_FILES = ("wrong.secret", "ended.token", "ended.pem", "foreign.pem", "stranger.secret")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> object:
    """One tenant for all that only look."""
    with tenant(tmp_path_factory.mktemp("world"), people=3) as world:
        yield world


@pytest.fixture
def world(running: Tenant) -> Tenant:
    return running


def spoilt(world: Tenant, folder: Path, store: str, spoil: Spoiling) -> None:
    """The tenant's settings in that folder, with one store's table made wrong."""
    head, *tables = re.split(r"(?=\[\[stores\]\])", world.settings.read_text())
    tables = [spoil(folder, t) if f'id = "{store}"' in t else t for t in tables]
    (folder / "sameface.toml").write_text(head + "".join(tables))


def set_to(table: str, key: str, value: str) -> str:
    spoilt, count = re.subn(rf'^{key} = ".*"$', f'{key} = "{value}"', table, flags=re.MULTILINE)
    assert count == 1, f"{key} is not in {table}"
    return spoilt


def stranger_secret(world: Tenant) -> str:
    """Where the tenant keeps the secrets of its applications."""
    named = re.search(r'client-secret-file = "(.*)"', world.settings.read_text())
    assert named
    for file in Path(named[1]).parent.rglob("*"):
        if file.is_file() and "stranger" in file.name:
            return file.read_text().strip()
        if file.is_file() and file.suffix == ".json" and "stranger" in file.read_text():
            return str(json.loads(file.read_text())["secrets"]["stranger"])
    raise AssertionError("the tenant keeps no secret of the stranger")


def secrets(folder: Path) -> list[bytes]:
    """What must be nowhere: secrets, tokens, keys, and passwords in the form that Basic sends."""
    text = (folder / "sameface.toml").read_text()
    files = [folder / name for name in SECRET_FILES]
    keys = "client-secret-file|client-certificate-file|token-file"
    files += [folder / name for name in re.findall(rf'(?:{keys}) = "(.*)"', text)]
    found = [file.read_bytes().strip() for file in files if file.exists()]
    lines = [line for data in found for line in data.splitlines()]
    key_lines = [line for line in lines if len(line) > 12 and b"-----" not in line]
    encoded = [base64.b64encode(line) for line in key_lines if len(line) < 64]
    return sorted({*key_lines, *encoded})


def found_in(told: str | bytes, looked_for: list[bytes]) -> list[bytes]:
    data = told.encode() if isinstance(told, str) else told
    return [secret for secret in looked_for if secret in data]
