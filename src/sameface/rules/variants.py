"""Variants: what a rulebook would say had it followed another source, as changes to its rows.

A variant is a table with an id, a title, the facts it rests on, and rows under the names of the
rulebook's own kinds. A row whose id the rulebook has is changed key by key; any other is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sameface.documents import Table
from sameface.rules.rulebook import Variant

KINDS = ("options", "stores", "channels", "routes", "caches", "surfaces", "actions")


def read_variants(top: Table) -> Mapping[str, Variant]:
    """The variants that a rulebook names, by id. Whether their rows are sound is seen later."""
    found: dict[str, Variant] = {}
    for t in top.rows("variants"):
        changes = tuple(f"{k}/{row.text('id')}" for k in KINDS for row in t.rows(k))
        source = t.texts("source", required=True)
        one = Variant(t.text("id"), t.text("title"), source, changes)
        t.done()
        if not changes:
            raise t.error("", "changes nothing; name at least one row, as [[variants.routes]]")
        if not source:
            raise t.error("source", "is empty; name at least one fact of docs/facts.md")
        if one.id in found:
            raise t.error("id", f'"{one.id}" is there twice')
        found[one.id] = one
    return found


def changed_by(raw: Mapping[str, Any], variant: str) -> Mapping[str, Any]:
    """The document as that variant of it has it, without any variants of its own."""
    told = next(one for one in raw["variants"] if one["id"] == variant)
    document = {key: value for key, value in raw.items() if key != "variants"}
    rests_on: set[str] = set()
    for kind in KINDS:
        rows = {row["id"]: row for row in document.get(kind, [])}
        for change in told.get(kind, []):
            rows[change["id"]] = {**rows.get(change["id"], {}), **change}
            rests_on |= set(rows[change["id"]].get("source", ()))
        document[kind] = list(rows.values())
    unused = document.get("unused", {})
    document["unused"] = {fact: why for fact, why in unused.items() if fact not in rests_on}
    return document
