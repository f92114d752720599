"""What `sameface explain` does once its arguments are understood."""

from __future__ import annotations

import argparse
import asyncio

from sameface import sync
from sameface.cli import foreseeing, telling, terminal
from sameface.cli.session import Session, open_session
from sameface.cli.stopping import stoppable
from sameface.documents import nearest
from sameface.errors import BadUsage
from sameface.explain import Explainer
from sameface.rules import Rulebook
from sameface.views.explanation import tell
from sameface.views.ticket import ticket


def explained(args: argparse.Namespace) -> int:
    """Observe the person, reason back, tell; the exit code of the command."""
    return asyncio.run(_explained(args))


async def _explained(args: argparse.Namespace) -> int:
    decisions: list[sync.Decision] = []
    async with open_session(args.settings) as session:
        _check_surface(session.book, args.surface)
        with stoppable():
            outcome = await sync.status(
                session.settings,
                session.connectors,
                session.vault,
                session.clock,
                tell=decisions.append,
                names=[args.person],
            )
        viewer = await _viewer(session, args.viewer)
        explainer = session.explainer(decisions[0])
    if args.orders or args.best:
        foreseeing.foresee(explainer, viewer, args)
    else:
        _tell(explainer, viewer, args)
    return 2 if any(f.exit == 2 for f in outcome.failures) else 4 if outcome.failures else 0


def _check_surface(book: Rulebook, asked: str | None) -> None:
    if asked is not None and asked not in book.surfaces:
        raise BadUsage(f'{book.id} has no surface "{asked}"{nearest(asked, book.surfaces)}')


async def _viewer(session: Session, asked: str | None) -> str | None:
    """The viewer's name; somebody unknown may look too, since only their caches matter."""
    if asked is None:
        return None
    viewer = await session.vault.person(asked)
    return viewer.name or viewer.upn


def _tell(explainer: Explainer, viewer: str | None, args: argparse.Namespace) -> None:
    surfaces = [args.surface] if args.surface else list(explainer.book.surfaces)
    told = [explainer.explain(surface, viewer) for surface in surfaces]
    person, book = explainer.subject.person, explainer.book
    texts = list(ticket(person, book, told, viewer)) if args.ticket else []
    if args.json:
        data = foreseeing.about(explainer) | {"surfaces": [one.as_json() for one in told]}
        data |= {"ticket": texts} if args.ticket else {}
        terminal.data(data)
        return
    if args.ticket:
        telling.paragraphs(texts)
        return
    for line in tell(person, book, told, viewer):
        terminal.say(line)
