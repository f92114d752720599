"""What the tenant's own pages say: people, sightings, cache headers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from sameface.rules import Outcome, Rulebook
from sameface.rules.rulebook import Surface
from sameface.rules.steps import NOTHING
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation, change_key
from sameface.values import EXCHANGE, SHAREPOINT, YAMMER, Sighting, iso

_FOR_EVER_S = 10 * 365 * 24 * 3600
_FILES_PX = {"small": 48, "medium": 72, "large": 200}
_SHOWN_PX = {EXCHANGE: 96, YAMMER: 48}
_MOST_PX = {EXCHANGE: 648, YAMMER: 648}


def person(member: Member, organisation: Organisation) -> dict[str, Any]:
    """Somebody, by all ids, with what every store holds."""
    return {
        "id": member.id,
        "name": member.name,
        "upn": member.upn,
        "mail": member.mail,
        "aliases": list(member.aliases),
        "object-id": member.object_id,
        "account-name": member.account_name,
        "employee-id": member.employee_id,
        "yammer-id": member.yammer_id,
        "administrator": member.admin,
        "signed-in": list(organisation.signed_in(member.id)),
        "options": organisation.options(member.id),
        "stores": {s: held(organisation, member, s) for s in organisation.book.stores},
    }


def held(organisation: Organisation, member: Member, store: str) -> dict[str, Any]:
    """What one store holds: names of photos, never pictures."""
    there = organisation.held(member.id, store)
    told: dict[str, Any] = {
        "standing": str(there.standing),
        "photo": there.photo(),
        "since": iso(there.since),
        "change-key": change_key(member.id, store, there),
    }
    if there.files:
        told["files"] = {f: there.photo(f) for f in organisation.book.stores[store].files}
    return told


def sighting(seen: Sighting) -> dict[str, Any]:
    """A look in the shape of design section 4."""
    return {
        "at": iso(seen.at),
        "surface": seen.surface,
        "person": seen.person,
        "viewer": seen.viewer,
        "sees": names(seen),
        "because": [reason.as_json() for reason in seen.because],
        "until": seen.until.as_json(),
    }


def names(seen: Sighting) -> list[str]:
    """The photos possible, as scenarios spell them."""
    return [NOTHING if name is None else name for name in seen.photos]


def outcome(at: datetime, verb: str, what: Outcome) -> dict[str, Any]:
    """What came of a step that is no look."""
    refusals = [{"rule": r.rule, "at": iso(r.at), "text": r.text} for r in what.refusals]
    return {"at": iso(at), "do": verb, "refusals": refusals}


def shown_px(surface: Surface, asked: str | None) -> int:
    """How large the surface shows a picture, or as large as asked, as far as its store has it."""
    usual = _FILES_PX[surface.file] if surface.file else _SHOWN_PX.get(surface.reads, 96)
    most = usual if surface.reads == SHAREPOINT else _MOST_PX.get(surface.reads, 648)
    return min(max(int(asked), 1), most) if asked is not None and asked.isdigit() else usual


def cache_control(book: Rulebook, surface: Surface, *, stamped: bool) -> str:
    """The header that the surface's cache row implies.

    An address with a timestamp may be kept for ever; without it, one that should have one must be
    asked for again. A lifetime that nobody knows is for ever, as the rulebook assumes.
    """
    if surface.cache is None or (surface.stamped and not stamped):
        return "no-cache"
    latest = book.caches[surface.cache].lifetime.latest
    seconds = _FOR_EVER_S if latest is None else int(latest.total_seconds())
    return f"private, max-age={seconds}"


def address(origin: str, seen: Sighting, stamp: int | None) -> str:
    """Where the picture of a sighting is; with the store's timestamp where the surface has one."""
    place = f"{origin}/_tenant/surfaces/{seen.surface}/{quote(seen.person)}"
    query = [f"viewer={quote(seen.viewer)}"] if seen.viewer else []
    query += [f"t={stamp}"] if stamp is not None else []
    return place + ("?" + "&".join(query) if query else "")
