"""Shapes of what the API takes and gives, in JSON Schema."""

from __future__ import annotations

from typing import Any

from sameface.console.memory import FILTERS

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_MAYBE_COUNT: dict[str, Any] = {"type": ["integer", "null"]}
_FLAG: dict[str, Any] = {"type": "boolean"}
_ANY: dict[str, Any] = {}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _object(*optional: str, **fields: dict[str, Any]) -> dict[str, Any]:
    needed = [name for name in fields if name not in optional]
    return {"type": "object", "required": needed, "properties": fields}


_COUNTS = {"type": "object", "additionalProperties": _COUNT}
_FLAGS = {"type": "object", "additionalProperties": _FLAG}
_ERROR = _object(code=_TEXT, text=_TEXT)
_ACTION = _object(
    person=_TEXT, name=_TEXT, store=_TEXT, account=_TEXT, verb={"enum": ["write", "remove"]},
    before=_MAYBE, after=_MAYBE, expected=_MAYBE, because=_TEXT,
)  # fmt: skip
_RUN = {"id": _TEXT, "verb": _TEXT, "began": _TEXT, "ended": _MAYBE, "exit": _MAYBE_COUNT,
        "results": _COUNTS}  # fmt: skip
_RECEIPT = _object(
    person=_MAYBE, store=_TEXT, verb=_TEXT, before=_MAYBE, after=_MAYBE, because=_TEXT,
    outcome=_MAYBE, intended=_TEXT, settled=_MAYBE, change_key=_MAYBE, error=_MAYBE,
)  # fmt: skip

SCHEMAS: dict[str, dict[str, Any]] = {
    "People": _object(
        organisation=_TEXT, rulebook=_TEXT, sentence=_TEXT, people=_COUNT, stands=_COUNTS,
        observed=_object(oldest=_MAYBE, newest=_MAYBE), whole=_FLAG, found=_COUNT, page=_COUNT,
        pages=_COUNT, rows=_list(_object(
            id=_TEXT, person=_TEXT, name=_TEXT, stands=_TEXT, observed=_MAYBE,
            photos={"type": "object"}, wanted=_MAYBE, stores=_list(_ANY), surfaces=_list(_ANY),
        )),
    ),
    "Person": _object(
        id=_TEXT, person=_TEXT, name=_TEXT, stands=_TEXT, because=_TEXT, observed=_MAYBE,
        wanted=_MAYBE, agrees=_FLAG, letters={"type": "object"}, stores=_list(_ANY),
        surfaces=_list(_ANY), calls=_list(_object(store=_TEXT, calls_for=_TEXT, because=_TEXT)),
        versions=_list(_object(digest=_TEXT, photo=_TEXT, origin=_TEXT, first_seen=_TEXT)),
        journal=_list(_ANY), ticket=_TEXT, photo=_object(path=_TEXT, signed=_TEXT),
    ),
    "Explained": _object(person=_TEXT, name=_TEXT, photos={"type": "object"},
                         surfaces=_list(_ANY), ticket=_list(_TEXT)),
    "WhatIf": _object(**{"person": _TEXT, "if": _list(_TEXT), "at": _TEXT,
                         "surfaces": _list(_object(surface=_TEXT, before=_list(_TEXT),
                                                   after=_list(_TEXT), until=_ANY)),
                         "refused": _list(_ANY)}),
    "Plan": _object(
        "verb", "pins", "warnings", "reasons", organisation=_TEXT, made_at=_TEXT, digest=_TEXT,
        actions=_list(_ACTION), verb=_TEXT, pins=_list(_ANY), warnings=_list(_TEXT), people=_COUNT,
        left=_list(_object(person=_TEXT, store=_TEXT, call=_TEXT, why=_TEXT)),
        reasons=_list(_object(store=_TEXT, call=_TEXT, why=_TEXT, people=_COUNT)),
    ),
    "Plans": _object(plans=_list(_object(digest=_TEXT, verb=_TEXT, made_at=_TEXT, actions=_COUNT,
                                         people=_COUNT))),
    "Job": _object(
        id=_TEXT, verb=_TEXT, began=_TEXT, ended=_MAYBE, done=_COUNT, total=_MAYBE_COUNT,
        store=_TEXT, came=_COUNTS, lines=_list(_ANY), plan=_MAYBE, run=_MAYBE, exit=_MAYBE_COUNT,
        people=_MAYBE_COUNT, agreeing=_MAYBE_COUNT, failures=_list(_ERROR),
        error={"anyOf": [_ERROR, {"type": "null"}]},
    ),
    "Runs": _object(runs=_list(_object(**_RUN))),
    "Run": _object(**_RUN, page=_COUNT, receipts=_list(_RECEIPT)),
    "Unpinned": _object(unpinned=_FLAG),
    "Conflicts": _object(
        found=_COUNT, page=_COUNT,
        conflicts=_list(_object(person=_TEXT, name=_TEXT, because=_TEXT, sides=_list(
            _object(version=_TEXT, stores=_list(_TEXT), since=_MAYBE)))),
        doubts=_list(_object(store=_TEXT, ref=_TEXT, name=_TEXT, why=_TEXT, people=_list(_TEXT))),
    ),
    "Settled": _object(person=_TEXT, store=_TEXT),
    "Audit": _object(last=_COUNT, after=_COUNT, entries=_list(_object(
        seq=_COUNT, at=_TEXT, what=_TEXT, run=_MAYBE, person=_MAYBE, store=_MAYBE, before=_MAYBE,
        after=_MAYBE, why=_TEXT, seal=_TEXT))),
    "Whole": _object(ok=_FLAG, entries=_COUNT, seal=_TEXT, broken=_MAYBE_COUNT, why=_MAYBE),
    "Mine": _object(person=_TEXT, name=_TEXT, places=_FLAGS,
                    handed_in=_list(_object(id=_TEXT, at=_TEXT, state=_TEXT, why=_MAYBE))),
    "Upload": _object(upload=_TEXT, width=_COUNT, height=_COUNT, frame=_object(
        turn=_COUNT, left={"type": "number"}, top={"type": "number"}, side={"type": "number"}),
        remarks=_list(_ERROR)),
    "Used": _object(state=_TEXT, job=_MAYBE),
    "Approvals": _object(approvals=_list(_object(id=_TEXT, person=_TEXT, by=_TEXT, at=_TEXT))),
    "OpenApi": _object(openapi=_TEXT, paths={"type": "object"}),
}  # fmt: skip
"""What is given."""


def _closed(*optional: str, **fields: dict[str, Any]) -> dict[str, Any]:
    return _object(*optional, **fields) | {"additionalProperties": False}


_NAME = {"type": "string", "minLength": 1}
_SHARE = {"type": "number", "minimum": 0, "maximum": 4}

BODIES: dict[str, dict[str, Any]] = {
    "Restore": _closed(version=_NAME),
    "Settle": _closed(store=_NAME, ref=_NAME, person=_NAME),
    "Frame": _closed("turn", "left", "top", "side",
                     turn={"type": "integer", "minimum": 0, "maximum": 3}, left=_SHARE, top=_SHARE,
                     side={"type": "number", "minimum": 0, "maximum": 1}),
    "Places": _object("offered", "person", offered=_TEXT, person=_TEXT)
    | {"additionalProperties": _FLAG},
    "Judgement": _closed("why", judgement={"enum": ["agree", "refuse"]}, why=_TEXT),
}  # fmt: skip
"""What is taken, as JSON."""

RAW: dict[str, dict[str, Any]] = {
    "Picture": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
"""What is taken as it is."""


def _query(schema: dict[str, Any], says: str) -> dict[str, Any]:
    return {"schema": schema, "description": says}


_PAGE = _query({"type": "integer", "minimum": 1}, "which page, from 1")
_VIEWER = _query(_TEXT, "who is looking; a colleague without")

QUERIES: dict[tuple[str, str], dict[str, Any]] = {
    ("people", "q"): _query({"type": "string", "maxLength": 100}, "parts of name or address"),
    ("people", "show"): _query({"enum": list(FILTERS)}, "only these"),
    ("people", "group"): _query(_TEXT, "a group of the settings"),
    ("people", "page"): _PAGE,
    ("plan", "page"): _PAGE,
    ("run", "page"): _PAGE,
    ("conflicts", "page"): _PAGE,
    ("explain", "surface"): _query(_TEXT, "one surface only"),
    ("explain", "viewer"): _VIEWER,
    ("what-if", "do"): _query(_list(_TEXT), "what happens, in order, such as `set-userphoto B`"),
    ("what-if", "viewer"): _VIEWER,
    ("audit", "after"): _query(_COUNT, "entries after that number"),
    ("verify", "seal"): _query(_TEXT, "a number and a seal noted earlier"),
    ("mine", "person"): _query(_TEXT, "somebody else, for help desk and administrators"),
    ("upload", "person"): _query(_TEXT, "somebody else, for help desk and administrators"),
}
"""Parameters of addresses, by way."""

PATHS: dict[str, dict[str, Any]] = {
    name: _query({"type": "string", "minLength": 1}, says)
    for name, says in {
        "person": "a UPN, mail address or id",
        "plan": "the digest of a plan",
        "run": "the name of a run",
        "job": "the id of a job",
        "upload": "the id of something handed in",
    }.items()
}
"""Parts of addresses."""
