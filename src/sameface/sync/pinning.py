"""The policy of a run: what sameface.toml says, its pins found among the versions in the vault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sameface.errors import BadSettings, BadUsage, UnknownPerson
from sameface.settings import Wishes
from sameface.sync.policy import Policy
from sameface.sync.work import Work
from sameface.values import Person, Version
from sameface.vault import Vault


async def policy_of(work: Work, unseen: Iterable[str] = ()) -> Policy:
    """The policy; BadSettings where it pins somebody to a photo that the vault has not.

    A pin of whom nobody knows is told as any name of the settings is that is nobody's.
    """
    policy = Policy.of(work.settings, work.connectors, unseen)
    people = {
        name: tuple([await _resolved(work, name, wish) for wish in wishes])
        for name, wishes in policy.people.items()
    }
    return replace(policy, people=people)


async def _resolved(work: Work, name: str, wish: Wishes) -> Wishes:
    if wish.pin is None:
        return wish
    file = work.settings.file.name
    try:
        person = await work.vault.person(name)
        version = await version_of(work.vault, person, wish.pin)
    except UnknownPerson as unknown:
        if not unknown.several:
            return replace(wish, pin=None)
        who = ", ".join(unknown.near)
        what = f"{file} pins {name}, and several people answer to that: {who}"
        raise BadSettings(f"{what}; name one of them there, or take the pin out.") from None
    except BadUsage as wrong:
        what = f"{file} pins {name}. {wrong.sentence()}"
        raise BadSettings(f"{what} Correct the pin, or take it out.") from None
    return replace(wish, pin=version.photo)


async def version_of(vault: Vault, person: Person, name: str) -> Version:
    """The person's version whose digest begins so; BadUsage where that is none, or several."""
    asked = name.strip().lower()
    found = [v for v in await vault.versions(person.id) if asked and v.digest.startswith(asked)]
    if len(found) == 1:
        return found[0]
    what = "has several versions" if found else "has no version"
    raise BadUsage(
        f'{person.upn} {what} "{name}"; `sameface history {person.upn}` lists them by their digits.'
    )
