"""What a form of the desk says: its fields and its file, made into an event of the rulebook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from sameface.documents import Table, nearest, parse_offset
from sameface.errors import BadUsage
from sameface.rules import Event
from sameface.rules.steps import FIELDS, PAGES, read_step
from sameface.tenant.calls import Call
from sameface.tenant.desk.cast import PHOTOS
from sameface.tenant.desk.stage import Stage

_TOLD = ("channel", "client", "process", "option", "file")
_SWITCH = {"on": True, "off": False}


@dataclass(frozen=True)
class Form:
    """What was sent: text fields by name, and the bytes of a picked file (b"" for none)."""

    fields: Mapping[str, str]
    picture: bytes = field(default=b"", repr=False)

    def get(self, name: str, default: str = "") -> str:
        return self.fields.get(name, default)


def form(call: Call) -> Form:
    """A form as browsers send it, with a file or without."""
    header = Message()
    header["content-type"] = call.headers.get("content-type", "")
    if header.get_content_type() != "multipart/form-data":
        told = parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
        return Form(dict(told))
    boundary = str(header.get_param("boundary", "")).encode("latin-1", "replace")
    fields, picture = {}, b""
    # What follows the last boundary is "--", and has no head.
    for part in (b"\r\n" + call.body).split(b"\r\n--" + boundary)[1:]:
        head, found, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]*)"', head)
        if not found or name is None:
            continue
        if b"filename=" in head:
            picture = content
        else:
            fields[name[1].decode("utf-8", "replace")] = content.decode("utf-8", "replace")
    return Form(fields, picture)


async def event(told: Form, stage: Stage, me: str, whom: str) -> Event:
    """What the pressed button means, `do` being `VERB` or `VERB/CHANNEL`.

    Raises what a scenario's step does: the desk knows no verb, channel or client of its own.
    """
    verb, _, channel = told.get("do").partition("/")
    raw: dict[str, Any] = {"do": verb}
    fields = FIELDS.get(verb, ())
    given = {name: told.get(name) for name in _TOLD} | {"channel": channel}
    given |= {"person": whom, "viewer": me, "page": PAGES[0]}
    raw |= {name: given[name] for name in fields if given.get(name)}
    if "value" in fields:
        raw["value"] = _SWITCH.get(told.get("value"), told.get("value"))
    if verb == "change":
        raw |= await _photo(told, stage, channel)
        if not _names_files(stage, channel):
            raw.pop("file", None)
    step = read_step(Table(raw, "the desk", ""), stage.book, stage.organisation.members.ids)
    return step.event


def _names_files(stage: Stage, channel: str) -> bool:
    row = stage.book.channels.get(channel)
    return row is not None and row.names_files


async def _photo(told: Form, stage: Stage, channel: str) -> dict[str, Any]:
    """A picked file, or one of the drawn photos, which may be made as heavy as one likes."""
    if told.picture:
        name = await stage.keep(told.picture, as_it_is=_names_files(stage, channel))
        return {"photo": name, "bytes": len(told.picture)}
    name = told.get("photo")
    if name not in PHOTOS:
        raise BadUsage(f'There is no photo "{name}"{nearest(name, PHOTOS)}')
    size = told.get("bytes")
    return {"photo": name} | ({"bytes": int(size)} if size.isdigit() else {})


def moment(told: Form, now: datetime) -> datetime:
    """Where the clock is to go: `by` an offset, or `to` a date and time in UTC."""
    if by := told.get("by"):
        offset = parse_offset(by)
        if offset is None:
            raise BadUsage(f'The clock goes on by something like "1d2h30m", not "{by}".')
        try:
            return now + offset
        except OverflowError:
            raise BadUsage("The clock does not go that far; choose less.") from None
    try:
        at = datetime.fromisoformat(told.get("to"))
    except ValueError:
        raise BadUsage("Choose a date and a time for the clock.") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
