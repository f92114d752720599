"""What would happen if, and the best plan, as a table and as sentences for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sameface.explain import WhatIf
from sameface.rules.best import Plan
from sameface.rules.lots import Deed
from sameface.rules.rulebook import Rulebook
from sameface.rules.wording import Wording, by_way_of, moment, said, span
from sameface.values import Ends, Until
from sameface.views.narrative import until_text


def changes(told: WhatIf, book: Rulebook, letters: Mapping[str, str]) -> Table:
    """Every surface before and after, and how long it then takes."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("place", no_wrap=True, max_width=38)
    table.add_column("now", no_wrap=True)
    table.add_column("then", no_wrap=True)
    table.add_column("and after that")
    for one in told.changes:
        differs = one.before != one.after
        after = Text(_named(one.after, letters), style="bold green" if one.settled else "yellow")
        table.add_row(
            Text(book.surfaces[one.surface].title, style="bold" if differs else ""),
            _named(one.before, letters),
            after if differs else Text(after.plain, style="dim"),
            waits(one.until, told.at),
        )
    return table


def waits(until: Until, now: datetime) -> str:
    """The waiting after it: none, a length, or somebody's action."""
    if until.kind is Ends.SETTLED:
        return "settled"
    if until.kind is Ends.TIME and until.at is not None and until.then is None:
        ranged = "up to " if until.within_s else ""
        return f"{ranged}{span(until.at - now)}: {until_text(until)}"
    return until_text(until)


def _named(photos: Sequence[str | None], letters: Mapping[str, str]) -> str:
    return " or ".join("none" if p is None else letters.get(p, p) for p in photos)


def steps(
    plan: Plan, book: Rulebook, wording: Wording, now: datetime, letters: Mapping[str, str]
) -> Iterator[str]:
    """The plan: what to do in order, when all is well at the latest, and what it cannot reach."""
    if not plan.reached:
        yield "No sequence of documented actions by these people changes what is seen."
    elif not plan.deeds:
        yield f"Nothing has to be done: {_within(plan, now)}."
    else:
        count = len(plan.deeds)
        yield f"{count} action{'s' if count > 1 else ''}; {_within(plan, now)}:"
    for number, deed in enumerate(plan.deeds, 1):
        when = "at once" if deed.at <= now else f"after {moment(deed.at, now)}"
        yield f"  {number}. {when}: {_to_do(deed, book, wording, letters)}"
    if plan.left:
        titles = ", ".join(book.surfaces[surface].title for surface in plan.left)
        yield f"  Not reached this way: {titles}."
    if plan.stopped is not None:
        yield f"  The search stopped after {plan.stopped:,} tries; there may be a shorter way."


def _within(plan: Plan, now: datetime) -> str:
    what = "what can be reached" if plan.left else "every place"
    if plan.latest <= now:
        return f"{what} shows the wanted photo right away"
    length = span(plan.latest - now)
    return f"{what} shows the wanted photo within {length}, by {moment(plan.latest, now)}"


def _to_do(deed: Deed, book: Rulebook, wording: Wording, letters: Mapping[str, str]) -> str:
    """One action, as something still to be done."""
    event = deed.event
    if event.channel is not None:
        channel = book.channels[event.channel]
        who = wording.name(event.person) if channel.actor == "person" else "an administrator"
        photo = event.photo and letters.get(event.photo.name, event.photo.name)
        what = "removes the photo" if photo is None else f"sets photo {photo}"
        return f"{who} {what} {by_way_of(channel)}"
    text = wording.tell(book.actions[event.verb].text, event.person or "", event.viewer)
    if event.option is not None:
        text += f": {event.option} {said(event.value)}"
    return text
