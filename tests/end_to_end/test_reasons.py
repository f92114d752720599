"""Every decision of a plan with its reason, in all its forms: words, JSON, saved, and as a page."""

from __future__ import annotations

import json
from pathlib import Path

from tests.end_to_end.kit import sameface, tenant, told


def test_a_plan_names_whom_it_leaves_and_why_in_all_its_forms(tmp_path: Path) -> None:
    """Who must upload a photo in Yammer, and who is left alone; and what is so saved is applied."""
    with tenant(tmp_path, people=6, seed=3) as world:
        alone, *_ = (str(person["upn"]) for person in world.people())
        (tmp_path / "board.txt").write_text(f"{alone}\n")
        settings = world.settings.read_text()
        assert settings.count("[policy]\n") == 1
        world.settings.write_text(
            settings.replace("[policy]\n", '[policy]\nexclude-people = "board.txt"\n')
        )

        code, plan = told("plan", "-o", "plan.json", "--html", "plan.html", cwd=tmp_path)
        words = sameface("plan", cwd=tmp_path).stdout
        everybody = sameface("plan", "--all", cwd=tmp_path).stdout
        _, whole = told("plan", "--all", cwd=tmp_path)
        applied, _ = told("apply", "plan.json", cwd=tmp_path)
        after, done = told("plan", cwd=tmp_path)

    uploads = [(one["person"], one["store"]) for one in plan["left"] if one["call"] == "by hand"]
    left = [one for one in plan["left"] if one["call"] == "leave"]
    assert (code, applied, after) == (3, 5, 5)
    assert uploads
    assert {store for _, store in uploads} == {"yammer"}
    assert {one["person"] for one in left} == {alone}
    assert len({one["why"] for one in left}) == 1
    assert json.loads((tmp_path / "plan.json").read_text()) == plan
    assert {(one["call"], one["store"], one["people"]) for one in plan["reasons"]} >= {
        ("leave", one["store"], 1) for one in left
    }
    assert whole["left"] == plan["left"]
    assert not done["actions"]
    assert [(one["person"], one["store"]) for one in done["left"] if one["call"] == "by hand"]

    page = (tmp_path / "plan.html").read_text()
    for person, _ in [*uploads, (alone, "")]:
        assert f"<li>{person}</li>" in page
    why = left[0]["why"]
    assert f"  Left as it is:\n    1 person, {left[0]['store']}: {why}\n" in words
    assert "`sameface plan --all` names them." in words
    assert f"    {alone}, {left[0]['store']}: {why}\n" in everybody
