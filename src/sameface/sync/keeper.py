"""Recognising pictures and putting new ones away: the way from bytes to a version of somebody's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sameface.pictures import not_a_photo
from sameface.sync.naming import look_at, name
from sameface.values import Likeness
from sameface.vault import Vault


@dataclass(frozen=True, slots=True)
class Recognised:
    """What bytes turned out to be.

    `picture` is their digest, `version` that of the person's version they show, None for a
    placeholder.
    """

    picture: str
    version: str | None
    likeness: Likeness = Likeness.SAME


async def recognise(vault: Vault, data: bytes, person: str, store: str, at: datetime) -> Recognised:
    """Which of the person's photos this is; a new one is in the vault when this returns.

    Errors: PictureRefused, and VaultFailed.
    """
    look = await asyncio.to_thread(look_at, data)
    while True:
        versions = await vault.versions(person)
        named = name(look, person, store, at, versions)
        if named.new is None:
            break
        if await asyncio.to_thread(not_a_photo, data):  # what shows a known photo needs no asking
            return Recognised(look.digest, None)
        if await vault.keep(named.new, data, known=len(versions), better_than=named.better_than):
            break
    return Recognised(look.digest, named.version, named.likeness)
