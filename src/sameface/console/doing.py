"""What the console does to stores: the same runs and proposals that the commands make."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sameface import sync
from sameface.console.desk import Desk
from sameface.console.jobs import Job, Jobs
from sameface.console.roles import Who
from sameface.console.texts import say
from sameface.console.waiting import Plans, Waiting
from sameface.errors import NotAPicture, UnknownPerson
from sameface.sync.keeper import recognise
from sameface.sync.plan import Action, Hold, actions_of, pins_of
from sameface.values import Person
from sameface.vault import Entry

ORIGIN = "console"
"""Where a photo that was handed in here was first seen."""


class Doing:
    """Runs as jobs, and proposals as plans that wait."""

    def __init__(self, desk: Desk, jobs: Jobs, plans: Plans) -> None:
        self._desk, self._jobs, self._plans = desk, jobs, plans

    # --- jobs ------------------------------------------------------------------------------------

    def look(self, who: Who) -> Job:
        """Observe everybody."""

        async def work(job: Job) -> None:
            job.outcome = await sync.status(*self._desk.tools, job.step)

        return self._jobs.begin("look", who.name, work)

    def plan(self, who: Who) -> Job:
        """Observe everybody, and plan what a sync would write."""

        async def work(job: Job) -> None:
            made, job.outcome = await sync.plan(*self._desk.tools, job.step)
            job.plan = made.digest

        return self._jobs.begin("plan", who.name, work)

    def sync(self, who: Who) -> Job:
        """Observe everybody, and make what differs agree."""

        async def work(job: Job) -> None:
            await self._note(who, say("noted.sync"))
            job.outcome = await sync.sync(*self._desk.tools, job.step)

        return self._jobs.begin("sync", who.name, work)

    def apply(self, who: Who, digest: str) -> Job:
        """Do exactly what a plan that waits says. Error: BadUsage where there is none."""
        waiting = self._plans.get(digest)

        async def work(job: Job) -> None:
            await self._note(who, say("noted.plan", digest=digest[:12]))
            job.plan, job.total = digest, len(waiting.plan.actions)
            job.outcome = await sync.apply(*self._desk.tools, job.step, plan=waiting.plan)
            self._plans.drop(digest)

        return self._jobs.begin(waiting.plan.verb, who.name, work)

    # --- plans -----------------------------------------------------------------------------------

    async def sync_person(self, name: str) -> Waiting:
        """Observe one person, and plan what brings them into line. Error: UnknownPerson."""
        return self._kept(await self._into_line(name, "sync"))

    async def places(self, who: Who, person: Person, stores: Collection[str]) -> Job | None:
        """Bring just these stores into line with where that person wants to be shown.

        None where nothing is to be written there. Error: UnknownPerson.
        """
        waiting = await self._into_line(person.upn, "places")
        actions = tuple(one for one in waiting.plan.actions if one.store in stores)
        if not actions:
            return None
        kept = self._kept(Waiting(replace(waiting.plan, actions=actions, pins=())))
        return self.apply(who, kept.plan.digest)

    async def _into_line(self, name: str, verb: str) -> Waiting:
        actions: list[Action] = []
        pins: list[Hold] = []
        left: list[sync.Left] = []

        def hear(decision: sync.Decision) -> None:
            actions.extend(actions_of(decision))
            pins.extend(pins_of(decision))
            left.extend(sync.left_of(decision, sync.Call.BY_HAND, sync.Call.ASK, sync.Call.UNKNOWN))

        person = await self._desk.vault.person(name)
        await sync.status(*self._desk.tools, tell=hear, names=[person.upn])
        organisation, now = self._desk.settings.organisation, self._desk.clock.now()
        plan = sync.Plan(organisation, now, tuple(actions), tuple(pins), verb=verb)
        return Waiting(plan, tuple(left))

    async def names(self, waiting: Waiting, page: int) -> dict[str, str]:
        """What the people of that page of a plan are called, by UPN."""
        ids = {one.person for _, actions in waiting.by_person(page) for one in actions}
        dossiers = await self._desk.vault.dossiers_of(ids)
        return {one.person.upn: one.person.name for one in dossiers if one.person.name}

    async def restore(self, name: str, version: str) -> Waiting:
        """Plan to put a version back everywhere. Errors: UnknownPerson, BadUsage, BlobLost."""
        made = await sync.restore(*self._desk.tools, name=name, version=version)
        return self._kept(Waiting(made.plan, made.left))

    async def photo(self, person: Person, data: bytes) -> Waiting:
        """Put a photo into the vault, and plan to show it everywhere. Error: PictureRefused."""
        now = self._desk.clock.now()
        known = await recognise(self._desk.vault, data, person.id, ORIGIN, now)
        if known.version is None:
            raise NotAPicture(say("mine.stand-in"))
        return await self.restore(person.upn, known.version)

    async def undo(self, run: str) -> Waiting:
        """Plan to put back what a run changed. Error: BadUsage."""
        made = await sync.undo(*self._desk.tools, run=run)
        return self._kept(Waiting(made.plan, made.left))

    async def unpin(self, name: str) -> bool:
        """Let the authority decide again; False where nobody had pinned anything."""
        person = await self._desk.vault.person(name)
        return await self._desk.vault.unpin(person.id, self._desk.clock.now())

    def _kept(self, waiting: Waiting) -> Waiting:
        self._plans.keep(waiting)
        return waiting

    async def _note(self, who: Who, what: str) -> None:
        """The journal outlasts people, so it names who approved by the vault's id, or by role."""
        entry = Entry(self._desk.clock.now(), "approved", f"{what}, {say(f'role.{who.role}')}")
        if who.person:
            try:
                known = await self._desk.vault.person(who.person)
            except UnknownPerson:
                known = None
            entry = replace(entry, why=f"{entry.why} {known.id}") if known else entry
        await self._desk.vault.note(entry)
