"""Who may do what: the table of routes, walked as every role; and that a change was meant."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.console.kit import ALICE, BOB, Desk, client

from sameface.console.roles import (
    ADMINISTRATORS,
    AUDITORS,
    EVERYBODY,
    HELPERS,
    STAFF,
    Role,
)
from sameface.console.ways import TABLE

EXAMPLES = {
    "person": ALICE,
    "plan": "0" * 64,
    "run": "20261123-090000-0000",
    "job": "none",
    "upload": "none",
    "version": "0" * 64,
    "ending": "jpg",
    "hashed": "0" * 64,
}
CASES = [(way, path) for way in TABLE for path in way.paths]

OPEN_TO = {
    None: "enter sign-in signed-in",
    EVERYBODY: "sign-out map map-picture mine upload crop upload-picture use places photo version "
    "avatar openapi",
    STAFF: "people person explain what-if person-map plans plan runs run job job-events conflicts "
    "approvals approval-picture",
    HELPERS: "sync-person restore unpin make-plan apply look approve",
    AUDITORS: "audit verify",
    ADMINISTRATORS: "undo sync settle",
}
"""Every way by its name, once more and by hand: a new one has to be named here too."""


def filled(path: str) -> str:
    """That path with something in place of each unknown."""
    return re.sub(r"\{(\w+)\}", lambda found: EXAMPLES[found[1]], path)


@pytest.mark.parametrize("role", Role)
async def test_a_way_is_open_to_the_roles_of_its_row(desk: Desk, role: Role) -> None:
    """Every route answers 403 to every role that its row does not name, and to no other."""
    desk.sign_in(role, BOB)
    token = {"X-CSRF-Token": await desk.csrf()}
    wrong = []
    for way, path in CASES:
        if way.name == "sign-out":  # open to everybody, and the end of the walk
            continue
        headers = token if way.method == "POST" else {}
        answer = await desk.http.request(way.method, filled(path), headers=headers)
        allowed = way.may is None or role in way.may
        away = path == "/" and answer.headers.get("location") == "/mine"
        refused = answer.status_code == 403 and way.may is not None
        if (not refused and not away) != allowed:
            wrong.append((way.method, path, answer.status_code))

    assert wrong == []
    assert (await desk.http.post("/sign-out", headers=token)).status_code != 403
    assert (await desk.http.get("/mine")).status_code == 401


async def test_no_way_is_open_to_nobody(desk: Desk) -> None:
    """Without a session every route answers 401, but for the three by which one is begun."""
    async with client(desk.console) as stranger:
        open_to = [
            (way.method, path)
            for way, path in CASES
            if (await stranger.request(way.method, filled(path))).status_code != 401
        ]

    assert open_to == [("GET", "/enter"), ("GET", "/sign-in"), ("GET", "/signed-in")]


async def test_every_route_is_in_the_table(desk: Desk) -> None:
    """What the application answers is what the table says: no route stands beside it."""
    app = desk.console.app._app  # type: ignore[attr-defined]
    served = {route.path for route in app.routes} - {"/static"}

    assert served == {path for _, path in CASES}


def test_every_way_is_named_with_those_it_is_open_to() -> None:
    """Nothing is added to the table, or opened to somebody else, without being named twice."""
    said = {name: may for may, names in OPEN_TO.items() for name in names.split()}

    assert {way.name: way.may for way in TABLE} == said
    assert len(TABLE) == len(said)


def test_an_auditor_changes_nothing_but_their_own_photo() -> None:
    """Of all that changes something, an auditor may do what everybody may for themselves."""
    changing = [way for way in TABLE if way.method == "POST"]

    assert [w.name for w in changing if w.may != EVERYBODY and Role.AUDITOR in (w.may or ())] == []


async def test_a_change_must_come_from_our_own_page(desk: Desk) -> None:
    """Without the page's token, with another session's, or from another origin: refused."""
    await desk.observe()
    mine = await desk.csrf()
    theirs_desk = Desk(desk.office, desk.console, desk.http)
    theirs_desk.sign_in(Role.ADMINISTRATOR)
    theirs = await theirs_desk.csrf()
    path = f"/people/{ALICE}/sync"

    for form in ({}, {"csrf": ""}, {"csrf": theirs}, {"csrf": mine[:-1]}):
        assert (await desk.http.post(path, data=form)).status_code == 403
    elsewhere = {"Origin": "https://evil.example"}
    foreign = await desk.http.post(path, data={"csrf": mine}, headers=elsewhere)
    assert foreign.status_code == 403
    here = {"Origin": "http://localhost:8370"}
    assert (await desk.http.post(path, data={"csrf": mine}, headers=here)).status_code == 303


async def test_who_asks_too_often_waits(desk: Desk) -> None:
    """Sixty changes at once, then one a second: 429 says how long, and time heals it."""
    desk.sign_in(Role.HELP_DESK)
    token = {"X-CSRF-Token": await desk.csrf()}

    statuses = [
        (await desk.http.post("/api/people/nobody/unpin", headers=token)).status_code
        for _ in range(61)
    ]
    refused = await desk.http.post("/api/people/nobody/unpin", headers=token)
    desk.office.clock.advance(timedelta(seconds=int(refused.headers["retry-after"])))
    later = await desk.http.post("/api/people/nobody/unpin", headers=token)

    assert statuses == [404] * 60 + [429]
    assert later.status_code == 404


async def test_guessing_links_is_slow(desk: Desk) -> None:
    """Twenty tries at the one-time link from one address, one of them ours; then ten a minute."""
    async with client(desk.console) as stranger:
        statuses = [(await stranger.get("/enter?token=guessed")).status_code for _ in range(20)]

    assert statuses == [403] * 19 + [429]


async def test_a_long_request_is_cut_off(desk: Desk) -> None:
    """A form beyond 64 kB is refused by what it says of itself, and by what it sends."""
    token = {"X-CSRF-Token": await desk.csrf()}
    path, long = f"/api/people/{ALICE}/restore", b'{"version":"' + b"a" * 70_000 + b'"}'

    async def in_pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(long), 4096):
            yield long[at : at + 4096]

    told = await desk.http.post(path, content=long, headers=token)
    streamed = await desk.http.post(path, content=in_pieces(), headers=token)

    assert (told.status_code, streamed.status_code) == (413, 413)


async def test_nothing_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """No request leaves a name, an address or a photo in a log."""
    caplog.set_level("INFO")
    await desk.observe()
    await desk.get(f"/people/{ALICE}")
    await desk.get("/people/nobody@contoso.test", 404)
    await desk.post(f"/people/{ALICE}/sync")

    said = caplog.text.lower()
    assert "alice" not in said
    assert "contoso" not in said
