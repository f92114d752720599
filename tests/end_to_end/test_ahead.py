"""Tickets, what-if and the best plan as commands; timelines, maps and differences too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.end_to_end.kit import sameface, tenant, told

PLACE = "sharepoint-people-search"
PAGES = {"visit": {"page": "own-profile"}}
SCENARIO = Path(__file__).parent.parent / "scenarios" / "11-browser-keeps-search-results.toml"


def test_a_help_desk_asks_what_to_do_and_it_helps(tmp_path: Path) -> None:
    """The ticket is a paragraph; the plan is carried out in the tenant, and then explain agrees."""
    with tenant(tmp_path, people=24) as world:
        world.post("clock", running=False)  # so that the plan's moment is never over
        _, status = told("status", cwd=tmp_path)
        upn = next(row["person"] for row in status["rows"] if _waits_for_a_look(row))
        ticket = sameface("explain", upn, "--surface", PLACE, "--ticket", cwd=tmp_path)
        assert ticket.returncode == 0
        assert ticket.stdout.startswith("In people search, a colleague sees an older photo of ")
        assert ticket.stdout.count("\n") == 1

        code, ahead = told("explain", upn, "--if", "set-userphoto Z", "--if", "visit", cwd=tmp_path)
        assert code == 0
        assert {c["surface"] for c in ahead["what-if"]["surfaces"]} >= {"yammer", "outlook-client"}
        assert ahead["what-if"]["if"] == ["set-userphoto Z", "visit"]

        asked = ("explain", upn, "--surface", PLACE, "--best", "--by", "owner")
        code, before = told(*asked, cwd=tmp_path)
        (step,) = before["best"]["actions"]
        assert (code, step["person"], before["best"]["left"]) == (0, upn, [])
        world.post("clock", now=step["at"])
        world.post("events", do=step["do"], person=upn, **PAGES.get(step["do"], {}))
        _, after = told(*asked, cwd=tmp_path)
        assert (after["best"]["actions"], after["best"]["left"]) == ([], [])


def _waits_for_a_look(row: dict[str, Any]) -> bool:
    """Exchange has the wanted photo, and people search another."""
    stores = {spot["id"]: spot["is"] for spot in row["stores"]}
    seen = {spot["id"]: spot["is"] for spot in row["surfaces"]}
    return (stores["exchange"], seen[PLACE]) == ("same", "different")


def test_a_slip_in_what_if_is_answered_in_one_sentence(tmp_path: Path) -> None:
    """An unknown actor, an unknown channel, arguments that do not go together: exit code 2."""
    with tenant(tmp_path, people=4) as world:
        upn = world.people()[0]["upn"]
        order = sameface("explain", upn, "--if", "set-userfoto B", cwd=tmp_path)
        actor = sameface("explain", upn, "--best", "--by", "amdin", cwd=tmp_path)
        alone = sameface("explain", upn, "--by", "admin", cwd=tmp_path)

    assert (order.returncode, actor.returncode, alone.returncode) == (2, 2, 2)
    assert 'did you mean "set-userphoto"' in order.stderr
    assert 'did you mean "admin' in actor.stderr
    assert "--best" in alone.stderr


def test_a_timeline_is_drawn_and_still_judges(tmp_path: Path) -> None:
    """`--timeline` draws instead of telling; the exit code is that of the looks."""
    done = sameface("simulate", "--timeline", str(SCENARIO), cwd=tmp_path)

    assert done.returncode == 0
    assert "as Bob sees it" in done.stdout
    assert done.stdout.isascii()


def test_a_map_goes_into_a_file_a_pipe_or_as_text(tmp_path: Path) -> None:
    """`-o` writes an SVG, a pipe gets one, `--text` draws with letters; a bad place is told."""
    file = sameface("rulebook", "draw", "office365-2014", "-o", "map.svg", cwd=tmp_path)
    pipe = sameface("rulebook", "draw", "office365-2014", cwd=tmp_path)
    text = sameface("rulebook", "draw", "office365-2014", "--text", cwd=tmp_path)
    wrong = sameface("rulebook", "draw", "office365-2014", "-o", "no/such.svg", cwd=tmp_path)

    assert (file.returncode, pipe.returncode, text.returncode) == (0, 0, 0)
    assert (tmp_path / "map.svg").read_text() == pipe.stdout
    assert pipe.stdout.startswith("<svg ")
    assert "Exchange" in text.stdout
    assert text.stdout.isascii()
    assert wrong.returncode == 2
    assert "no/such.svg cannot be written" in wrong.stderr


def test_rulebooks_are_compared_key_by_key(tmp_path: Path) -> None:
    """With the facts on either side, as text and as data."""
    names = ("office365-2014", "microsoft365-2024")
    text = sameface("rulebook", "diff", *names, cwd=tmp_path)
    data = json.loads(sameface("rulebook", "diff", *names, "--json", cwd=tmp_path).stdout)

    assert text.returncode == 0
    assert "+ teams-service" in text.stdout
    added = {row["rule"]: row for row in data["rows"]}
    assert added["stores/teams-service"]["is"] == "added"
    assert added["stores/teams-service"]["facts"]["after"]
