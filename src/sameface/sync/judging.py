"""Deciding about everybody, a page of people at a time, and counting what is left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial

from sameface.jobs import run_pages
from sameface.sync.apply import Applier
from sameface.sync.choosing import by_stores
from sameface.sync.decide import Decision, decide, reached
from sameface.sync.mapped import idle
from sameface.sync.observe import Pass
from sameface.sync.outcome import Outcome, Tally
from sameface.sync.plan import Hold
from sameface.sync.policy import Policy
from sameface.sync.work import Work
from sameface.vault import Agreement, Dossier, Pin, Vault

PAGE = 100
"""People per page: as many as a run does over again after it was killed."""

_LAPSED = "the stores say something else by themselves than when it was set"


class Judge:
    """Decides by one policy, tells each decision, remembers agreements, and keeps count."""

    def __init__(self, work: Work, policy: Policy) -> None:
        self._work = work
        self._vault = work.vault
        self._policy = policy
        self._tally = Tally()
        self._met: set[str] = set()  # names in the policy that are somebody's
        self._clashes: dict[str, str] = {}  # what two names of one person say, by their UPN

    def decide(self, dossier: Dossier) -> Decision:
        """What to do about one person, told to nobody."""
        of = dossier
        if named := self._policy.named(of.person):
            self._met |= named
            if odd := self._policy.of_person(of.person).clash:
                self._clashes[of.person.upn] = odd
        return decide(of.person, of.cells, of.agreed, self._policy, of.pin, withheld=of.withheld)

    async def page(self, dossiers: Sequence[Dossier], run: str | None = None) -> None:
        """Decide about some people, for good; where a `run` acts on that, pins that do not hold any
        more are over."""
        agreements: list[Agreement] = []
        now = self._work.clock.now()
        for dossier in dossiers:
            decision = self.decide(dossier)
            self._tally.add(dossier, decision)
            self._work.tell(decision)
            agreements += reached(decision, dossier.agreed, now)
            if run is not None and decision.lapsed and dossier.pin is not None:
                await self._vault.unpin(dossier.pin.person, now, _LAPSED, (dossier.pin, run))
        if agreements:
            await self._vault.agree(agreements)

    async def everybody(self, run: str | None = None) -> bool:
        """Decide about all people; False where it was asked to stop before the last."""
        step = partial(self.page, run=run)
        return await run_pages("decide", people(self._vault), step, self._work.stop)

    async def forecast(self) -> Tally:
        """What deciding about all people would count."""
        tally = Tally()
        async for page in people(self._vault):
            for dossier in page:
                tally.add(dossier, self.decide(dossier))
        return tally

    def empty(self, tally: Tally | None = None) -> tuple[str, ...]:
        """Sentences about stores that suddenly look empty."""
        counted = tally or self._tally
        limit = self._work.settings.policy.empty_store
        return tuple(
            f"{store} has lost {counted.lost[store]} of the {had} photos it had, more than {limit} "
            f"(empty-store in {self._work.settings.file.name})."
            for store, had in sorted(counted.had.items())
            if store in self._work.connectors and limit.stops(counted.lost[store], had)
        )

    async def remember(self, pins: Iterable[Hold], run: str) -> None:
        """Set pins, against what the stores say by themselves now that the run has written."""
        for hold in pins:
            for dossier in await self._vault.dossiers_of([hold.person]):
                policy = self._policy.of_person(dossier.person, dossier.withheld)
                held = {
                    cell.store: cell
                    for cell in dossier.cells
                    if cell.store in policy.stores and cell.store not in policy.silent
                }
                base = by_stores(held, {a.store: a for a in dossier.agreed}, policy)
                now = self._work.clock.now()
                await self._vault.pin(Pin(hold.person, hold.photo, base.mark, now, hold.why), run)

    async def outcome(
        self,
        passes: Iterable[Pass],
        applier: Applier | None = None,
        run: str | None = None,
        *,
        stopped: bool = False,
        of_some: bool = False,
    ) -> Outcome:
        """What the run has come to; `of_some`: it was about some people, not the organisation."""
        looks = tuple(passes)
        broken = {p.store: p.failure for p in looks if p.failure is not None}
        return Outcome(
            run=run,
            people=self._tally.people,
            agreeing=self._tally.agreeing,
            as_is=self._tally.as_is,
            changing=self._tally.changing,
            left=self._tally.verdicts,
            results=applier.results if applier else Counter(),
            doubtful=() if of_some else await self._doubtful(),
            failures=(*broken.values(), *(applier.failures if applier else ())),
            stopped=stopped,
            warnings=()
            if of_some
            else (
                *self.empty(),
                *self._strangers(stopped=stopped),
                *self._contradicted(),
                *await idle(self._work, looks),
            ),
        )

    def _strangers(self, *, stopped: bool) -> Iterator[str]:
        """A sentence for each list of the settings with names that nobody goes by.

        Silent where not everybody was seen: somebody may be known there.
        """
        if stopped or self._policy.unseen or not self._tally.people:
            return
        lists: defaultdict[str, list[str]] = defaultdict(list)
        for name in sorted(self._policy.people.keys() - self._met):
            for wish in self._policy.people[name]:
                lists["[[policy.people]]" if wish.whose == name else wish.whose].append(name)
        for whose, names in sorted(lists.items()):
            many = f", as it does {len(names) - 1} more" if len(names) > 1 else ""
            yield (
                f"{self._work.settings.file.name} names {names[0]} in {whose}{many}, and no store "
                "knows such a person; correct the name, or take it out."
            )

    def _contradicted(self) -> Iterator[str]:
        """A sentence where names of the settings turned out to be one person's, and contradict."""
        for upn, odd in sorted(self._clashes.items())[:1]:
            many = len(self._clashes) - 1
            more = f" So it is with {many} more (`sameface plan --all` names them)." if many else ""
            yield (
                f"{self._work.settings.file.name} names {upn} twice and contradicts itself, so "
                f"they are left alone: {odd}.{more}"
            )

    async def _doubtful(self) -> tuple[str, ...]:
        """A sentence for each doubtful account of a connected store."""
        found: list[str] = []
        after = None
        while page := await self._vault.doubts(after):
            found += [doubt.why for doubt in page if doubt.account.store in self._policy.stores]
            after = (page[-1].account.store, page[-1].account.ref)
        return tuple(found)


async def people(vault: Vault) -> AsyncIterator[tuple[Dossier, ...]]:
    """Everybody, in pages, by name."""
    after = None
    while page := await vault.dossiers(after, PAGE):
        yield page
        after = page[-1].person
