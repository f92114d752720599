"""Lines of the mapping that say nothing: told, since who misspelt one believes that it holds."""

from __future__ import annotations

from collections.abc import Iterable

from sameface.sync.observe import Pass
from sameface.sync.work import Work

_FEW = 20


async def idle(work: Work, passes: Iterable[Pass]) -> tuple[str, ...]:
    """Sentences about lines whose account, or whose person, no store has; with their numbers.

    None where not all stores were looked at to their end: what is not known may be there.
    """
    said = work.settings.mapping
    whole = {one.store for one in passes if one.whole}
    if not said.people or whole != set(work.connectors):
        return ()
    used = {place for account in await work.vault.review.mapped() for place in said.about(account)}
    known = await work.vault.review.known(set(said.people.values()))
    lost = {said.lines[place]: place[1] for place in said.people if place not in used}
    strange = {
        said.lines[place]: person
        for place, person in said.people.items()
        if person not in known and place in used
    }
    return (
        *_told(said.file, lost, "no store has an account {}"),
        *_told(said.file, strange, "no store knows {}"),
    )


def _told(file: str, lines: dict[int, str], what: str) -> tuple[str, ...]:
    """One sentence for all of these lines, if there are any."""
    if not lines:
        return ()
    first, *others = sorted(lines)
    more = ""
    if others:
        named = ", ".join(map(str, others[:_FEW]))
        rest = f" and {len(others) - _FEW} more" if len(others) > _FEW else ""
        more = f", and so it is with line{'s' * (len(others) > 1)} {named}{rest}"
    remedy = "correct them, or take them out" if others else "correct it, or take it out"
    return (f"{file}, line {first}: {what.format(lines[first])}{more}; {remedy}.",)
