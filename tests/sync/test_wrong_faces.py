"""`sameface picture wrong-faces` looks over a whole organisation, at what was last seen of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.servers.memory_store import StillClock, face
from tests.sync.kit import Office

from sameface.cli import main
from sameface.pictures import Want, render
from sameface.vault import Vault

PEOPLE = [f"person{n}@x.test" for n in range(12)]
SETTINGS = """\
[organisation]
name = "Contoso"
[vault]
folder = "vault"
[policy]
authorities = ["folder"]
[[stores]]
id = "folder"
connector = "folder"
path = "."
"""

Capture = pytest.CaptureFixture[str]


def observed(folder: Path, wrong: dict[tuple[str, str], bytes]) -> Path:
    """A vault that has seen everybody's photo in two stores; `wrong` is what differs there."""

    async def look() -> None:
        async with await Vault.open(folder / "vault") as vault:
            office = Office(vault, StillClock())
            for store in ("folder", "exchange"):
                office.store(store)
                for upn in PEOPLE:
                    office.stores[store].join(upn, wrong.get((upn, store), face(upn)))
            await office.status()

    asyncio.run(look())
    (folder / "sameface.toml").write_text(SETTINGS)
    return folder / "sameface.toml"


def asked(settings: Path, capsys: Capture) -> tuple[int, Any]:
    code = main(["picture", "wrong-faces", "--json", "-c", str(settings)])
    return code, json.loads(capsys.readouterr().out)


def test_nobody_is_bothered_where_every_face_is_on_its_person(
    tmp_path: Path, capsys: Capture
) -> None:
    """Exit code 0, and how many photos were looked at."""
    settings = observed(tmp_path, {})
    assert asked(settings, capsys) == (0, {"photos": 24, "shared": [], "swapped": []})
    assert main(["picture", "wrong-faces", "-c", str(settings)]) == 0
    assert capsys.readouterr().out == "No picture is on two people, of 24 photos in all stores.\n"


def test_a_picture_on_two_people_is_named_with_its_places(tmp_path: Path, capsys: Capture) -> None:
    """Also as another store would keep it; exit code 5, since only a person can say whose it is."""
    settings = observed(tmp_path, {(PEOPLE[4], "exchange"): render(face(PEOPLE[7]), Want(96)).data})

    code, told = asked(settings, capsys)

    assert code == 5
    places = {(one["person"], one["store"]) for (group) in told["shared"] for one in group}
    assert places == {
        (PEOPLE[4], "exchange"),
        (PEOPLE[7], "exchange"),
        (PEOPLE[7], "folder"),
    }
    assert main(["picture", "wrong-faces", "-c", str(settings)]) == 5
    said = capsys.readouterr().out
    assert "The same picture is on 2 people:" in said
    assert f"({PEOPLE[7]}) in exchange and folder" in said


def test_two_people_swapped_between_stores_are_one_finding(tmp_path: Path, capsys: Capture) -> None:
    """Right in one store, the wrong way round in the other."""
    wrong = {
        (PEOPLE[2], "exchange"): face(PEOPLE[9]),
        (PEOPLE[9], "exchange"): face(PEOPLE[2]),
    }
    settings = observed(tmp_path, wrong)

    code, told = asked(settings, capsys)

    assert (code, told["shared"]) == (5, [])
    (two,) = told["swapped"]
    assert set(two["people"]) == {PEOPLE[2], PEOPLE[9]}
    assert set(two["stores"]) == {"exchange", "folder"}
    assert main(["picture", "wrong-faces", "-c", str(settings)]) == 5
    assert "are swapped: in exchange each shows what the other shows in folder" in (
        capsys.readouterr().out
    )
