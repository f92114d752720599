"""A plan with its pictures before and after, as one HTML file that needs no server."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


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
    names = {one: f"p{number}" for number, one in enumerate(thumbnails)}
    return _template().render(
        organisation=organisation,
        people=people,
        warnings=warnings,
        names=names,
        pictures={names[one]: _uri(data) for one, data in thumbnails.items()},
        writes=sum(len(person.changes) for person in people),
        when=when,
        digest=digest,
    )


def _uri(data: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("sameface.views"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("plan.html")
