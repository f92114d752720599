"""Keeping one face everywhere as things happen: stores that tell of changes are listened to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from sameface.connectors.base import Connector
from sameface.connectors.watching import Watches
from sameface.errors import (
    BadUsage,
    Interrupted,
    StoreFailed,
    SyncStopped,
    UnknownPerson,
    VaultBusy,
)
from sameface.http import Clock
from sameface.jobs import listening
from sameface.settings import Settings
from sameface.sync.decide import Decision
from sameface.sync.judging import Judge
from sameface.sync.outcome import Outcome, Progress
from sameface.sync.parts import looks_empty
from sameface.sync.pinning import policy_of
from sameface.sync.plan import Action, Hold, Plan, actions_of, pins_of
from sameface.sync.run import apply, status, sync
from sameface.sync.work import Work, silent
from sameface.values import Key, Page
from sameface.vault import Vault

Connectors = Mapping[str, Connector]

EVERY = timedelta(hours=1)
"""Between two looks at everybody: most stores tell of nothing, directories not of everything."""

AGAIN = timedelta(minutes=1)
"""After so long, whoever could not be carried is looked at once more."""

_NAMES = (Key.UPN, Key.MAIL)


class _Heard:
    """What stores have told since it was last taken: names, or to look at everybody."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.failed: BaseException | None = None
        self._names: dict[str, None] = {}
        self._everybody = False

    def page(self, page: Page) -> None:
        names = [
            next((v for k in _NAMES if (v := o.account.key(k))), None) for o in page.observations
        ]
        self._names |= dict.fromkeys(name for name in names if name)
        self._everybody |= not page.delta or bool(page.gone)
        self.news.set()

    def ended(self, ear: asyncio.Task[None]) -> None:
        """Whatever ends an ear ends the watch: it would be deaf, and nobody would know."""
        if not ear.cancelled() and (failed := ear.exception()) is not None:
            self.failed = failed
            self.news.set()

    def again(self, names: Iterable[str], after: timedelta, *, everybody: bool = False) -> None:
        """These names, or everybody, are told once more, after so long."""
        loop = asyncio.get_running_loop()
        loop.call_later(after.total_seconds(), self._tell, tuple(names), everybody)

    def _tell(self, names: Iterable[str], everybody: bool) -> None:
        self._names |= dict.fromkeys(names)
        self._everybody |= everybody
        self.news.set()

    def take(self) -> tuple[list[str], bool]:
        """(names, everybody), and both are forgotten."""
        taken = list(self._names), self._everybody
        self._names, self._everybody = {}, False
        self.news.clear()
        return taken


async def watch(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    progress: Callable[[Progress], None] = silent,
    *,
    tell: Callable[[Decision], None] = silent,
    every: timedelta = EVERY,
    again: timedelta = AGAIN,
) -> AsyncGenerator[Outcome, None]:
    """`sync`, and again for whoever a store says has changed, within seconds; ends when asked to.

    An outcome is told whenever something was looked at and led to writes, and after each look at
    everybody, which comes every so often. Where a store failed, or another run has the vault, it is
    tried `again`.

    Errors: BadUsage where no store can be listened to, StoreFailed where listening cannot begin,
    VaultBusy where another run is under way when it begins, SyncStopped, VaultFailed.
    """
    talking = {name: one for name, one in connectors.items() if isinstance(one, Watches)}
    if not talking:
        raise BadUsage(
            "No configured store tells of changes, as directories do; run `sameface sync` at "
            "intervals instead of --watch."
        )
    with listening() as stop:
        async with _ears(talking) as heard:
            everybody, names, people, due = True, list[str](), None, 0.0
            tools = settings, connectors, vault, clock
            while not stop.is_set():
                try:
                    if everybody:
                        due = clock.ticks() + every.total_seconds()
                        outcome = await sync(*tools, progress, tell=tell)
                        people = outcome.people
                        yield outcome
                    elif names:
                        made, failed = await _plan_of(*tools, names=names, people=people or 0)
                        if made is not None and not stop.is_set():
                            outcome = await apply(*tools, progress, plan=made, tell=tell)
                            came = [result for result, many in outcome.results.items() if many]
                            failed = failed or not all(result.good for result in came)
                            yield outcome
                        if failed:
                            heard.again(names, again)
                except VaultBusy:
                    if people is None:
                        raise
                    heard.again(names, again, everybody=everybody)
                names, everybody = await _next(heard, stop, clock, due)


# ---------------------------------------------------------------------------


@asynccontextmanager
async def _ears(talking: Mapping[str, Watches]) -> AsyncIterator[_Heard]:
    """Listening begins before the first look, so that nothing falls in between."""
    heard = _Heard()

    async def listen(store: Watches) -> None:
        async for page in store.watch():
            heard.page(page)

    ears = [asyncio.create_task(listen(store)) for store in talking.values()]
    for ear in ears:
        ear.add_done_callback(heard.ended)
    try:
        yield heard
    finally:
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)


async def _next(
    heard: _Heard, stop: asyncio.Event, clock: Clock, due: float
) -> tuple[list[str], bool]:
    """What to look at next: all when that is `due`, whatever is told meanwhile.

    Error: StoreFailed where a store cannot be listened to.
    """
    waiting = [asyncio.create_task(event.wait()) for event in (heard.news, stop)]
    _, pending = await asyncio.wait(
        waiting, timeout=max(0.0, due - clock.ticks()), return_when=asyncio.FIRST_COMPLETED
    )
    for task in pending:
        task.cancel()
    if heard.failed is not None:
        raise heard.failed
    names, everybody = heard.take()
    return names, everybody or clock.ticks() >= due


async def _plan_of(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    *,
    names: list[str],
    people: int,
) -> tuple[Plan | None, bool]:
    """What a sync would write for these people, or None, and whether a store failed."""
    unseen: set[str] = set()
    actions: list[Action] = []
    pins: list[Hold] = []

    def collect(decision: Decision) -> None:
        actions.extend(actions_of(decision))
        pins.extend(pins_of(decision))

    for name in names:
        # Gone again: the next look at all tells how. Interrupted: the watch ends, as it was asked.
        with contextlib.suppress(UnknownPerson, Interrupted):
            seen = await status(settings, connectors, vault, clock, tell=collect, names=[name])
            unseen |= {f.store for f in seen.failures if isinstance(f, StoreFailed)}
    changing = len({action.person for action in actions})
    if not settings.stop_above.allows(changing, max(people, changing)):
        raise SyncStopped(
            f"{changing} of {people} people changed at once, more than {settings.stop_above} "
            f"(stop-above in {settings.file.name}); nothing was written. Look at `sameface plan`, "
            "then raise stop-above, or `sameface apply` the plan."
        )
    if not actions:
        return None, bool(unseen)
    with listening() as stop:
        work = Work(settings, connectors, vault, clock, stop, silent, silent)
        judge = Judge(work, await policy_of(work, sorted(unseen)))
        if empty := judge.empty(await judge.forecast()):
            raise SyncStopped(looks_empty(empty))
    made = Plan(settings.organisation, clock.now(), tuple(actions), tuple(pins), verb="sync")
    return made, bool(unseen)
