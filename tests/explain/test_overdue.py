"""Overdue: told only where the observed times leave no other explanation, with rule and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.explain.test_explaining import ALICE, BOOK

from sameface.explain import Explainer, Subject
from sameface.explain.status import row
from sameface.rules import Rulebook
from sameface.rules.world import START
from sameface.values import Cell, Ends, Mark, Standing

NOW = START + timedelta(days=10)
CHANGED = START + timedelta(days=5)
BEFORE = START + timedelta(days=1)
STORES = frozenset({"active-directory", "entra-id"})


def cell(store: str, photo: str | None, changed: tuple[int, int] | None = None) -> Cell:
    after, by = (START + timedelta(days=day) for day in changed) if changed else (None, None)
    standing = Standing.PHOTO if photo else Standing.NEVER
    return Cell(store, standing, NOW, photo, changed_after=after, changed_by=by)


NEWER_IN_AD = (cell("active-directory", "B", (4, 5)), cell("entra-id", "A", (0, 1)))


def about(
    *cells: Cell, book: Rulebook = BOOK, options: Mapping[str, bool] | None = None
) -> Explainer:
    subject = Subject(ALICE, cells, "B", STORES | {c.store for c in cells}, options or {})
    return Explainer(subject, book, NOW)


def test_a_cycle_that_should_have_run_is_told_with_rule_and_time() -> None:
    """AD has had the photo since day 5, DirSync runs every 3 h, and Azure AD is unchanged."""
    line = row(about(*NEWER_IN_AD))

    (late,) = line.overdue
    assert late.rule == "routes/ad-to-azure-ad"
    assert late.at == CHANGED + timedelta(hours=3)
    assert late.mark is Mark.DEDUCED
    assert late.text.startswith("Overdue since Sat 8 Mar 12:00, rule ad-to-azure-ad: photo B")
    assert line.as_json()["overdue"][0]["rule"] == "routes/ad-to-azure-ad"


def test_a_surface_behind_it_says_overdue_instead_of_guessing() -> None:
    """Nobody can say until when: the reason names the route, and the until is unknown."""
    nothing = cell("exchange", None)
    subject = (cell("active-directory", "B", (0, 1)), cell("entra-id", "B", (0, 1)), nothing)

    route = replace(BOOK.routes["azure-ad-to-exchange"], max_bytes=None)
    book = replace(BOOK, routes={**BOOK.routes, route.id: route})

    told = about(*subject, book=book).explain("outlook-online-mail")

    assert told.until.kind is Ends.UNKNOWN
    assert "overdue since" in told.until.text
    assert any(reason.rule == "routes/azure-ad-to-exchange" for reason in told.because)
    assert any("assumed" in reason.text for reason in told.because)


@pytest.mark.parametrize(
    "cells",
    [
        (NEWER_IN_AD[0], replace(NEWER_IN_AD[1], changed_by=NOW)),
        (NEWER_IN_AD[0], replace(NEWER_IN_AD[1], changed_by=None, changed_after=None)),
        (replace(NEWER_IN_AD[0], changed_by=None), NEWER_IN_AD[1]),
        (replace(NEWER_IN_AD[0], changed_by=NOW - timedelta(hours=2)), NEWER_IN_AD[1]),
        (NEWER_IN_AD[0], replace(NEWER_IN_AD[1], photo="B")),
    ],
    ids=["changed since", "change unknown", "origin unknown", "not due yet", "carried"],
)
def test_what_another_history_explains_is_not_overdue(cells: tuple[Cell, Cell]) -> None:
    """A target that may have changed later, a time unknown, a cycle to come: nothing is said."""
    assert about(*cells).overdue() == ()


def test_a_route_that_is_switched_off_is_not_overdue() -> None:
    """Where DirSync carries no thumbnails, nothing was to be expected."""
    assert about(*NEWER_IN_AD, options={"dirsync-thumbnails": False}).overdue() == ()


def test_a_route_with_a_byte_limit_may_have_refused_what_nobody_has_measured() -> None:
    """How large the photo is in Azure AD is not told, so that Exchange may never have taken it."""
    assert about(cell("entra-id", "B", (0, 1)), cell("exchange", None)).overdue() == ()


def test_a_route_that_fills_once_is_not_expected_to_fill_what_may_have_been_removed() -> None:
    """`No photo` that may be a deleted one is left alone by a route of the first time only."""
    empty = replace(cell("exchange", None, (0, 1)), standing=Standing.NONE)

    route = replace(BOOK.routes["azure-ad-to-exchange"], max_bytes=None)
    book = replace(BOOK, routes={**BOOK.routes, route.id: route})

    assert about(cell("entra-id", "B", (4, 5)), empty, book=book).overdue() == ()
