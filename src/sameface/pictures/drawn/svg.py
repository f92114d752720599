"""The few SVG shapes that portraits and placeholders are made of, as text."""

from __future__ import annotations


def path(d: str, fill: str, opacity: float = 1.0) -> str:
    """A filled path."""
    return f'<path d="{d}" fill="{fill}"{_faint(opacity)}/>'


def line(d: str, stroke: str, width: float, opacity: float = 1.0) -> str:
    """A stroked path with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}" '
        f'stroke-linecap="round" stroke-linejoin="round"{_faint(opacity)}/>'
    )


def circle(x: float, y: float, r: float, fill: str, opacity: float = 1.0) -> str:
    """A filled circle."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"{_faint(opacity)}/>'


def ellipse(x: float, y: float, rx: float, ry: float, *, fill: str, opacity: float = 1.0) -> str:
    """A filled ellipse."""
    return (
        f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}"{_faint(opacity)}/>'
    )


def rect(
    x: float, y: float, w: float, h: float, *, fill: str, round_: float = 0, opacity: float = 1.0
) -> str:
    """A filled rectangle."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{round_:g}" '
        f'fill="{fill}"{_faint(opacity)}/>'
    )


def group(inside: str, transform: str) -> str:
    """Shapes moved together; nothing for nothing."""
    return f'<g transform="{transform}">{inside}</g>' if inside else ""


def placed(inside: str, x: float, y: float, *, turn: float = 0, scale: float = 1) -> str:
    """Shapes drawn around (0, 0), put where they belong; `turn` in degrees."""
    return group(inside, f"translate({x:g},{y:g}) rotate({turn:g}) scale({scale:g})")


def clipped(inside: str, name: str, edge: str = "") -> str:
    """Shapes cut off at an edge: a path of that name, defined here or, where empty, before."""
    cut = f'<clipPath id="{name}"><path d="{edge}"/></clipPath>' if edge else ""
    return f'{cut}<g clip-path="url(#{name})">{inside}</g>'


def fading(name: str, start: str, end: str, *, across: bool = False) -> str:
    """A gradient to be used as the fill `url(#name)`: downwards, or to the right."""
    x, y = (1, 0) if across else (0, 1)
    return (
        f'<linearGradient id="{name}" x1="0" y1="0" x2="{x}" y2="{y}">{_stops(start, end)}'
        "</linearGradient>"
    )


def glowing(name: str, inner: str, outer: str, x: float, y: float) -> str:
    """A gradient around a point, given in shares of the shape."""
    return (
        f'<radialGradient id="{name}" cx="{x:g}" cy="{y:g}" r="0.85">{_stops(inner, outer)}'
        "</radialGradient>"
    )


def mirrored(inside: str) -> str:
    """The shapes and their mirror image: most of a face is drawn once."""
    return inside + group(inside, "scale(-1,1)")


def drawing(inside: str, view: str, px: int) -> bytes:
    """A whole square document, `view` being its viewBox."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{px}" height="{px}" viewBox="{view}">'
        f"{inside}</svg>"
    ).encode()


def _stops(start: str, end: str) -> str:
    return f'<stop offset="0" stop-color="{start}"/><stop offset="1" stop-color="{end}"/>'


def _faint(opacity: float) -> str:
    return "" if opacity >= 1 else f' opacity="{opacity:g}"'
