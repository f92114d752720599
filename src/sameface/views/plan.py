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


def plan_page(
    organisation: str,
    people: Sequence[Changes],
    warnings: Sequence[str],
    thumbnails: Mapping[str, bytes],
    *,
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
        writes=sum(len(person.changes) for person in people),
        when=when,
        digest=digest,
    )
