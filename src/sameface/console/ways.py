"""The one table of routes: each address, who may use it, and what it does. Everything else obeys.

`app` makes the routes of it, `answering` asks it who may, `openapi` describes it, and a test walks
it as every role. A way with two paths is a page and the same as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

from sameface.console.limits import Kind
from sameface.console.roles import (
    ADMINISTRATORS,
    AUDITORS,
    EVERYBODY,
    HELPERS,
    STAFF,
    Role,
)
from sameface.pictures import LIMITS

_FORM_BYTES = 64 * 1024
_UPLOAD_BYTES = LIMITS.size_bytes + _FORM_BYTES


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be asked for. `may` None: it needs no session.

    `query` and `takes` name parameters and a body in `schemas`, `gives` what is answered as JSON.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    may: frozenset[Role] | None
    does: str
    kind: Kind = Kind.READ
    query: tuple[str, ...] = ()
    takes: str = ""
    gives: str = ""

    @property
    def most_bytes(self) -> int:
        """How large a request may be."""
        return _UPLOAD_BYTES if self.kind is Kind.UPLOAD else _FORM_BYTES


def _get(
    name: str,
    paths: tuple[str, ...],
    may: frozenset[Role] | None,
    does: str,
    *query: str,
    gives: str = "",
) -> Way:
    return Way(name, "GET", paths, may, does, query=query, gives=gives)


def _post(
    name: str,
    paths: tuple[str, ...],
    may: frozenset[Role],
    does: str,
    *,
    takes: str = "",
    gives: str,
) -> Way:
    return Way(name, "POST", paths, may, does, Kind.CHANGE, takes=takes, gives=gives)


def _picture(name: str, path: str, may: frozenset[Role], does: str, *query: str) -> Way:
    return Way(name, "GET", (path,), may, does, Kind.PICTURE, query)


def _both(path: str) -> tuple[str, str]:
    return path, f"/api{path}"


TABLE = (
    # Signing in and out
    Way("enter", "GET", ("/enter",), None, "Open the one-time link.", Kind.SIGN_IN),
    Way("sign-in", "GET", ("/sign-in",), None, "Go to the provider.", Kind.SIGN_IN),
    Way("signed-in", "GET", ("/signed-in",), None, "Come back from it.", Kind.SIGN_IN),
    _post("sign-out", ("/sign-out",), EVERYBODY, "End the session.", gives=""),
    # Looking
    _get("people", ("/", "/api/people"), STAFF, "How everybody stands.",
         "q", "show", "group", "page", gives="People"),
    _get("person", _both("/people/{person}"), STAFF, "One person: what, why, until when.",
         gives="Person"),
    _get("explain", ("/api/people/{person}/explain",), STAFF,
         "Why a surface shows what it shows, and until when.", "surface", "viewer",
         gives="Explained"),
    _get("what-if", _both("/people/{person}/if"), STAFF,
         "Every surface before and after something happens.", "do", "viewer", gives="WhatIf"),
    _get("person-map", ("/people/{person}/map.svg",), STAFF, "Their photos on the map."),
    _get("map", ("/map",), EVERYBODY, "The rulebook drawn."),
    _get("map-picture", ("/map.svg",), EVERYBODY, "The drawing."),
    # Acting for one person: each gives a plan that writes nothing yet
    _post("sync-person", _both("/people/{person}/sync"), HELPERS,
          "Observe this person, and plan what brings them into line.", gives="Plan"),
    _post("restore", _both("/people/{person}/restore"), HELPERS,
          "Plan to put one version back everywhere, and pin it.", takes="Restore", gives="Plan"),
    _post("unpin", _both("/people/{person}/unpin"), HELPERS,
          "Let the authority decide again.", gives="Unpinned"),
    # Plans and runs
    _get("plans", _both("/plans"), STAFF, "Plans that wait for approval.", gives="Plans"),
    _post("make-plan", _both("/plans"), HELPERS,
          "Observe everybody, and plan what a sync would write.", gives="Job"),
    _get("plan", _both("/plans/{plan}"), STAFF, "One plan, with before and after.", "page",
         gives="Plan"),
    _post("apply", _both("/plans/{plan}/apply"), HELPERS,
          "Do exactly this. A plan about more than one person takes an administrator.",
          gives="Job"),
    _get("runs", _both("/runs"), STAFF, "What was done, the newest first.", gives="Runs"),
    _get("run", _both("/runs/{run}"), STAFF, "One run, with its receipts.", "page", gives="Run"),
    _post("undo", _both("/runs/{run}/undo"), ADMINISTRATORS,
          "Plan to put back what a run changed.", gives="Plan"),
    _post("look", _both("/look"), HELPERS, "Observe everybody; write nothing.", gives="Job"),
    _post("sync", ("/api/sync",), ADMINISTRATORS, "Observe everybody, and make what differs agree.",
          gives="Job"),
    _get("job", _both("/jobs/{job}"), STAFF, "Something under way, and what came of it.",
         gives="Job"),
    _get("job-events", ("/api/jobs/{job}/events",), STAFF,
         "The same as server-sent events, until it ends."),
    # Deciding
    _get("conflicts", _both("/conflicts"), STAFF, "What somebody has to decide.", "page",
         gives="Conflicts"),
    _post("settle", _both("/conflicts/accounts"), ADMINISTRATORS,
          "Say whose a doubtful account is.", takes="Settle", gives="Settled"),
    _get("audit", _both("/audit"), AUDITORS, "The journal, page by page.", "after", gives="Audit"),
    _get("verify", _both("/audit/verify"), AUDITORS,
         "Whether the journal is whole, since the seal that was noted.", "seal", gives="Whole"),
    # One's own photo
    _get("mine", _both("/mine"), EVERYBODY, "One's own photo, and where it is shown.", "person",
         gives="Mine"),
    Way("upload", "POST", _both("/mine/photo"), EVERYBODY,
        "Hand in a picture; it is looked at, and used for nothing yet.", Kind.UPLOAD,
        query=("person",), takes="Picture", gives="Upload"),
    _picture("upload-picture", "/mine/uploads/{upload}.jpg", EVERYBODY, "It, small.",
             "turn", "left", "top", "side", "s"),
    _get("crop", ("/mine/uploads/{upload}",), EVERYBODY, "Turn and crop what was handed in."),
    _post("use", _both("/mine/uploads/{upload}"), EVERYBODY,
          "Use it so: at once, or when a second person has agreed.", takes="Frame", gives="Used"),
    _post("places", _both("/mine/places"), EVERYBODY, "Choose where one's photo may be shown.",
          takes="Places", gives="Mine"),
    _get("approvals", _both("/approvals"), STAFF, "Photos that wait for a second person.",
         gives="Approvals"),
    _picture("approval-picture", "/approvals/{upload}.jpg", STAFF, "One of them."),
    _post("approve", _both("/approvals/{upload}"), HELPERS,
          "Agree to somebody else's photo, or refuse it and say why.", takes="Judgement",
          gives="Used"),
    # Pictures
    _picture("photo", "/photo/{person}", EVERYBODY, "The photo to show now.", "s", "d", "key"),
    _picture("version", "/photo/{person}/{version}.{ending}", EVERYBODY,
             "One version, which never changes.", "s"),
    _picture("avatar", "/avatar/{hashed}", EVERYBODY, "As Libravatar and Gravatar ask.",
             "s", "d", "f"),
    # What all of this is
    _get("openapi", ("/api/openapi.json",), EVERYBODY, "This description.", gives="OpenApi"),
)  # fmt: skip
"""Every way there is."""
