"""The cast: two dozen people whose photos disagree in every way the seed names."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sameface.rules import load_rulebook
from sameface.tenant.album import Album
from sameface.tenant.cast import SPAN, STORIES, members, settle
from sameface.tenant.organisation import Organisation
from sameface.values import STORES

BOOK = load_rulebook("office365-2014")
START = datetime(2014, 3, 3, 9, tzinfo=UTC)
Photos = tuple[str | None, ...]


def organisation(folder: Path, people: int, seed: int = 1) -> Organisation:
    there = Organisation(BOOK, START, Album(seed, folder))
    settle(there, people, seed)
    return there


def photos(there: Organisation) -> dict[str, Photos]:
    """What every store holds for everybody, by name."""
    return {m.id: tuple(there.held(m.id, s).photo() for s in STORES) for m in there.members}


def test_some_agree_and_most_do_not(tmp_path: Path) -> None:
    """Photos differ between stores in many ways: each of these is somebody (seed)."""
    told = Counter(photos(organisation(tmp_path, 24)).values())

    # Active Directory, Entra ID, Exchange, SharePoint, Yammer
    assert told["A", "A", "A", "A", "A"] >= 4
    assert told["A", "A", "B", "A", "A"] >= 4  # changed in Outlook or Lync: SharePoint is old
    assert told["A", "A", "B", "B", "A"] >= 2  # and where SharePoint followed
    assert told["A", "A", "A", "A", "B"] == 1  # another in Yammer
    assert told["A", "A", "A", "A", None] == 2  # none in Yammer; the first one from AD
    assert told[None, None, None, None, None] == 1
    assert told["A", "A", None, "A", "A"] == 1  # removed; SharePoint keeps it
    assert told["A", "A", None, None, None] == 1  # too large for Exchange
    assert told["B", "B", "A", "A", "A"] == 1  # the second time, which Exchange ignores
    assert len(told) >= 10


@pytest.mark.parametrize("seed", [2, 3])
def test_another_seed_deals_other_stories(tmp_path: Path, seed: int) -> None:
    """The same people, the same stories, dealt to others; the same seed deals the same."""
    one, other = organisation(tmp_path / "1", 24), organisation(tmp_path / "2", 24, seed)
    again = organisation(tmp_path / "3", 24, seed)

    assert photos(one).keys() == photos(other).keys()
    assert Counter(photos(one).values()) == Counter(photos(other).values())
    assert photos(one) != photos(other) == photos(again)


def test_every_story_happens_and_is_over_when_the_tenant_opens() -> None:
    """There are as many stories as people in the cast, each within the days before."""
    assert len(STORIES) == 24
    assert all(timedelta(hours=b.hour) < SPAN for story in STORIES for b in story.beats)
    assert len({story.title for story in STORIES}) == 24


@pytest.mark.parametrize("people", [0, 1, 3, 24, 25, 2000])
def test_any_number_of_people_have_names_of_their_own(tmp_path: Path, people: int) -> None:
    """Ids, addresses and SharePoint's file names are nobody else's."""
    told = list(members(people))

    assert len(told) == people
    for ids in ([m.id for m in told], [m.mail for m in told], [m.prefix for m in told]):
        assert len(set(ids)) == people
        assert all(one.isascii() for one in ids)


def test_ten_thousand_people_are_there_in_seconds(tmp_path: Path) -> None:
    """Nothing is drawn before somebody asks for it."""
    began = time.process_time()
    there = organisation(tmp_path, 10_000)

    assert len(there.members) == 10_000
    assert time.process_time() - began < 10
    assert list(tmp_path.iterdir()) == []
