"""A plan with its pictures before and after, as one HTML file that needs no server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sameface.views.sheet import sheet


@dataclass(frozen=True, slots=True)
class Change:
    """One action: where, what is shown before and after (digests; None: no photo), and why."""

    store: str
    verb: str
    before: str | None
    after: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a plan does about one person; `name` is their UPN."""

    name: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Kept:
    """Stores that the plan leaves as they are, for one reason: of how many `people`, and the
    `names` (UPNs) of those it lists. `call` is a `Call`; without a `store` it is of several."""

    call: str
    store: str
    because: str
    people: int
    names: Sequence[str]


_CALLS = {
    "unknown": "Could not be observed",
    "ask": "Somebody has to say what is right",
    "by hand": "Somebody has to change it there",
    "leave": "Left as it is",
}


def plan_page(
    organisation: str,
    people: Sequence[Changes],
    warnings: Sequence[str],
    thumbnails: Mapping[str, bytes],
    *,
    left: Sequence[Kept] = (),
    when: str,
    digest: str,
) -> str:
    """The page. `thumbnails` are small JPEGs by digest, each put into the page once; `digest` is
    the plan's, so that a reader can tell which plan they look at."""
    return sheet(
        "plan.html",
        thumbnails,
        organisation=organisation,
        people=people,
        warnings=warnings,
        left=[(title, of) for call, title in _CALLS.items() if (of := _calling(call, left))],
        writes=sum(len(person.changes) for person in people),
        when=when,
        digest=digest,
    )


def _calling(call: str, left: Sequence[Kept]) -> list[Kept]:
    return [one for one in left if one.call == call]
