"""Keeping one face everywhere as things happen: stores that tell of changes are listened to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from sameface.connectors.base import Connector
from sameface.connectors.watching import Watches
from sameface.errors import BadUsage, Interrupted, StoreFailed, SyncStopped, UnknownPerson
from sameface.http import Clock
from sameface.jobs import listening
from sameface.settings import Settings
from sameface.sync.decide import Decision
from sameface.sync.outcome import Outcome, Progress
from sameface.sync.plan import Action, Hold, Plan, actions_of, pins_of
from sameface.sync.run import apply, status, sync
from sameface.sync.work import silent
from sameface.values import Key, Page
from sameface.vault import Vault

Connectors = Mapping[str, Connector]

EVERY = timedelta(hours=1)
"""Between two looks at everybody: most stores tell of nothing, directories not of everything."""

_NAMES = (Key.UPN, Key.MAIL)


class _Heard:
    """What stores have told since it was last taken: names, or to look at everybody."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.failed: StoreFailed | None = None
        self._names: dict[str, None] = {}
        self._everybody = False

    def page(self, page: Page) -> None:
        names = [
            next((v for k in _NAMES if (v := o.account.key(k))), None) for o in page.observations
        ]
        self._names |= dict.fromkeys(name for name in names if name)
        self._everybody |= not page.delta or bool(page.gone)
        self.news.set()

    def fail(self, failed: StoreFailed) -> None:
        self.failed = failed
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
) -> AsyncGenerator[Outcome, None]:
    """`sync`, and again for whoever a store says has changed, within seconds; ends when asked to.

    An outcome is told whenever something was looked at and led to writes, and after each look at
    everybody, which comes every so often. Errors: BadUsage where no store can be listened to,
    StoreFailed where listening cannot begin, SyncStopped, VaultFailed.
    """
    talking = {name: one for name, one in connectors.items() if isinstance(one, Watches)}
    if not talking:
        raise BadUsage(
            "No configured store tells of changes, as directories do; run `sameface sync` at "
            "intervals instead of --watch."
        )
    with listening() as stop:
        async with _ears(talking) as heard:
            everybody, names, people = True, list[str](), 0
            while not stop.is_set():
                if everybody:
                    outcome = await sync(settings, connectors, vault, clock, progress, tell=tell)
                    people = outcome.people
                    yield outcome
                elif names:
                    made = await _plan_of(
                        settings, connectors, vault, clock, names=names, people=people
                    )
                    if made is not None and not stop.is_set():
                        yield await apply(
                            settings, connectors, vault, clock, progress, plan=made, tell=tell
                        )
                names, everybody = await _next(heard, stop, every)


# ---------------------------------------------------------------------------


@asynccontextmanager
async def _ears(talking: Mapping[str, Watches]) -> AsyncIterator[_Heard]:
    """Listening begins before the first look, so that nothing falls in between."""
    heard = _Heard()

    async def listen(store: Watches) -> None:
        try:
            async for page in store.watch():
                heard.page(page)
        except StoreFailed as failed:
            heard.fail(failed)

    ears = [asyncio.create_task(listen(store)) for store in talking.values()]
    try:
        yield heard
    finally:
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)


async def _next(heard: _Heard, stop: asyncio.Event, every: timedelta) -> tuple[list[str], bool]:
    """What to look at next. Error: StoreFailed where a store cannot be listened to."""
    waiting = [asyncio.create_task(event.wait()) for event in (heard.news, stop)]
    done, pending = await asyncio.wait(
        waiting, timeout=every.total_seconds(), return_when=asyncio.FIRST_COMPLETED
    )
    for task in pending:
        task.cancel()
    if heard.failed is not None:
        raise heard.failed
    return heard.take() if done else ([], True)


async def _plan_of(
    settings: Settings,
    connectors: Connectors,
    vault: Vault,
    clock: Clock,
    *,
    names: list[str],
    people: int,
) -> Plan | None:
    """What a sync would write for these people; None where it would write nothing."""
    actions: list[Action] = []
    pins: list[Hold] = []

    def collect(decision: Decision) -> None:
        actions.extend(actions_of(decision))
        pins.extend(pins_of(decision))

    for name in names:
        # Gone again: the next look at all tells how. Interrupted: the watch ends, as it was asked.
        with contextlib.suppress(UnknownPerson, Interrupted):
            await status(settings, connectors, vault, clock, tell=collect, names=[name])
    changing = len({action.person for action in actions})
    if not settings.stop_above.allows(changing, max(people, changing)):
        raise SyncStopped(
            f"{changing} of {people} people changed at once, more than {settings.stop_above} "
            f"(stop-above in {settings.file.name}); nothing was written. Look at `sameface plan`, "
            "then raise stop-above, or `sameface apply` the plan."
        )
    if not actions:
        return None
    return Plan(settings.organisation, clock.now(), tuple(actions), tuple(pins), verb="sync")
