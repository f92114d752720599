"""Photos as files for an nginx in front, and what it is told. `tests/servers` has the nginx."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.kit import Desk
from tests.end_to_end.kit import sameface

from sameface.console.nginx import configuration
from sameface.console.shelf import SIZES_PX, Shelf, key_of
from sameface.errors import BadUsage, NoRoom
from sameface.settings import ConsoleSettings

SETTINGS = """
[organisation]
name = "Contoso"
[policy]
authorities = ["folder"]
[[stores]]
id = "folder"
connector = "folder"
path = "portraits"
[console]
url = "https://faces.contoso.test"
trusted-proxies = ["127.0.0.1"]
"""


def test_the_key_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    """Every start finds the key of the first; a file that is something else is named."""
    key = key_of(tmp_path)

    assert re.fullmatch("[0-9a-f]{64}", key)
    assert key_of(tmp_path) == key == Shelf(tmp_path).key
    (file,) = tmp_path.iterdir()
    assert oct(file.stat().st_mode)[-3:] == "600"
    file.write_text('secure_link_md5 "weak";')
    with pytest.raises(NoRoom, match=r"signature\.conf"):
        key_of(tmp_path)


def test_what_is_put_is_there_until_it_is_dropped(tmp_path: Path) -> None:
    """Files by size, person and version; dropping somebody leaves the others; a new start
    nothing."""
    shelf = Shelf(tmp_path)
    for person in ("ab", "cd"):
        for px in (96, 97, 240):
            shelf.put(person, "0123.webp", px, b"picture")
    shelf.put("../cd", "0123.webp", 96, b"picture")

    held = {file.relative_to(tmp_path / "photos") for file in tmp_path.rglob("*.webp")}
    assert {str(one) for one in held} == {
        f"{px}/photo/{person}/0123.webp" for px in (96, 240) for person in ("ab", "cd")
    }
    assert 97 not in SIZES_PX
    assert shelf.people() == {"ab", "cd"}
    shelf.drop(["ab", "nobody"])
    assert shelf.people() == {"cd"}
    assert Shelf(tmp_path).people() == set()


async def test_pages_sign_addresses_only_for_a_server_in_front(desk: Desk) -> None:
    """Without a photo-folder addresses carry no key, so that browsers keep them for ever."""
    await desk.observe()

    page = (await desk.get("/")).text

    assert ".webp?s=96" in page
    assert "key=" not in page


@pytest.mark.parametrize(
    ("without", "named"),
    [("url", "url"), ("photos", "photo-folder"), ("proxies", "trusted-proxies")],
)
def test_what_nginx_needs_and_is_not_said_is_named(
    desk: Desk, tmp_path: Path, without: str, named: str
) -> None:
    """The configuration is refused while it could not work, and the refusal names the key."""
    said = ConsoleSettings(url="https://x.test", proxies=("127.0.0.1",), photos=tmp_path)
    settings = replace(desk.office.settings, console=said)
    assert "listen 443 ssl;" in configuration(settings, 8370)

    empty = {"url": "", "photos": None, "proxies": ()}[without]
    lacking = replace(settings, console=replace(said, **{without: empty}))  # type: ignore[arg-type]
    with pytest.raises(BadUsage, match=named):
        configuration(lacking, 8370)
    pem = replace(said, certificate=tmp_path / "a.pem", key=tmp_path / "a.key")
    with pytest.raises(BadUsage, match="certificate-file"):
        configuration(replace(settings, console=pem), 8370)


def test_the_command_prints_it(tmp_path: Path) -> None:
    """`sameface serve --nginx` prints what nginx includes, and no key; a folder that is not there
    is the settings' mistake."""
    (tmp_path / "portraits").mkdir()
    file = tmp_path / "sameface.toml"
    file.write_text(f'{SETTINGS}photo-folder = "shelf"\n')
    told = sameface("serve", "--nginx", cwd=tmp_path)
    assert told.returncode == 2
    assert "photo-folder" in told.stderr

    (tmp_path / "shelf").mkdir()
    told = sameface("serve", "--nginx", "--port", "9000", cwd=tmp_path)
    assert "server_name faces.contoso.test;" in told.stdout
    assert "proxy_pass http://127.0.0.1:9000;" in told.stdout
    assert key_of(tmp_path / "shelf") not in told.stdout
