"""Real photographs, from a folder to every store, asked for from outside as a third party would."""

from __future__ import annotations

import shutil
import struct
import zlib
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.end_to_end.kit import Tenant, same, sameface, tenant, told
from tests.photographs import photographs


def put_photographs(world: Tenant, folder: Path) -> dict[str, Path]:
    """Each photograph under the sign-in name of one person; the folder decides."""
    portraits = folder / "portraits"
    portraits.mkdir()
    given = {}
    for person, (_, file) in zip(world.people(), sorted(photographs().items()), strict=False):
        given[person["upn"]] = portraits / f"{person['upn']}{file.suffix}"
        shutil.copy(file, given[person["upn"]])
    text = world.settings.read_text()
    text = text.replace('authorities = ["', 'authorities = ["folder", "')
    store = '[[stores]]\nid = "folder"\nconnector = "folder"\nmode = "read"\npath = "portraits"\n'
    world.settings.write_text(f"{text}\n{store}")
    return given


def test_real_photographs_reach_every_store(tmp_path: Path) -> None:
    """What lies in the folder is what mailbox, SharePoint and every surface show after a sync."""
    with tenant(tmp_path, people=12) as world:
        given = put_photographs(world, tmp_path)
        assert len(given) >= 8

        code, done = told("sync", cwd=tmp_path)

        assert code == 5, "Yammer is left"
        assert set(done["results"]) == {"written"}
        token = _token(world)
        mailboxes = {p["upn"] for p in world.people() if p["options"]["mailbox"]}
        for upn, file in given.items():
            original = file.read_bytes()
            answer = httpx.get(
                f"{world.url}/v1.0/users/{upn}/photo/$value",
                headers={"Authorization": f"Bearer {token}"},
            )
            if upn in mailboxes:  # Graph answers for others from Entra, which is not connected
                assert answer.status_code == 200
                assert same(original, answer.content), upn
            for place in ("stores/sharepoint", "surfaces/sharepoint-people-search"):
                shown = world.picture(f"{place}/{upn}")
                assert shown is not None
                assert same(original, shown), (place, upn)
        again, nothing = told("sync", cwd=tmp_path)
        assert (again, nothing["results"]) == (5, {})


def _token(world: Tenant) -> str:
    """A third party's token, by plain HTTP."""
    settings = dict(
        line.split(" = ", 1) for line in world.settings.read_text().splitlines() if " = " in line
    )
    authority = settings["authority"].strip('"')
    secret = next(
        Path(line.split(" = ", 1)[1].strip('"')).read_text()
        for line in world.settings.read_text().splitlines()
        if line.startswith("client-secret-file")
    )
    answer = httpx.post(
        f"{world.url}/{authority.rsplit('/', 1)[1]}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": settings["client-id"].strip('"'),
            "client_secret": secret.strip(),
            "scope": "https://graph.microsoft.com/.default",
        },
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


@pytest.mark.parametrize("kind", ["empty", "text", "half", "bomb", "two", "unreadable"])
def test_a_bad_file_harms_nobody_else(tmp_path: Path, kind: str) -> None:
    """One person's bad file is one sentence and exit code 4; everybody else is put right."""
    with tenant(tmp_path, people=6) as world:
        given = put_photographs(world, tmp_path)
        victim, file = next(iter(given.items()))
        before = world.picture(f"stores/exchange/{victim}")
        _spoil(file, kind)

        done = sameface("sync", cwd=tmp_path)

        assert done.returncode == 4, done.stdout + done.stderr
        assert victim in done.stdout
        assert "Traceback" not in done.stderr
        after = world.picture(f"stores/exchange/{victim}")
        assert (before is None) == (after is None)
        assert before is None or after is None or same(before, after)
        for upn, other in given.items():
            if upn != victim:
                shown = world.picture(f"stores/sharepoint/{upn}")
                assert shown is not None
                assert same(shown, other.read_bytes()), upn


def _spoil(file: Path, kind: str) -> None:
    data = file.read_bytes()
    match kind:
        case "empty":
            file.write_bytes(b"")
        case "text":
            file.write_text("this is no picture")
        case "half":
            file.write_bytes(data[: len(data) // 2])
        case "bomb":
            file.write_bytes(_bomb())
        case "two":
            shutil.copy(file, file.with_suffix(".gif"))
        case "unreadable":
            file.unlink()
            file.symlink_to(file.parent / "nowhere.jpg")


def _bomb() -> bytes:
    """A PNG of 100 bytes that says it is 60,000 pixels square."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
