"""One write to one account: what was there is in the vault first, what is there after is proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sameface.connectors.base import Connector
from sameface.errors import Moved, NotProven, PictureRefused
from sameface.http import Clock
from sameface.pictures import Want, compare
from sameface.sync.keeper import recognise
from sameface.sync.mending import take_its_place
from sameface.sync.plan import Action
from sameface.values import Account, Capabilities, Likeness, Picture, Rendition, Standing
from sameface.vault import Remembered, Vault
from sameface.vault.blobs import digest_of
from sameface.workshop.service import workshop

_EMPTY = frozenset({Standing.NEVER, Standing.DELETED, Standing.NONE})

_UNLIKE = {
    # No store has a reason to cut a square, and whoever sees a part of a face sees another one.
    Likeness.CROPPED: "only a part of it",
    Likeness.DIFFERENT: "another picture",
    Likeness.CANNOT_TELL: "something too small or too flat to be told from others",
}
"""What a store shows that does not prove a write."""


Squares = tuple[Rendition, ...]
"""Of one photo: each file that a store keeps of it, or the one."""


def wants(able: Capabilities) -> tuple[Want, ...]:
    """The squares that a store is to get: each of its files, or one as large as it keeps."""
    sides = able.sizes_px if able.several_files else (able.largest_px,)
    kind = "image/jpeg" if "image/jpeg" in able.formats else able.formats[0]
    return tuple(Want(px, able.max_bytes, kind) for px in sides)


@dataclass(frozen=True, slots=True)
class Write:
    """An action about to be carried out; `known` is what the last look at the account left."""

    action: Action
    account: Account
    connector: Connector
    known: Remembered | None
    vault: Vault
    clock: Clock

    async def is_theirs(self) -> bool:
        """False for a photo that the vault knows as nobody's or somebody else's: a plan may have
        been written by hand, and its digest with it."""
        if self.action.after is None:
            return True
        versions = await self.vault.versions(self.action.person)
        return any(self.action.after in (one.digest, one.photo) for one in versions)

    async def is_as_planned(self) -> bool:
        """False where the photo that the plan overwrites is not the one last seen there; of what
        came there since then, the store tells."""
        known, before = self.known, self.action.before
        if before is None or known is None or known.version is None or await self._was_done():
            return True
        shown, planned = await self._photos(known.version, before)
        return shown == planned

    async def is_done(self) -> bool:
        """True where the account shows what it is to show: it did when it was last looked at, which
        may be long ago, and it does now. Error: StoreFailed."""
        if not await self._was_done():
            return False
        picture = await self.connector.read(self.account)
        if picture is None or self.action.after is None:
            return picture is None and self.action.after is None
        if self.known is not None and self.known.picture == digest_of(picture.data):
            return True
        now, action = self.clock.now(), self.action
        try:
            what = await recognise(self.vault, picture.data, action.person, action.store, now)
        except PictureRefused:
            return False
        shown, wanted = await self._photos(what.version, action.after)
        return shown == wanted

    async def _was_done(self) -> bool:
        known = self.known
        if self.action.after is None:
            return known is not None and known.standing in _EMPTY
        if known is None or known.version is None or known.standing is not Standing.PHOTO:
            return False
        shown, wanted = await self._photos(known.version, self.action.after)
        return shown == wanted

    async def squares(self) -> Squares:
        """What the store is to get; nothing for a removal. Errors: PictureRefused, BlobLost."""
        if self.action.after is None:
            return ()
        (best,) = await self._photos(self.action.after)
        original = await self.vault.picture(best or self.action.after)
        return await workshop().ladder(original, wants(self.connector.capabilities))

    async def carry_out(self, squares: Squares) -> Picture | None:
        """What the store shows afterwards, with its change key; None after a removal.

        Errors: Moved where it is not as planned, and nothing was written; NotProven where it shows
        something else; other StoreFailed, PictureRefused, BlobLost.
        """
        await self._secure()
        if self.action.after is None:
            await self.connector.remove(self.account, self.action.expected)
            if await self.connector.read(self.account) is not None:
                raise self._unproven("a photo still", "removed")
            return None
        written = await self.connector.write(self.account, squares, self.action.expected)
        shown = await self._proven(squares)
        return replace(shown, change_key=written.change_key or shown.change_key)

    async def _secure(self) -> None:
        """What will be overwritten is in the vault, whole, when this returns."""
        known, expected = self.known, self.action.expected
        if known is not None and self.connector.capabilities.change_key:
            if known.standing in _EMPTY:
                return
            as_planned = known.version is not None and known.change_key == expected is not None
            if as_planned and await self.vault.holds(known.version or ""):
                return
        picture = await self.connector.read(self.account)
        if picture is None:
            if self.action.before is not None:
                raise self._moved()
            return
        await self._keep(picture)

    async def _keep(self, picture: Picture) -> None:
        """Put away what was read; Moved where that is another photo than the plan saw."""
        action, known = self.action, self.known
        if known is not None and known.version is None and known.picture == digest_of(picture.data):
            return  # just what was seen, and no photo
        now = self.clock.now()
        what = await recognise(self.vault, picture.data, action.person, action.store, now)
        if what.version == what.picture:
            await self.vault.mend(picture.data)
        if what.version is not None and not await self.vault.holds(what.version):
            shown = action.store, picture.data
            if not await take_its_place(self.vault, action.person, now, what.version, shown):
                await self.vault.picture(what.version)  # BlobLost: nothing that is left is whole
        if known is not None and known.standing is Standing.PLACEHOLDER:
            return  # a photo that the store holds and hides; the plan saw none
        there, planned = await self._photos(what.version, action.before)
        if there != planned:
            raise self._moved()

    async def _photos(self, *versions: str | None) -> tuple[str | None, ...]:
        """The photos that these versions are copies of."""
        known = {v.digest: v.photo for v in await self.vault.versions(self.action.person)}
        return tuple(version and known.get(version, version) for version in versions)

    async def _proven(self, squares: Sequence[Rendition]) -> Picture:
        """The largest picture that the store shows now, each of its files being what was put."""
        largest = max(squares, key=lambda square: square.width_px)
        shown = await self._reads(None, largest)
        for square in squares:
            if square is not largest:
                await self._reads(square.width_px, square)
        return shown

    async def _reads(self, size_px: int | None, square: Rendition) -> Picture:
        picture = await self.connector.read(self.account, size_px)
        if picture is None:
            raise self._unproven("no photo")
        if digest_of(picture.data) == digest_of(square.data):
            return picture
        try:
            one = await workshop().fingerprint(picture.data)
        except PictureRefused:
            raise self._unproven("no picture") from None
        other = await workshop().fingerprint(square.data)
        likeness = compare(one, other)
        if likeness is not Likeness.SAME:
            raise self._unproven(_UNLIKE[likeness])
        return picture

    def _moved(self) -> Moved:
        what = "got another photo since the plan was made; nothing was written, make a new plan."
        return Moved(self.action.store, what, account=self.action.name)

    def _unproven(self, shows: str, did: str = "took") -> NotProven:
        what = f"{did} the photo and shows {shows}; look at it there, and run a sync again later."
        return NotProven(self.action.store, what, account=self.action.name)
