"""Until when: found by trying the rulebook's own actions and waiting, on copies of the state.

No rule is told twice: a sighting ends where the interpreter says that it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sameface.rules.conditions import holds, terms
from sameface.rules.events import Event
from sameface.rules.looking import Look
from sameface.rules.rulebook import Action, Channel, Route
from sameface.rules.search import Step, ways
from sameface.rules.state import State
from sameface.rules.ways import way
from sameface.rules.wording import Wording, by_way_of, moment, no_way, sentence
from sameface.values import Ends, Until

_CYCLES = 8
"""What one due moment sets off may be due in turn; longer chains than this there are not."""


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
    why, must = _why_never(look), _must(look, wording)
    told = sentence(wording.tell(why, look.person, look.viewer))
    return f"{told}: {must}" if must else told


def _why_never(look: Look) -> str:
    """The condition that is not met, the refusal on the way, or that there is no way."""
    book, state, surface = look.book, _at_rest(look), look.surface
    store = book.stores[surface.reads]
    if not holds(surface.needs, state.options):
        return surface.unless
    if store.needs is not None and not holds((store.needs,), state.options):
        return store.lacking
    if too_large := look.too_large():
        return too_large
    refused = [
        state.refused[route.id].text
        for route in book.routes.values()
        if route.id in state.refused
        and way(book, route.target, store.id, state.options) is not None
    ]
    if refused or store.alone:
        return refused[-1] if refused else store.alone
    origin = state.newest.store or store.id
    if origin == store.id:
        return f"whether {store.title} took the newest photo cannot be known"
    routes = way(book, origin, store.id, state.options)
    return (
        no_way(book, origin, store.id, state.options) if routes is None else _stuck(state, routes)
    )


def _stuck(state: State, routes: Sequence[Route]) -> str:
    """Where the photo came to rest on an open way: what carries on a write has had its chance."""
    names = {store: held.name for store, held in state.held.items()}
    stuck = next((r for r in routes if names.get(r.origin) != names.get(r.target)), routes[-1])
    return stuck.waits if stuck.rests else f"{stuck.title}, but only with the next change"


def _at_rest(look: Look) -> State:
    """The last of the worlds when nothing is under way any more."""
    for _ in range(_CYCLES):
        moments = look.moments()
        if not moments:
            break
        look = look.later(moments[-1])
    return look.worlds[-1][1]


def _must(look: Look, wording: Wording) -> str:
    """Who would have to do what; nothing where nobody could."""
    if not holds(look.surface.needs, look.state.options):
        acts = (look.book.options[name].act for name in _unmet(look))
        told = [wording.tell(act, look.person, look.viewer) for act in acts if act]
        return f"an administrator must {' and '.join(told)}" if told else ""
    by_hand = _by_hand(look)
    if by_hand is None:
        return ""
    actor = wording.name(look.person) if by_hand.actor == "person" else "an administrator"
    if look.wanted() is None:
        return f"{actor} must remove it {by_way_of(by_hand)}"
    smaller = ", made smaller" if look.too_large() else ""
    return f"{actor} must {wording.tell(by_hand.act, look.person, look.viewer)}{smaller}"


def _unmet(look: Look) -> list[str]:
    """The options that the surface needs otherwise."""
    options = look.state.options
    unmet = (need for need in look.surface.needs if not holds((need,), options))
    return [term.option for need in unmet for term in terms(need)]


def _by_hand(look: Look) -> Channel | None:
    """A channel from which the photo would come here: the person's own first, then the nearest."""
    book, state, reads = look.book, look.state, look.surface.reads

    def leads(channel: Channel) -> bool:
        store = state.circumstances.writes(channel.id)
        is_open = channel.is_open_to(state.options) and store in state.circumstances.stores()
        return is_open and way(book, store or "", reads, state.options) is not None

    leading = filter(leads, book.channels.values())
    return min(leading, key=lambda c: (c.actor != "person", c.writes != reads), default=None)
