"""A scenario over time: the bars say what the looks saw."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from tests.rules.kit import FILES

from sameface.rules.scenarios import Scenario, parse_scenario, run_scenario
from sameface.rules.timeline import timeline


def scenario(file: Path) -> Scenario:
    return parse_scenario(file.read_text(), file.name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_track_shows_what_was_seen(file: Path) -> None:
    """At its moment every look of the scenario saw what its track shows, or a copy made by it."""
    told = timeline(scenario(file))
    tracks = {(t.viewer, t.surface, t.person): t for t in told.tracks}

    at = [told.scenario.start + step.at for step in told.scenario.steps]
    for s in (look.sighting for look in run_scenario(scenario(file)).looks):
        track = tracks.get((s.viewer, s.surface, s.person)) or tracks[None, s.surface, s.person]
        assert s.at in track.looks
        if at.count(s.at) == 1:
            assert s.photos in [p.photos for p in track.spans if p.begin <= s.at <= p.end]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_spans_cover_all_the_time_without_a_gap(file: Path) -> None:
    """Each track runs from the start to the end, and no two neighbours show the same."""
    told = timeline(scenario(file))

    for track in told.tracks:
        assert track.spans[0].begin == told.scenario.start
        assert track.spans[-1].end == told.end
        for one, following in pairwise(track.spans):
            assert one.end == following.begin
            assert one.photos != following.photos
