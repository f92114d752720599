"""Whether what a store shows came there with a write of ours, so that it is nobody's word."""

from __future__ import annotations

from sameface.errors import PictureRefused
from sameface.sync.keeper import Recognised
from sameface.sync.leftovers import HALF, UNPROVEN
from sameface.vault import Remembered, Vault


async def left_there(
    vault: Vault,
    person: str,
    store: str,
    known: Remembered | None,
    what: Recognised | PictureRefused,
) -> str:
    """What a write of ours left in that account, "" where it shows something else. `known` is the
    look before, and `what` the picture turned out to be."""
    if known is None or (isinstance(what, Recognised) and what.version is None):
        return ""
    # Half a picture is nobody's choice, whenever it came there; another one is told by its moment.
    since = None if isinstance(what, PictureRefused) else known.observed_at
    write = await vault.unproven(person, store, known.change_key, since)
    if write is None:
        return ""
    if isinstance(what, PictureRefused):
        return HALF
    return "" if await _was_theirs(vault, person, what.version, write) else UNPROVEN


async def _was_theirs(
    vault: Vault, person: str, shown: str | None, write: tuple[str | None, str | None]
) -> bool:
    """True for a photo that was to be written, was there before, or is shown or agreed on."""
    photos = {one.digest: one.photo for one in await vault.versions(person)}
    told = {photos.get(one or "", one) for one in write}
    for dossier in await vault.dossiers_of([person]):
        told |= {cell.photo for cell in dossier.cells} | {one.photo for one in dossier.agreed}
        told.add(dossier.pin.photo if dossier.pin else None)
    return photos.get(shown or "", shown) in told - {None}
