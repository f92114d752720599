"""`POST events`: one scenario step, read as scenarios are and done now."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from sameface.documents import Table
from sameface.errors import BadUsage
from sameface.rules import Photo
from sameface.rules.settings import read_settings
from sameface.rules.steps import LOOK, PAGES, Step, read_step
from sameface.tenant.control import wire
from sameface.tenant.members import DOMAIN, ELSEWHERE, KINDS, Member
from sameface.tenant.organisation import Organisation


async def read(told: dict[str, Any], organisation: Organisation) -> tuple[Step, bool]:
    """The step, and whether it names its time.

    Beside what a scenario step says, people may be called by UPN, mail or object id, `picture`
    (base64) may stand for `photo`, and a visit without a page is one of the own profile.
    `BadDocument` names what is wrong.
    """
    raw = dict(told)
    for key in ("person", "viewer"):
        found = organisation.members.find(str(raw.get(key, "")))
        if found is not None:
            raw[key] = found.id
    if raw.get("do") == "visit":
        raw.setdefault("page", PAGES[0])
    if "picture" in raw:
        await _take_picture(raw, organisation)
    table = Table(raw, "the step", "")
    return read_step(table, organisation.book, organisation.members.ids), "at" in raw


async def _take_picture(raw: dict[str, Any], organisation: Organisation) -> None:
    if "photo" in raw:
        raise BadUsage("A step takes `photo` or `picture`, not both; leave one out.")
    try:
        data = base64.b64decode(str(raw.pop("picture")), validate=True)
    except binascii.Error:
        raise BadUsage("`picture` is not base64; encode the file's bytes.") from None
    channel = organisation.book.channels.get(str(raw.get("channel")))
    as_it_is = channel is not None and channel.names_files
    raw["photo"] = await organisation.album.keep(data, as_it_is=as_it_is)
    raw.setdefault("bytes", len(data))


def do(step: Step, organisation: Organisation) -> dict[str, Any]:
    """Let it happen; what a look sees, or what was refused."""
    event = step.event
    if event.verb != LOOK:
        return wire.outcome(organisation.now, event.verb, organisation.happen(event))
    seen = organisation.look(event.viewer, event.surface or "", event.person or "")
    told = wire.sighting(seen) | {"do": LOOK, "refusals": []}
    if step.sees is not None:
        told["ok"] = set(told["sees"]) <= set(step.sees)
    return told


def join(told: dict[str, Any], organisation: Organisation) -> Member:
    """`POST people`: somebody new, told as in a scenario's `[[people]]`.

    `kind` may make them a guest, a shared mailbox, or a person without any licence; `mail` is
    another address than the sign-in name, `aliases` are further ones.
    """
    t = Table(told, "the person", "")
    person = t.text("id")
    if organisation.members.find(person) is not None:
        raise t.error("id", f'is taken: "{person}" is here already')
    if not all(letter.isalnum() or letter in ".-_" for letter in person):
        raise t.error("id", "should be letters, digits, dots and dashes")
    name = t.text("name", person.replace(".", " ").title())
    kind = t.choice("kind", KINDS, KINDS[0])
    mail = t.text("mail", f"{person.lower()}@{DOMAIN}")
    upn = f"{person.lower()}@{DOMAIN}"
    if kind == "guest":
        mail = t.text("mail", f"{person.lower()}@{ELSEWHERE}")
        upn = f"{mail.replace('@', '_')}#EXT#@{DOMAIN}"
    aliases = t.texts("aliases")
    number = len(organisation.members)
    member = Member(person, name, number, upn, mail, kind=kind, aliases=aliases)
    photo = Photo(t.text("photo"), t.number("bytes", at_least=1)) if t.has("photo") else None
    options = read_settings(t, organisation.book)
    if kind in ("guest", "unlicensed"):
        options = {"mailbox": False, **options}
    organisation.join(member, photo, options)
    return member


def told_object(told: Any) -> dict[str, Any]:
    """The JSON object that a request must hold."""
    if not isinstance(told, dict):
        raise BadUsage('The request needs a JSON object, such as {"do": "visit", "person": "…"}.')
    return told
