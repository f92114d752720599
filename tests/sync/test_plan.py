"""A plan is a document: readable, exact, and refused when it was altered or is out of date."""

from __future__ import annotations

import getpass
import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.memory_store import face
from tests.sync.kit import Office, same, three_stores
from tests.vault.kit import NOON

from sameface.errors import BadDocument, BadUsage
from sameface.sync import (
    LEAVING,
    Action,
    Cause,
    Hold,
    Left,
    Plan,
    Result,
    Verb,
    last_plan,
    load_plan,
)
from sameface.sync.plan import parse_plan

ALICE, BOB = "alice@x.test", "bob@x.test"


@pytest.fixture
def disagreeing(office: Office) -> Office:
    folder, exchange, _ = three_stores(office)
    folder.join(ALICE, face(ALICE, 1))
    exchange.join(ALICE, face(ALICE, 0))
    return office


async def test_a_plan_writes_nothing(disagreeing: Office) -> None:
    """It says what a sync would write, why, before and after, and leaves the stores alone."""
    plan, outcome = await disagreeing.plan()

    (action,) = plan.actions
    assert (action.name, action.store, action.verb) == (ALICE, "exchange", Verb.WRITE)
    assert action.because == "shows another photo than folder"
    assert await disagreeing.vault.picture(action.before or "") == face(ALICE, 0)
    assert await disagreeing.vault.picture(action.after or "") == face(ALICE, 1)
    assert outcome.exit_code == 3
    assert disagreeing.stores["exchange"].asked["write"] == 0


async def test_apply_does_exactly_what_the_plan_says(disagreeing: Office) -> None:
    """Also where the authority has changed its mind since: that is the next plan's."""
    await disagreeing.plan()
    disagreeing.stores["folder"].put(ALICE, face(ALICE, 2))

    outcome = await disagreeing.apply(last_plan(disagreeing.vault))

    assert outcome.results == {Result.WRITTEN: 1}
    assert same(disagreeing.stores["exchange"].shows(ALICE), face(ALICE, 1))


async def test_a_plan_applied_twice_writes_once(disagreeing: Office) -> None:
    """What is there already is told as such, and is no failure."""
    plan, _ = await disagreeing.plan()
    await disagreeing.apply(plan)

    outcome = await disagreeing.apply(plan)

    assert (outcome.results, outcome.exit_code) == ({Result.THERE: 1}, 0)
    assert disagreeing.stores["exchange"].asked["write"] == 1


async def test_a_saved_plan_is_the_same_plan(disagreeing: Office, tmp_path: Path) -> None:
    """Saved to a file and loaded again, nothing is lost."""
    plan, _ = await disagreeing.plan()
    plan.save(tmp_path / "plan.json")

    assert load_plan(tmp_path / "plan.json") == plan
    assert last_plan(disagreeing.vault) == plan


async def test_somebody_else_s_photo_is_never_written(disagreeing: Office, tmp_path: Path) -> None:
    """A plan with a digest of its own can be written by anybody; what it gives is looked at."""
    for store in ("folder", "exchange"):
        disagreeing.stores[store].join(BOB, face(BOB, 0))
    plan, _ = await disagreeing.plan()
    (action,) = plan.actions
    (bobs,) = await disagreeing.vault.versions((await disagreeing.vault.person(BOB)).id)
    replace(plan, actions=(replace(action, after=bobs.digest),)).save(tmp_path / "plan.json")

    outcome = await disagreeing.apply(load_plan(tmp_path / "plan.json"))

    assert (outcome.results, outcome.exit_code) == ({Result.MOVED: 1}, 4)
    assert disagreeing.steps[0].error == (
        "exchange was to get a photo that is none of this person's; make a new plan."
    )
    assert disagreeing.stores["exchange"].asked["write"] == 0


async def test_a_plan_says_where_its_undoing_will_be_remembered(disagreeing: Office) -> None:
    """A first photo is the end of "never had one": that is said before it is written."""
    disagreeing.stores["folder"].join(BOB, face(BOB, 0))
    disagreeing.stores["exchange"].join(BOB)

    plan, _ = await disagreeing.plan()

    (warning,) = plan.warnings
    assert warning.startswith("1 photo is put into exchange where it shows none now. Undone, they")


async def test_the_journal_says_whose_run_it_was(disagreeing: Office) -> None:
    """Under which of the system's accounts it was made, and where."""
    await disagreeing.sync()

    (began,) = (e for _, e in await disagreeing.vault.history() if e.what == "sync began")

    assert began.why == f"by {getpass.getuser()} on {socket.gethostname()}"


async def test_without_a_plan_there_is_nothing_to_apply(office: Office) -> None:
    """The remedy is named."""
    with pytest.raises(BadUsage, match="sameface plan"):
        last_plan(office.vault)


async def test_a_plan_for_another_organisation_is_refused(disagreeing: Office) -> None:
    """Nothing is written to people of whom the plan knows nothing."""
    plan, _ = await disagreeing.plan()

    with pytest.raises(BadUsage, match='is for "Fabrikam"'):
        await disagreeing.apply(replace(plan, organisation="Fabrikam"))


PLAN = Plan(
    "Contoso",
    NOON,
    (Action("p1", ALICE, "exchange", "1", Verb.WRITE, None, "aa", "k1", "has no photo"),),
)


LEFT = {"person": ALICE, "store": "yammer", "call": "by hand", "why": "has no photo"}
REASON = {"store": "yammer", "call": "by hand", "why": "has no photo", "people": 1}


def test_a_plan_of_an_older_sameface_is_the_same_plan(tmp_path: Path) -> None:
    """One without what is left has the digest it always had, and is accepted."""
    document = PLAN.as_json()
    (tmp_path / "plan.json").write_text(json.dumps(document))

    assert document.keys() == {"sameface-plan", "digest", "organisation", "made_at", "actions"}
    assert document["digest"] == "0da5f8816cd23f1f2d0ebdab024560307fb81fc8b6ec13a11daddc53f391789a"
    assert load_plan(tmp_path / "plan.json") == PLAN


@pytest.mark.parametrize(
    ("alter", "names"),
    [
        (lambda raw: raw["actions"][0].update(after="bb"), "digest does not fit"),
        (lambda raw: raw["actions"][0].update(verb="burn"), 'actions[1].verb has no "burn"'),
        (lambda raw: raw["actions"][0].update(expected=7), "actions[1].expected should be text"),
        (lambda raw: raw["actions"][0].pop("because"), "actions[1].because is missing"),
        (lambda raw: raw.update(colour="red"), "colour is not known here"),
        (
            lambda raw: raw.update(made_at="noon"),
            'made_at should be a date with a time, not "noon"',
        ),
        (lambda raw: raw.update({"sameface-plan": 2}), "sameface-plan should be 1"),
        (lambda raw: raw.pop("actions"), "digest does not fit"),
        (lambda raw: raw["actions"][0].update(after=None), "actions[1].after should be null"),
        (lambda raw: raw["actions"][0].update(verb="remove"), "actions[1].after should be null"),
        (lambda raw: raw.update(pins=[{"person": "p1"}]), "pins[1].photo is missing"),
        (lambda raw: raw["actions"][0].update(name="\ud800"), "actions[1].name has half a char"),
        (lambda raw: raw.update(warnings=["\udfff"]), "warnings has half a character"),
        (lambda raw: raw.update(warnings=[1]), "warnings should be a list of texts"),
        (lambda raw: raw.update(left=[LEFT | {"call": "burn"}]), 'left[1].call has no "burn"'),
        (lambda raw: raw.update(left=[LEFT]), "digest does not fit"),
        (lambda raw: raw.update(reasons=[REASON]), "digest does not fit"),
        (lambda raw: raw.update(reasons=[REASON | {"people": "1"}]), "reasons[1].people should be"),
    ],
)
def test_an_altered_plan_is_refused_by_name(tmp_path: Path, alter: Any, names: str) -> None:
    """File, place and remedy: whoever edited it finds the spot."""
    raw = PLAN.as_json()
    alter(raw)
    (tmp_path / "plan.json").write_text(json.dumps(raw))

    with pytest.raises(BadDocument) as refused:
        load_plan(tmp_path / "plan.json")

    assert names in str(refused.value)
    assert str(refused.value).startswith("plan.json: ")


@pytest.mark.parametrize("text", ["", "[1]", "{", "\x00", "[" * 200_000])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    """Any other file is no plan."""
    (tmp_path / "plan.json").write_text(text)

    with pytest.raises(BadDocument):
        load_plan(tmp_path / "plan.json")


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
actions = st.builds(
    Action,
    texts,
    texts,
    texts,
    texts,
    st.just(Verb.WRITE),
    st.none() | texts,
    texts,
    st.none() | texts,
    texts,
) | st.builds(
    Action,
    texts,
    texts,
    texts,
    texts,
    st.just(Verb.REMOVE),
    st.none() | texts,
    st.none(),
    st.none() | texts,
    texts,
)
holds = st.builds(Hold, texts, st.none() | texts, texts)
calls = st.sampled_from(LEAVING)
left = st.builds(Left, texts, texts, calls, texts)
causes = st.builds(Cause, texts | st.just(""), calls, texts, st.integers(1, 10**9))


@given(
    st.lists(actions, max_size=3),
    st.lists(holds, max_size=2),
    st.sampled_from(["apply", "undo"]),
    st.lists(texts, max_size=2),
    st.lists(left, max_size=2),
    st.lists(causes, max_size=2),
)
def test_any_plan_survives_its_document(
    actions: list[Action],
    pins: list[Hold],
    verb: str,
    warnings: list[str],
    left: list[Left],
    causes: list[Cause],
) -> None:
    """Whatever the names and keys look like."""
    plan = Plan(
        "Contoso",
        NOON,
        tuple(actions),
        tuple(pins),
        verb,
        tuple(warnings),
        left=tuple(left),
        causes=tuple(causes),
    )

    document = "\n".join(plan.as_text())

    assert parse_plan(document, "plan.json") == plan
    assert document == json.dumps(plan.as_json(), indent=2, ensure_ascii=False)
