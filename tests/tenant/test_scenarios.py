"""The scenarios of three eras, driven through `POST /_tenant/events` and looked at over HTTP."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.tenant.conftest import Open
from tests.tenant.kit import Caller

from sameface.documents import parse_offset
from sameface.pictures import inspect
from sameface.rules import load_rulebook

FILES = sorted((Path(__file__).parent.parent / "scenarios").rglob("*.toml"))
TOLD = [tomllib.loads(file.read_text()) for file in FILES]


async def shown(caller: Caller, step: dict[str, Any], names: set[str]) -> str:
    """The name of the photo whose picture the surface serves, told by its bytes alone."""
    query = {"viewer": step["viewer"]} if "viewer" in step else {}
    path = f"/_tenant/surfaces/{step['surface']}/{step['person']}"
    answer = await caller.http.get(path, params=query)
    if answer.status_code == 404:
        return "none"
    px, album = inspect(answer.content).width_px, caller.tenant.organisation.album
    for name in names:
        if (await album.square(step["person"], name, px)).data == answer.content:
            return name
    raise AssertionError("a picture that nothing introduced")


@pytest.mark.parametrize("told", TOLD, ids=[f"{file.parent.name}/{file.stem}" for file in FILES])
async def test_every_scenario_holds_over_http(open_tenant: Open, told: dict[str, Any]) -> None:
    """Each look of each scenario shows, as bytes, one of the photos that the file expects."""
    caller = await open_tenant(rulebook=load_rulebook(told["rulebook"], told.get("variant")))
    opened = caller.tenant.organisation.now
    names: dict[str, set[str]] = {}
    for person in told["people"]:
        await caller.join(**{**told.get("options", {}), **person})
        names[person["id"]] = {person.get("photo", "none")}
    for step in told["steps"]:
        if step["do"] != "look":
            await caller.step(**step)
            names.get(step.get("person"), set()).add(step.get("photo", "none"))
            continue
        at = opened + (parse_offset(step["at"]) or timedelta(0))
        await caller.http.post("/_tenant/clock", json={"now": at.isoformat()})
        expected = [step["sees"]] if isinstance(step["sees"], str) else step["sees"]
        assert await shown(caller, step, names[step["person"]] - {"none"}) in expected, step
