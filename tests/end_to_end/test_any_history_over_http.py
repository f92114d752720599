"""Any history, driven over HTTP against the tenant, gives the sightings that the rules give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.end_to_end.kit import tenant
from tests.rules.kit import BOOKS
from tests.rules.test_until import PEOPLE, histories

from sameface.rules import Event, Photo, World
from sameface.rules.steps import FIELDS, LOOK, PAGES
from sameface.values import Sighting, iso

few = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
JSON = {"Accept": "application/json"}


@dataclass
class Twins:
    """A tenant in a process of its own, and the interpreter beside it: both live the same."""

    http: httpx.Client
    world: World
    names: dict[str, str]
    troupe: Iterator[int]

    def people(self, *, has_photo: bool) -> dict[str, str]:
        """A new Alice, with a photo or without, and a new Bob: their ids by who they play."""
        number = next(self.troupe)
        ids = {who: f"{who}{number}" for who in PEOPLE}
        for who, person in ids.items():
            photo = {"photo": "A"} if has_photo or who == "bob" else {}
            self._post("people", {"id": person, "name": person, **photo})
            self.names[person] = person
            self.world.add(person, Photo("A") if photo else None)
        return ids

    def advance(self, seconds: int) -> None:
        self._post("clock", {"advance": f"{seconds}s"})
        self.world.advance(self.world.now + timedelta(seconds=seconds))

    def do(self, event: Event) -> tuple[Any, Any]:
        """What the tenant answers, and what the interpreter says, of the same step."""
        answer = self._post("events", step(event))
        if event.verb == LOOK:
            return told(answer), by_rules(
                self.world.look(event.viewer, event.surface or "", event.person or "")
            )
        refusals = self.world.do(event).refusals
        rules = [{"rule": r.rule, "at": iso(r.at), "text": r.text} for r in refusals]
        return answer["refusals"], rules

    def peek(self, viewer: str | None, surface: str, person: str) -> tuple[Any, Any]:
        """The same for a look that touches nothing."""
        query = {"peek": "1", **({"viewer": viewer} if viewer else {})}
        answer = self.http.get(f"surfaces/{surface}/{person}", params=query, headers=JSON)
        assert answer.status_code == 200, answer.text
        return told(answer.json()), by_rules(self.world.peek(viewer, surface, person))

    def _post(self, page: str, order: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(page, json=order)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())


@pytest.fixture(scope="module", params=BOOKS, ids=lambda book: book.id)
def twins(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One tenant per era, without people at first, whose clock stands between steps."""
    book, folder = request.param, Path(tmp_path_factory.mktemp("history"))
    with tenant(folder, "--rulebook", book.id, people=0) as started:
        started.post("clock", running=False)
        clock = started.get("clock")
        names: dict[str, str] = {}
        world = World(book, datetime.fromisoformat(clock["opened"]), names=names)
        world.advance(datetime.fromisoformat(clock["now"]))
        with httpx.Client(base_url=f"{started.url}/_tenant/", trust_env=False) as http:
            yield Twins(http, world, names, count())


def step(event: Event) -> dict[str, Any]:
    """An event as a scenario's step has it, without its time."""
    said: dict[str, Any] = {
        "person": event.person,
        "viewer": event.viewer,
        "channel": event.channel,
        "photo": event.photo.name if event.photo else None,
        "bytes": event.photo.size_bytes if event.photo else None,
        "surface": event.surface,
        "client": event.client,
        "process": event.process,
        "option": event.option,
        "value": event.value,
        "page": PAGES[0],
    }
    fields = [name for name in FIELDS[event.verb] if said.get(name) is not None]
    return {"do": event.verb, **{name: said[name] for name in fields}}


def told(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: answer[key] for key in ("at", "sees", "because", "until")}


def by_rules(seen: Sighting) -> dict[str, Any]:
    return {
        "at": iso(seen.at),
        "sees": ["none" if name is None else name for name in seen.photos],
        "because": [reason.as_json() for reason in seen.because],
        "until": seen.until.as_json(),
    }


@few
@given(data=st.data(), has_photo=st.booleans())
def test_the_tenant_shows_and_says_what_the_rules_do(
    twins: Twins, data: st.DataObject, has_photo: bool
) -> None:
    """Photos, reasons, untils and refusals agree after every step, and on every surface at last."""
    history, ids = data.draw(histories(twins.world.book)), twins.people(has_photo=has_photo)
    for pause, event in history:
        twins.advance(pause)
        person, viewer = ids.get(event.person or ""), ids.get(event.viewer or "")
        answered, ruled = twins.do(replace(event, person=person, viewer=viewer))
        assert answered == ruled
    for surface in twins.world.book.surfaces:
        for viewer in (None, ids["bob"]):
            answered, ruled = twins.peek(viewer, surface, ids["alice"])
            assert answered == ruled
