"""The photo service: `/photo/{person}`, its versions for ever, and avatars as Libravatar asks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from sameface.console.answering import Handler
from sameface.console.gallery import (
    AVIF,
    ENDINGS,
    JPEG,
    LARGEST_PX,
    WEBP,
    Gallery,
    Made,
    Portrait,
    version_of,
)
from sameface.console.memory import Memory
from sameface.console.places import Service
from sameface.console.ready import Ready
from sameface.console.roles import who_asks
from sameface.console.seeing import is_everybodys, is_hidden, may_see
from sameface.console.shelf import Shelf
from sameface.console.standing import NAMED_BY
from sameface.console.texts import say
from sameface.errors import UnknownPerson

_USUAL_PX = 96
_AVATAR_PX, _LARGEST_AVATAR_PX = 80, 512
FOR_EVER = "private, max-age=31536000, immutable"
"""For an address whose picture never changes."""

_ASK_AGAIN = "private, no-cache"
_HASH = re.compile(r"([0-9a-f]{64}|[0-9a-f]{32})(?:\.(?:jpe?g|png|webp))?")


class Photos:
    """The routes of the photo service."""

    def __init__(self, gallery: Gallery, memory: Memory, ready: Ready, shelf: Shelf | None) -> None:
        self._gallery, self._memory, self._ready, self._shelf = gallery, memory, ready, shelf

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"photo": self.photo, "version": self.version, "avatar": self.avatar}

    async def photo(self, request: Request) -> Response:
        """`/photo/{person}?s=96&d=404`: the photo to show now, initials for who has none."""
        try:
            portrait = await self._gallery.portrait(request.path_params["person"])
        except UnknownPerson:
            return _nothing(say("photo.nobody"))
        hidden = is_hidden(portrait, who_asks(request))
        shown = replace(portrait, digest=None) if hidden else portrait
        if shown.digest is None and request.query_params.get("d") == "404":
            return _nothing(say("photo.none"))
        px, media_type = _px(request.query_params.get("s"), _USUAL_PX, LARGEST_PX), _format(request)
        made = await self._shown(shown, px, media_type)
        answer = _answer(request, made, _ASK_AGAIN, vary=True)
        if shown.digest is not None:
            self._ready.keep(request, portrait, (shown.digest, px, media_type), answer)
        return answer

    async def version(self, request: Request) -> Response:
        """`/photo/{person}/{digest}.jpg?s=96`: one version, in that format, which never changes."""
        asked = request.path_params
        media_type = ENDINGS.get(asked["ending"])
        try:
            portrait = await self._gallery.portrait(asked["person"])
        except UnknownPerson:
            return _nothing(say("photo.nobody"))
        digest = version_of(portrait, asked["version"])
        who = who_asks(request)
        if digest is None or media_type is None or not may_see(portrait, digest, who):
            return _nothing(say("photo.no-version", endings=", ".join(ENDINGS)))
        px = _px(request.query_params.get("s"), _USUAL_PX, LARGEST_PX)
        made = await self._gallery.photo(digest, px, media_type)
        answer = _answer(request, made, FOR_EVER)
        by_page = asked["person"] == portrait.person.id and len(asked["version"]) == NAMED_BY
        if by_page and is_everybodys(portrait, digest):
            await self._shelve(portrait, f"{asked['version']}.{asked['ending']}", px, made)
        self._ready.keep(request, portrait, (digest, px, media_type), answer)
        return answer

    async def avatar(self, request: Request) -> Response:
        """`/avatar/{MD5 or SHA-256 of a mail address}?s=80&d=`: as Libravatar and Gravatar do.

        For who is not known or has no photo, `d` says what to answer: `404`, `mm` or `mp` (a grey
        figure), an address to go to. Without it: initials for who is known, else the figure.
        """
        asked = request.query_params
        match = _HASH.fullmatch(request.path_params["hashed"].lower())
        if match is None:
            return PlainTextResponse(say("photo.no-hash"), 400)
        px = _px(asked.get("s") or asked.get("size"), _AVATAR_PX, _LARGEST_AVATAR_PX)
        default = asked.get("d") or asked.get("default") or ""
        portrait = await self._whose(match[1])
        forced = (asked.get("f") or asked.get("forcedefault") or "").lower() in ("y", "yes", "true")
        if portrait is not None and not forced and (portrait.digest or not default):
            made = await self._shown(portrait, px, _format(request))
        elif default == "404":
            return _nothing(say("photo.no-address"))
        elif _is_address(default):
            return RedirectResponse(default, 302, {"Cache-Control": _ASK_AGAIN})
        else:
            made = await self._gallery.nobody(px, _format(request))
        return _answer(request, made, _ASK_AGAIN, vary=True)

    async def _shelve(self, portrait: Portrait, file: str, px: int, made: Made) -> None:
        """Next time whoever is in front can hand it out."""
        if self._shelf is None:
            return
        person = portrait.person.id
        await asyncio.to_thread(self._shelf.put, person, file, px, made.data)
        # Chosen or changed meanwhile, it may have come after the shelf was cleared of them.
        if self._gallery.at_hand(person) is not portrait:
            await asyncio.to_thread(self._shelf.drop, [person])

    async def _whose(self, hashed: str) -> Portrait | None:
        person = self._memory.person_of(hashed)
        try:
            portrait = await self._gallery.portrait(person) if person else None
        except UnknownPerson:  # forgotten since the last sweep
            return None
        return None if portrait and Service.AVATAR in portrait.withheld else portrait

    async def _shown(self, portrait: Portrait, px: int, media_type: str) -> Made:
        if portrait.digest is not None:
            return await self._gallery.photo(portrait.digest, px, media_type)
        name = portrait.person.name or portrait.person.upn
        return await self._gallery.initials(name, px, media_type)


def _answer(request: Request, made: Made, caching: str, *, vary: bool = False) -> Response:
    """The picture, or that it is the one the asker has."""
    headers = {"ETag": made.etag, "Cache-Control": caching}
    if vary:
        headers["Vary"] = "Accept"
    if made.is_named_in(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(made.data))
        return Response(b"", media_type=made.media_type, headers=headers)
    return Response(made.data, media_type=made.media_type, headers=headers)


def _format(request: Request) -> str:
    """The smallest format that the asker names as welcome; JPEG for who names none.

    At the sizes of faces WebP is smaller than AVIF, whose header alone takes 300 bytes, and made
    in a third of the time; AVIF is for who takes nothing else.
    """
    welcome = set()
    for part in request.headers.get("accept", "").split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if not any(re.fullmatch(r"q=0(\.0*)?", one) for one in parameters):
            welcome.add(kind)
    return next((kind for kind in (WEBP, AVIF) if kind in welcome), JPEG)


def _px(asked: str | None, usual: int, largest: int) -> int:
    """The side asked for, within what is served; the usual one where none can be understood."""
    if asked is None or not (asked.isascii() and asked.isdigit() and len(asked) < 6):
        return usual
    return min(max(int(asked), 1), largest)


def _is_address(default: str) -> bool:
    try:
        address = urlsplit(default)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and bool(address.netloc)


def _nothing(why: str) -> Response:
    return PlainTextResponse(why, 404, {"Cache-Control": _ASK_AGAIN, "Vary": "Accept"})
