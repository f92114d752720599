"""The map: the rulebook drawn, in words, and with one person's photos on it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Mapping
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sameface.console.answering import Handler
from sameface.console.desk import Desk, View
from sameface.console.gallery import WEBP, Gallery
from sameface.console.pages import Pages
from sameface.console.texts import say
from sameface.explain.status import Place, Spot
from sameface.views import map as drawn
from sameface.views.map.geometry import Box

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A drawing styles itself, holds its pictures, and asks for nothing."""

_PX = 40
_KINDS = {"store": "stores", "surface": "surfaces"}


class Atlas:
    """The routes of the map."""

    def __init__(self, desk: Desk, gallery: Gallery, pages: Pages) -> None:
        self._desk, self._gallery, self._pages = desk, gallery, pages

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {"map": self.page, "map-picture": self.picture, "person-map": self.person}

    async def page(self, request: Request) -> Response:
        """`/map`."""
        book = self._desk.book
        lines = [line.plain.rstrip() for line in drawn.text(book)]
        html = self._pages.page("map.html", request, book=book, text="\n".join(lines))
        return HTMLResponse(html)

    async def picture(self, _: Request) -> Response:
        """`/map.svg`."""
        return _svg(await asyncio.to_thread(drawn.draw, self._desk.book))

    async def person(self, request: Request) -> Response:
        """`/people/{person}/map.svg`: what each store and surface shows of this person."""
        dossier = await self._desk.dossier(request.path_params["person"])
        view = await asyncio.to_thread(self._desk.view, dossier)
        svg = await asyncio.to_thread(drawn.draw, self._desk.book)
        boxes = drawn.layout(self._desk.book).boxes
        shown = await self._small(view)
        faces = "".join(_faces(boxes, view, shown))
        return _svg(svg.replace("</svg>", f"{faces}</svg>"))

    async def _small(self, view: View) -> dict[str, str]:
        """Every photo at hand as a data address, by digest."""
        spots = (*view.row.stores, *view.row.surfaces)
        digests = {photo for spot in spots for photo in spot.photos if photo}
        small = {}
        for digest in sorted(digests):
            made = await self._gallery.photo(digest, 2 * _PX, WEBP)
            data = base64.b64encode(made.data).decode()
            small[digest] = f"data:{made.media_type};base64,{data}"
        return small


def _faces(boxes: tuple[Box, ...], view: View, shown: Mapping[str, str]) -> Iterator[str]:
    spots = {
        kind: {spot.id: spot for spot in getattr(view.row, rows)} for kind, rows in _KINDS.items()
    }
    for box in boxes:
        kind = box.kind.partition(" ")[0]
        spot = spots.get(kind, {}).get(box.id)
        if spot is not None and spot.place not in (Place.UNCONNECTED, Place.ABSENT):
            yield from _face(box, spot, shown)


def _face(box: Box, spot: Spot, shown: Mapping[str, str]) -> Iterator[str]:
    """The photos of one place on the right of its box: round as wanted, square where another."""
    fine = spot.place in (Place.SAME, Place.WITHHELD)
    radius = _PX / 2 if fine else 7
    colour = "#2f7d5b" if fine else "#b3261e"
    for number, photo in enumerate(reversed(spot.photos[:2] or (None,))):
        x, y = box.right - _PX - 8 - number * _PX * 0.7, box.middle - _PX / 2
        name = f"{box.kind.partition(' ')[0]}-{escape(box.id)}-{number}"
        frame = f'x="{x:g}" y="{y:g}" width="{_PX}" height="{_PX}" rx="{radius:g}"'
        if photo is None or photo not in shown:
            dashes = 'fill="none" stroke-dasharray="4 4"'
            yield f'<rect {frame} style="fill:none;stroke:{colour};stroke-width:2" {dashes}/>'
            continue
        title = escape(say(f"places.{spot.place.name.lower()}"))
        yield (
            f'<clipPath id="{name}"><rect {frame}/></clipPath>'
            f'<image href="{shown[photo]}" x="{x:g}" y="{y:g}" width="{_PX}" height="{_PX}" '
            f'clip-path="url(#{name})"><title>{title}</title></image>'
            f'<rect {frame} style="fill:none;stroke:{colour};stroke-width:{2 if fine else 3.5}"/>'
        )


def _svg(svg: str) -> Response:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "private, no-cache"}
    return Response(svg, media_type="image/svg+xml", headers=headers)
