"""Why a place shows the photo it shows, and until when."""

from __future__ import annotations

import argparse
import asyncio
import json

from sameface.cli import terminal
from sameface.cli.session import Session, add_settings, open_session
from sameface.documents import nearest
from sameface.errors import BadUsage
from sameface.rules import Rulebook


def add(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    add_settings(parser)
    parser.add_argument("person", metavar="PERSON", help="UPN, mail or name")
    parser.add_argument("--surface", metavar="S", help="one surface only (default: all)")
    parser.add_argument("--viewer", metavar="V", help="who is looking (default: a colleague)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, 2 for an unknown person or surface, 4 where nothing could be observed."""
    return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    from sameface import sync  # noqa: PLC0415  arguments are checked before heavy parts load

    decisions: list[sync.Decision] = []
    async with open_session(args.settings) as session:
        surfaces = _surfaces(session.book, args.surface)
        outcome = await sync.status(
            session.settings,
            session.connectors,
            session.vault,
            session.clock,
            tell=decisions.append,
            names=[args.person],
        )
        viewer = await _viewer(session, args.viewer)
        explainer = await session.explainer(decisions[0], outcome)
        told = [explainer.explain(surface, viewer) for surface in surfaces]
    if args.json:
        person = {"person": decisions[0].person.upn, "name": decisions[0].person.name}
        names = {name: digest for digest, name in explainer.names.items()}
        looks = [one.as_json() for one in told]
        terminal.out(json.dumps({**person, "photos": names, "surfaces": looks}))
    else:
        from sameface.views.explanation import tell  # noqa: PLC0415

        for line in tell(decisions[0].person, session.book, told, viewer):
            terminal.out(line)
    return 2 if any(f.exit == 2 for f in outcome.failures) else 4 if outcome.failures else 0


def _surfaces(book: Rulebook, asked: str | None) -> list[str]:
    if asked is None:
        return list(book.surfaces)
    if asked not in book.surfaces:
        raise BadUsage(f'{book.id} has no surface "{asked}"{nearest(asked, book.surfaces)}')
    return [asked]


async def _viewer(session: Session, asked: str | None) -> str | None:
    """The viewer's name; somebody unknown may look too, since only their caches matter."""
    if asked is None:
        return None
    viewer = await session.vault.person(asked)
    return viewer.name or viewer.upn
