"""The map as an SVG file: light and dark, no script, readable without colour."""

from __future__ import annotations

from html import escape

from sameface.rules.rulebook import Rulebook
from sameface.views.map.geometry import SMALL_PX, TITLE_PX, Box, Path
from sameface.views.map.layout import layout
from sameface.views.words import ACTORS

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #667085; --paper: #fbfaf8; --card: #fff;
  --line: #d8d4cd; --shade: #f3f0eb; --store: #e4efe9; --edge: #2f7d5b; --route: #2f7d5b;
  --person: #3b6fb6; --administrator: #8a6100; --process: #667085; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff4; --soft: #a4adbb; --paper: #14171c;
  --card: #1c2027; --line: #3a414d; --shade: #232830; --store: #1d3a2e; --edge: #7dd3ae;
  --route: #7dd3ae; --person: #8fb8f0; --administrator: #f2c35e; --process: #a4adbb; } }
.paper { fill: var(--paper); }
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
  fill: var(--ink); }
.head { font-size: 22px; font-weight: 700; letter-spacing: -.01em; }
.sub, .column { fill: var(--soft); font-size: 13px; }
.column { font-weight: 600; }
.title { font-weight: 600; font-size: 13px; }
.small { fill: var(--soft); font-size: 11px; }
rect { fill: var(--card); stroke: var(--line); stroke-width: 1; }
.store rect { fill: var(--store); stroke: var(--edge); stroke-width: 1.5; }
.store .title { font-weight: 700; }
.cache rect { fill: var(--shade); }
.perhaps rect { stroke-dasharray: 4 3; stroke: var(--soft); }
.route rect { fill: none; stroke: none; }
.bar { stroke: none; }
.closed rect { fill: none; stroke-dasharray: 3 3; }
.closed .title { fill: var(--soft); }
.closed .bar { opacity: .5; }
path.closed { stroke-dasharray: 2 4; }
.person .bar { fill: var(--person); }
.administrator .bar { fill: var(--administrator); }
.process .bar { fill: var(--process); }
path { fill: none; stroke: var(--soft); stroke-width: 1.25; }
path.route { stroke: var(--route); stroke-width: 2; }
path.inferred { stroke-dasharray: 6 3; }
path.leader { stroke: var(--route); stroke-width: 1; stroke-dasharray: 1 3; }
circle { fill: var(--route); }
marker path { stroke: none; fill: var(--soft); }
marker.strong path { fill: var(--route); }
"""


def draw(book: Rulebook) -> str:
    """The whole file. The same rulebook always gives the same bytes."""
    drawn = layout(book)
    w, h = f"{drawn.width:g}", f"{drawn.height:g}"
    title = f"{book.title}: where a profile photo goes"
    parts = [
        _opening(w, h, title),
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        "<defs>" + _marker("end", "") + _marker("strong-end", "strong") + "</defs>",
        f'<rect class="paper" width="{w}" height="{h}" style="stroke:none;fill:var(--paper)"/>',
        f'<text class="head" x="28" y="42">{escape(book.title)}</text>',
        f'<text class="sub" x="28" y="64">{escape(_subtitle(book))}</text>',
    ]
    parts += [
        f'<text class="column" x="{x:g}" y="94">{escape(name)}</text>' for x, name in drawn.columns
    ]
    parts += [_path(path) for path in drawn.paths]
    parts += [_box(box) for box in drawn.boxes]
    parts += _legend(drawn.height - 26)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _opening(width: str, height: str, title: str) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    )


def _subtitle(book: Rulebook) -> str:
    dated = f"{book.dated.day} {book.dated:%B %Y}"
    return f"Where a profile photo goes, by the rulebook {book.id}, as of {dated}"


def _marker(name: str, kind: str) -> str:
    return (
        f'<marker id="{name}" class="{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/>'
        "</marker>"
    )


def _path(path: Path) -> str:
    steps = " L".join(f"{x:g} {y:g}" for x, y in path.points)
    marker = "strong-end" if path.kind.startswith("route") else "end"
    end = f' marker-end="url(#{marker})"' if path.arrow else ""
    line = f'<path class="{path.kind}" d="M{steps}"{end}/>'
    if path.kind != "leader":
        return line
    x, y = path.points[0]
    return f'{line}<circle cx="{x:g}" cy="{y:g}" r="3.5"/>'


def _box(box: Box) -> str:
    y = box.y + (box.h - box.text_height()) / 2 + 9
    lines = []
    for css, size, texts in (("title", TITLE_PX, box.title), ("small", SMALL_PX, box.small)):
        for text in texts:
            y += size + 4
            lines.append(
                f'<text class="{css}" x="{box.x + 9:g}" y="{y - 5:g}">{escape(text)}</text>'
            )
    rect = f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.w:g}" height="{box.h:g}" rx="7"/>'
    bar = ""
    if box.kind.startswith("channel"):
        bar = (
            f'<rect class="bar" x="{box.x:g}" y="{box.y + 6:g}" width="3.5" '
            f'height="{box.h - 12:g}" rx="1.75"/>'
        )
    return f'<g class="{box.kind}">{rect}{bar}{"".join(lines)}</g>'


def _legend(y: float) -> list[str]:
    """What colours and dashes mean; each is also said in words where it is."""
    parts, x = [], 28.0
    for actor, told in ACTORS.items():
        parts.append(
            f'<g class="{actor}"><rect class="bar" x="{x:g}" y="{y - 11:g}" width="3.5" '
            f'height="14" rx="1.75"/><text class="small" x="{x + 10:g}" y="{y:g}">{told}</text></g>'
        )
        x += 150
    for kind, told in (
        ("route", "a route between stores"),
        ("route inferred", "a route that sources only let us infer"),
    ):
        parts.append(
            f'<path class="{kind}" d="M{x:g} {y - 4:g} L{x + 26:g} {y - 4:g}" '
            f'marker-end="url(#strong-end)"/><text class="small" x="{x + 34:g}" y="{y:g}">'
            f"{told}</text>"
        )
        x += 200
    return parts
