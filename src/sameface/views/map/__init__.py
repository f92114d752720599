"""A rulebook as a picture: channels, stores, routes, caches and surfaces. Pure."""

from sameface.views.map.layout import Layout, layout
from sameface.views.map.svg import draw
from sameface.views.map.text import text

__all__ = ["Layout", "draw", "layout", "text"]
