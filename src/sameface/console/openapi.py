"""The description of the API, made from the one table of routes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sameface import __version__
from sameface.console.answering import Handler
from sameface.console.schemas import BODIES, PATHS, QUERIES, RAW, SCHEMAS
from sameface.console.texts import say
from sameface.console.ways import TABLE, Way

_JSON = "application/json"
_ERRORS = {
    "400": "api.bad",
    "401": "api.unknown",
    "403": "api.refused",
    "404": "api.nothing",
    "409": "api.stopped",
    "413": "api.large",
    "422": "api.picture",
    "429": "api.often",
    "502": "api.store",
    "503": "api.vault",
}
_GOOD = {"upload": "201", "make-plan": "202", "apply": "202", "look": "202", "sync": "202",
         "use": "202"}  # fmt: skip


class OpenApi:
    """The route of it."""

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"openapi": self.answer}

    async def answer(self, _: Request) -> Response:
        """`/api/openapi.json`."""
        return JSONResponse(described())


@cache
def described() -> dict[str, Any]:
    """An OpenAPI 3.1 document about every way below /api."""
    paths: dict[str, dict[str, Any]] = {}
    for way in TABLE:
        for path in way.paths:
            if path.startswith("/api/"):
                paths.setdefault(path, {})[way.method.lower()] = _operation(way, path)
    error = {"type": "object", "required": ["error"], "properties": {"error": {
        "type": "object", "required": ["code", "text"],
        "properties": {"code": {"type": "string"}, "text": {"type": "string"}}}}}  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sameface", "version": __version__, "description": say("api.what")},
        "paths": paths,
        "security": [{"token": []}, {"session": [], "csrf": []}],
        "components": {
            "schemas": {**SCHEMAS, **BODIES, "Error": error},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "sameface"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


def _operation(way: Way, path: str) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    told: dict[str, Any] = {
        "operationId": way.name,
        "summary": way.does,
        "description": say("api.roles", roles=", ".join(sorted(way.may or ()))),
        "parameters": [
            {"name": name, "in": "path", "required": True, **PATHS[name]} for name in names
        ]
        + [{"name": name, "in": "query", **QUERIES[way.name, name]} for name in way.query],
        "responses": {_GOOD.get(way.name, "200"): _answer(way)} | {
            status: {
                "description": say(text),
                "content": {_JSON: {"schema": {"$ref": "#/components/schemas/Error"}}},
            }
            for status, text in _ERRORS.items()
        },
    }  # fmt: skip
    if way.takes in RAW:
        told["requestBody"] = {"required": True, "content": RAW[way.takes]}
    elif way.takes:
        schema = {"$ref": f"#/components/schemas/{way.takes}"}
        told["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema}}}
    return told


def _answer(way: Way) -> dict[str, Any]:
    if not way.gives:
        media_type = "text/event-stream" if way.name.endswith("events") else "image/jpeg"
        return {"description": way.does, "content": {media_type: {"schema": {"type": "string"}}}}
    schema = {"$ref": f"#/components/schemas/{way.gives}"}
    return {"description": way.does, "content": {_JSON: {"schema": schema}}}
