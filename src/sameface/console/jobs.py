"""What is under way: jobs that outlast the request that began them, and who watches them live."""

from __future__ import annotations

import asyncio
import contextvars
import secrets
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sameface.console.texts import say
from sameface.errors import BadUsage, SamefaceError
from sameface.http import Clock
from sameface.sync import Outcome, Progress
from sameface.values import iso

LINES = 20
"""Steps that are shown of a job, the newest."""

_KEPT = 100
_CALM_S = 0.2  # between two tellings of one job: nobody reads faster
_ALIVE_S = 15.0  # a line now and then, so that proxies do not take it for dead

Watch = Callable[[Progress], None]


@dataclass(slots=True, eq=False)
class Job:
    """One of them. `plan` is the digest of what it made or carries out; `error` what ended it."""

    id: str
    verb: str
    by: str
    began: datetime
    done: int = 0
    total: int | None = None
    store: str = ""
    came: Counter[str] = field(default_factory=Counter)
    lines: deque[Progress] = field(default_factory=lambda: deque(maxlen=LINES))
    ended: datetime | None = None
    outcome: Outcome | None = None
    plan: str | None = None
    error: SamefaceError | None = None
    news: int = 0
    _pulse: asyncio.Event = field(default_factory=asyncio.Event)

    def step(self, progress: Progress) -> None:
        """Hear of a step."""
        self.done, self.total, self.store = progress.done, progress.total, progress.store
        if progress.outcome:
            self.came[progress.outcome] += 1
            self.lines.append(progress)
        self.tell()

    def end(self, at: datetime) -> None:
        """It is over."""
        self.ended = at
        self.tell()

    def tell(self) -> None:
        """There is news for everybody who watches, however many they are."""
        self.news += 1
        self._pulse.set()
        self._pulse = asyncio.Event()

    async def more(self, news: int, within_s: float) -> bool:
        """Whether there is more news than that, waiting so many seconds for it at most."""
        if self.news == news:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._pulse.wait(), within_s)
        return self.news != news

    @property
    def people(self) -> int | None:
        """How many people were looked at, once it has ended."""
        return self.outcome.people if self.outcome else None

    def as_json(self) -> dict[str, Any]:
        """As pages and programs are told."""
        outcome, error = self.outcome, self.error
        return {
            "id": self.id,
            "verb": self.verb,
            "began": iso(self.began),
            "ended": iso(self.ended),
            "done": self.done,
            "total": self.total,
            "store": self.store,
            "came": dict(self.came),
            "lines": [
                {
                    "person": one.person,
                    "store": one.store,
                    "verb": one.verb,
                    "outcome": one.outcome,
                    "error": one.error,
                }
                for one in self.lines
            ],
            "plan": self.plan,
            "run": outcome.run if outcome else None,
            "exit": outcome.exit_code if outcome else None,
            "people": self.people,
            "agreeing": outcome.agreeing if outcome else None,
            "failures": [one.as_json() for one in (outcome.failures if outcome else ())],
            "warnings": list(outcome.warnings) if outcome else [],
            "error": error.as_json() if error else None,
        }


_ALONE = ("look", "plan", "sync")


class Jobs:
    """All that was begun since the console started, the last hundred; one works at a time."""

    def __init__(self, clock: Clock, settled: Callable[[], Awaitable[None]] | None = None) -> None:
        """Whoever hears that a job has ended finds its outcome: `settled` is awaited before."""
        self._clock, self._settled = clock, settled
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        # Whoever serves us listens for Ctrl-C: runs hear of it in that context, not a request's.
        self._context = contextvars.copy_context()

    @property
    def current(self) -> Job | None:
        """What is under way, or next."""
        return next((job for job in self._jobs.values() if job.ended is None), None)

    def get(self, name: str) -> Job | None:
        """That job, or None."""
        return self._jobs.get(name)

    def begin(self, verb: str, by: str, work: Callable[[Job], Awaitable[None]]) -> Job:
        """Start working, after what is under way, and come back at once.

        Error: BadUsage where the same about everybody is at work already.
        """
        busy = [job for job in self._jobs.values() if job.ended is None]
        if verb in _ALONE and any(job.verb == verb for job in busy):
            raise BadUsage(say("jobs.busy"))
        job = Job(secrets.token_urlsafe(9), verb, by, self._clock.now())
        self._jobs[job.id] = job
        if len(self._jobs) > _KEPT:
            self._jobs.popitem(last=False)
        context = self._context.copy()
        task = asyncio.get_running_loop().create_task(self._work(job, work), context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    async def _work(self, job: Job, work: Callable[[Job], Awaitable[None]]) -> None:
        try:
            async with self._turn:
                await work(job)
                if self._settled is not None:
                    await self._settled()
        except SamefaceError as error:
            job.error = error
        finally:
            job.end(self._clock.now())

    async def follow(self, job: Job) -> AsyncIterator[str | None]:
        """A beat whenever there is news, None now and then without; ends with the job's last."""
        while True:
            news, over = job.news, job.ended is not None
            yield job.id
            if over:
                return
            while not await job.more(news, _ALIVE_S):
                yield None
            if job.ended is None:
                await asyncio.sleep(_CALM_S)

    async def close(self) -> None:
        """End what is under way: whatever it was doing can be done again."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
