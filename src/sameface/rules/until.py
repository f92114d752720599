"""Until when: found by trying the rulebook's own actions and waiting, on copies of the state.

No rule is told twice: a sighting ends where the interpreter says that it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sameface.rules.conditions import holds
from sameface.rules.events import Event
from sameface.rules.looking import Look
from sameface.rules.rulebook import Action, Channel
from sameface.rules.search import Step, ways
from sameface.rules.ways import way
from sameface.rules.wording import Wording, moment, sentence
from sameface.values import Ends, Until


def until(look: Look, wording: Wording) -> Until:
    """Until when the sighting stays as it is, if nobody changes a photo meanwhile."""
    seen, wanted = look.photos(), look.wanted()
    if seen == {wanted}:
        return _settled_or_passing(look, seen)
    found = ways(look, wanted)
    path = found.wanted or found.other
    if path is None:
        return Until(Ends.NEVER, _never(look, wording))
    return _told(look, path, wording, _alternatives(look, path, wording))


def _settled_or_passing(look: Look, seen: frozenset[str | None]) -> Until:
    for at in look.moments():
        if look.later(at).photos() != seen:
            return Until(Ends.TIME, moment(at, look.now), at=at)
    if seen == {None}:
        return Until(Ends.SETTLED, "there is no photo to show")
    return Until(Ends.SETTLED, "this is the newest photo, and it stays")


# ---------------------------------------------------------------------------
# The telling


def _told(
    look: Look, path: Sequence[Step], wording: Wording, others: tuple[Until, ...] = ()
) -> Until:
    step, *rest = path
    while step.action is None and rest:  # waiting is told with what follows it
        step, *rest = (replace(rest[0], at=max(step.at, rest[0].at)), *rest[1:])
    then = _told(look, rest, wording) if rest else None
    follows = f"; then {then.text}" if then else ""
    if step.action is None:
        ranged = any(i.pace is not look.worlds[0][0].pace for i, _ in look.worlds)
        when = f"{'at the latest ' if ranged else ''}{moment(step.at, look.now)}"
        within = (None, (step.at - look.now).total_seconds()) if ranged else None
        text, at = when + follows, step.at
        return Until(Ends.TIME, text, at=at, within_s=within, alternatives=others, then=then)
    later = step.at > look.now
    after = f" after {moment(step.at, look.now)}" if later else ""
    text = wording.tell(step.action.text, look.person, look.viewer) + after
    return Until(
        Ends.ACTION,
        text + follows,
        at=step.at if later else None,
        action=step.action.id,
        by=_actor(step.action, look),
        alternatives=others,
        then=then,
    )


def _actor(action: Action, look: Look) -> str:
    who = {"owner": look.person, "viewer": look.viewer or "", "administrator": "administrator"}
    return who[action.by]


def _alternatives(look: Look, path: Sequence[Step], wording: Wording) -> tuple[Until, ...]:
    """Other ways to the same end: without this path's first action; and a copy's unknown end."""
    first = next((s.action for s in path if s.action is not None), None)
    if first is None:
        return _sooner(look, path, wording)
    other = ways(look, look.wanted(), frozenset({first.id})).wanted
    told = [] if other is None or len(other) > len(path) else [_told(look, other, wording)]
    cache = look.surface.cache and look.book.caches[look.surface.cache]
    if cache and not cache.lifetime.known and first.id == cache.cleared_by:
        told.append(Until(Ends.UNKNOWN, "its copy expires (how long that takes is not documented)"))
    return tuple(told)


def _sooner(look: Look, path: Sequence[Step], wording: Wording) -> tuple[Until, ...]:
    """Clearing the viewer's cache spares waiting for its copy to expire, once others see it."""
    verb = look.surface.cache and look.book.caches[look.surface.cache].cleared_by
    wanted, colleague = look.wanted(), replace(look, viewer=None)
    if look.viewer is None or not verb:
        return ()
    steps = () if colleague.photos() == {wanted} else ways(colleague, wanted).wanted
    if steps is None:
        return ()
    at = max((step.at for step in steps), default=look.now)
    event = Event(verb, viewer=look.viewer, client=look.surface.id)
    if at >= path[-1].at or look.after(event, at).photos() != {wanted}:
        return ()
    return (_told(look, (*steps, Step(at, look.book.actions[verb])), wording),)


def _never(look: Look, wording: Wording) -> str:
    """Why nothing will change it, and what would."""
    book, state, surface = look.book, look.state, look.surface
    store = book.stores[surface.reads]
    why = store.alone
    for route in book.routes.values():
        if route.id in state.refused and route.target in book.upstream(store.id):
            why = state.refused[route.id].text
    if store.needs is not None and not holds((store.needs,), state.options):
        why = store.lacking
    if not holds(surface.needs, state.options):
        return sentence(wording.tell(surface.unless, look.person, look.viewer))
    why = wording.tell(why or f"nothing carries it to {store.title}", look.person, look.viewer)
    by_hand = _by_hand(look)
    if by_hand is None:
        return sentence(why)
    actor = wording.name(look.person) if by_hand.actor == "person" else "an administrator"
    return f"{sentence(why)}: {actor} must set it in {by_hand.title}"


def _by_hand(look: Look) -> Channel | None:
    """A channel from which the photo would come here: the person's own first, then the nearest."""
    book, options, reads = look.book, look.state.options, look.surface.reads
    leading = [
        channel
        for channel in book.channels.values()
        if channel.is_open_to(options) and way(book, channel.writes, reads, options) is not None
    ]
    return min(leading, key=lambda c: (c.actor != "person", c.writes != reads), default=None)
