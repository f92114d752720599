"""Recognising pictures and putting new ones away: the way from bytes to a version of somebody's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sameface.errors import PictureRefused
from sameface.jobs import together
from sameface.sync.naming import Look, Name, look_at, name
from sameface.values import Likeness, Version
from sameface.vault import Fresh, Vault
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
    group = Group(vault, store, at, [(person, data)])
    await group.look()
    (what,) = await group.recognised()
    if isinstance(what, PictureRefused):
        raise what
    return what


@dataclass(slots=True)
class _Shown:
    """What a store shows of one person, and how far it is recognised."""

    person: str
    data: bytes
    look: Look | None = None
    what: Recognised | PictureRefused | None = None


class Group:
    """What a store shows of several people (by id), recognised together.

    The vault is asked about all at once, and pictures are worked on side by side: `look` is the
    computing, so that the next group's may go on while this one's new versions are put away.
    Error: VaultFailed.
    """

    def __init__(
        self, vault: Vault, store: str, at: datetime, shown: Iterable[tuple[str, bytes]]
    ) -> None:
        self._vault, self._store, self._at = vault, store, at
        self._shown = [_Shown(person, data) for person, data in shown]
        self._known: dict[str, tuple[Version, ...]] = {}

    async def look(self) -> None:
        """Find out what can be found without naming anything."""
        await self._ask_vault()
        await together(self._look(one) for one in self._shown)

    async def recognised(self) -> list[Recognised | PictureRefused]:
        """What each is, in their order; new versions are in the vault when this returns."""
        while waiting := [one for one in self._shown if one.what is None]:
            new = [(one, named) for one in waiting if (named := self._named(one))]
            await together(self._judge(one) for one, _ in new)
            await self._keep([(one, named) for one, named in new if one.what is None])
            if any(one.what is None for one in waiting):
                await self._ask_vault()  # somebody else has kept one meanwhile
        return [one.what for one in self._shown if one.what is not None]

    async def _ask_vault(self) -> None:
        self._known = await self._vault.versions_of([one.person for one in self._shown])

    async def _look(self, one: _Shown) -> None:
        """Where nothing is known the picture is new, and is judged in the same go."""
        try:
            one.look = await look_at(one.data, judged=not self._known[one.person])
        except PictureRefused as refused:
            one.what = refused

    def _named(self, one: _Shown) -> Name | None:
        """What a new picture is named; None where it is known, and so recognised."""
        assert one.look is not None
        named = name(one.look, one.person, self._store, self._at, self._known[one.person])
        if named.new is None:
            one.what = Recognised(one.look.digest, named.version, named.likeness)
            return None
        return named

    async def _judge(self, one: _Shown) -> None:
        """What is no photo is kept nowhere; what shows a known one needs no judging."""
        assert one.look is not None
        try:
            if not one.look.is_judged:
                unfit = await workshop().unfit(one.data)
                one.look = replace(one.look, is_judged=True, unfit=unfit)
        except PictureRefused as refused:
            one.what = refused
            return
        against = one.look.unfit
        if against is not None and not against.is_photo:
            one.what = Recognised(one.look.digest, None, unfit=against.text)

    async def _keep(self, new: Sequence[tuple[_Shown, Name]]) -> None:
        if not new:
            return
        kept = await self._vault.keep([self._fresh(one, named) for one, named in new])
        for (one, named), is_kept in zip(new, kept, strict=True):
            if is_kept:
                picture = named.version  # a new version is called by its own bytes
                one.what = Recognised(picture, named.version, named.likeness)

    def _fresh(self, one: _Shown, named: Name) -> Fresh:
        assert one.look is not None
        assert named.new is not None
        against = "" if one.look.unfit is None else one.look.unfit.text
        new = replace(named.new, unfit=against)
        return Fresh(new, one.data, len(self._known[one.person]), named.better_than)
