"""Recognising pictures and putting new ones away: the way from bytes to a version of somebody's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sameface.sync.naming import look_at, name
from sameface.values import Likeness
from sameface.vault import Vault
from sameface.workshop.service import workshop


@dataclass(frozen=True, slots=True)
class Recognised:
    """What bytes turned out to be.

    `picture` is their digest, `version` that of the person's version they show, None for a
    placeholder, which `unfit` names.
    """

    picture: str
    version: str | None
    likeness: Likeness = Likeness.SAME
    unfit: str = ""


async def recognise(vault: Vault, data: bytes, person: str, store: str, at: datetime) -> Recognised:
    """Which of the person's photos this is; a new one is in the vault when this returns.

    Errors: PictureRefused, and VaultFailed.
    """
    look = await look_at(data)
    while True:
        versions = await vault.versions(person)
        named = name(look, person, store, at, versions)
        if named.new is None:
            break
        against = await workshop().unfit(data)  # what shows a known photo needs no asking
        if against is not None and not against.is_photo:
            return Recognised(look.digest, None, unfit=against.text)
        new = replace(named.new, unfit="" if against is None else against.text)
        if await vault.keep(new, data, known=len(versions), better_than=named.better_than):
            break
    return Recognised(look.digest, named.version, named.likeness)
