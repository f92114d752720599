"""The picture of a mailbox at a size, and what changes whenever it does."""

from __future__ import annotations

from typing import NamedTuple

from sameface.tenant.exchange import wire
from sameface.tenant.members import Member
from sameface.tenant.organisation import Organisation, change_key
from sameface.values import EXCHANGE, Rendition, Standing


class Found(NamedTuple):
    """A picture and its etag, quoted."""

    picture: Rendition
    etag: str


async def largest(organisation: Organisation, member: Member, most_px: int) -> Found | None:
    """The largest square up to that size; None where there is none. Nothing falls back here."""
    held = organisation.held(member.id, EXCHANGE)
    name = held.photo()
    if held.standing is not Standing.PHOTO or name is None:
        return None
    most_px = min(most_px, organisation.album.longest_px(name))
    px = max((p for p in wire.SIZES_PX if p <= most_px), default=wire.SIZES_PX[0])
    picture = await organisation.album.square(member.id, name, px)
    return Found(picture, f'"{change_key(member.id, EXCHANGE, held)}"')
