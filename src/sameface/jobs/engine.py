"""Work that outlives a process: the one module that knows DBOS.

A worker records each deed that is done. Killed, it finds under its name what it left, or another
worker takes that up; a flow is then run again from its beginning, and gets what was recorded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sameface.errors import BadUsage, VaultFailed
from sameface.jobs.recording import failure, may_pass, read, spelt

if TYPE_CHECKING:
    from dbos import DBOSConfig, StepOptions

    from sameface.settings import Settings
    from sameface.vault import Vault

Json = Any
"""What JSON can say: nothing else is given to deeds and flows, or recorded of them."""


class Steps(Protocol):
    """What a flow may do. Killed and taken up again, it gets what was recorded the first time."""

    async def do(self, deed: str, argument: Json) -> Json:
        """The result of that deed, recorded; tried again a few times where it raises."""

    async def spread(self, flow: str, arguments: Iterable[Json]) -> list[Json]:
        """The results of one such flow per argument, on whichever workers have time."""


Deed = Callable[[Json], Awaitable[Json]]
Flow = Callable[[Steps, str, Json], Awaitable[Json]]
"""(steps, its run or the part of one, argument): the same calls whenever it is run again."""


@dataclass(frozen=True, slots=True)
class Works:
    """What workers can do, by name. `job` is the flow that a schedule and `hand_over` begin."""

    job: str
    flows: Mapping[str, Flow]
    deeds: Mapping[str, Deed]


_NOBODY = "No worker has ever been here; start `sameface worker` first."

_VERSION = "1"
"""Of the flows: raised when they take other steps, so that an older worker leaves them alone."""

_APP, _JOBS, _PARTS = "sameface", "jobs", "parts"
_SLOTS = 64
_LAST = timedelta(minutes=1)
"""How long a worker that is asked to end goes on with what it has in hand."""

_NOTICE = timedelta(seconds=3)
"""Between two looks whether another worker has died."""


@asynccontextmanager
async def working(
    settings: Settings,
    vault: Vault,
    works: Works,
    *,
    name: str | None = None,
    notice: timedelta = _NOTICE,
) -> AsyncIterator[str]:
    """Take part in the vault's work until left; gives the name that this worker goes by.

    The name is the first of this host's that nobody has (`host-1`, `host-2`), or the given one: a
    worker that comes back finds what it left under its name, and others find it when it is dead.
    Left, the deeds in hand are finished, and what remains is for the others. Errors: VaultFailed.
    """
    async with AsyncExitStack() as stack:
        mine = await _seat(vault, name, stack)
        crew = _Crew(works)
        await crew.begin(_config(settings, mine), settings.schedule.sync)
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(_take_up(vault, mine, notice))
                yield mine
                await crew.finish()
                watch.cancel()
        except BaseExceptionGroup as ended:
            # Not `except*`: until Python 3.11.3 what is raised there comes out in a group again.
            lost, others = ended.split(VaultFailed)
            if lost is None or others is not None:
                raise
            raise lost.exceptions[0] from None
        finally:
            await crew.end()


async def hand_over(settings: Settings, works: Works, run: str, argument: Json = None) -> None:
    """Leave the job to the workers, under that run.

    Errors: BadUsage where no worker was ever there; VaultFailed where they have such a job already.
    """
    from dbos import DBOSClient, error  # noqa: PLC0415  slow to load, and only workers need it
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  loaded by now

    _quiet()
    address = _address(settings)
    if address.startswith("sqlite") and not _file(settings).exists():
        raise BadUsage(_NOBODY)
    client = DBOSClient(
        system_database_url=address,
        serializer=_json(),
        application_name=_APP,
        lazy=True,
        retry_connection_errors=False,
    )
    try:
        await client.enqueue_async(
            {
                "workflow_name": "flow",
                "queue_name": _JOBS,
                "workflow_id": run,
                "deduplication_id": works.job,
            },
            works.job,
            argument,
        )
    except error.DBOSQueueDeduplicatedError:
        raise VaultFailed(
            "The workers have such a run in hand already; let it end, then run this again."
        ) from None
    except DBAPIError as wrong:
        if "does not exist" in str(wrong.orig) or "no such table" in str(wrong.orig):
            raise BadUsage(_NOBODY) from None
        raise VaultFailed("The database of the workers cannot be used; see that it runs.") from None
    finally:
        await asyncio.to_thread(client.destroy)


class _Crew:
    """DBOS in this process. There can be one."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._leaving = False
        self._flows: set[asyncio.Task[Any]] = set()
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def begin(self, config: DBOSConfig, schedule: str | None) -> None:
        """Launch: what was left under this worker's name is taken up at once."""
        from dbos import DBOS  # noqa: PLC0415  slow to load, and only workers need it

        DBOS(config=config)

        @DBOS.workflow(name="flow")
        async def flow(name: str, argument: Json) -> Json:
            self._note()
            return await self._works.flows[name](self, str(DBOS.workflow_id), argument)

        @DBOS.workflow(name="due")
        async def due(at: str, _: Json) -> None:
            await self._due(at)

        self._registered = flow
        DBOS.launch()
        await DBOS.register_queue_async(_JOBS, global_concurrency=1, polling_interval_sec=0.5)
        await DBOS.register_queue_async(_PARTS, worker_concurrency=1, polling_interval_sec=0.2)
        await self._schedule(due, schedule)

    async def finish(self) -> None:
        """Finish the deeds in hand, and begin no other; what takes long is left."""
        self._leaving = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), _LAST.total_seconds())

    def _note(self) -> None:
        """The flow that is running here; it ends with the crew, wherever it stands."""
        task = asyncio.current_task()
        assert task is not None
        self._flows.add(task)
        task.add_done_callback(self._flows.discard)

    async def end(self) -> None:
        """Let go: nothing is recorded any more, and then no flow is left running here."""
        from dbos import DBOS  # noqa: PLC0415  as above

        self._leaving = True
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        # It made its own threads those of this loop, and has just closed them.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        # Only now, when an end that they come to is nobody's result any more.
        flows = tuple(self._flows)
        for task in flows:
            task.cancel()
        await asyncio.gather(*flows, return_exceptions=True)

    async def do(self, deed: str, argument: Json) -> Json:
        from dbos import DBOS, error  # noqa: PLC0415  as above

        tried: StepOptions = {
            "name": deed,
            "retries_allowed": True,
            "should_retry": may_pass,
            "max_attempts": 4,
            "interval_seconds": 1.0,
            "backoff_rate": 3.0,
        }
        if self._leaving:
            await asyncio.Event().wait()  # never: this flow goes on elsewhere, or later
        self._in_hand += 1
        self._idle.clear()
        try:
            return await DBOS.run_step_async(tried, self._works.deeds[deed], argument)
        except error.DBOSMaxStepRetriesExceeded as tries:
            raise failure(tries) from tries
        finally:  # recorded by now
            self._in_hand -= 1
            if self._in_hand == 0:
                self._idle.set()

    async def spread(self, flow: str, arguments: Iterable[Json]) -> list[Json]:
        from dbos import DBOS  # noqa: PLC0415  as above

        parts = [
            await DBOS.enqueue_workflow_async(_PARTS, self._registered, flow, argument)
            for argument in arguments
        ]
        done: list[Json] = []
        failed: list[Exception] = []
        for part in parts:
            try:
                done.append(await part.get_result(polling_interval_sec=0.2))
            except Exception as wrong:  # the other parts come to their ends first
                failed.append(wrong)
        if failed:
            raise failed[0]
        return done

    async def _due(self, at: str) -> None:
        """A schedule has come round: one worker is told, and leaves the job to all of them."""
        from dbos import DBOS, error  # noqa: PLC0415  as above

        run = f"{datetime.fromisoformat(at):%Y%m%d-%H%M%S}-due"
        try:
            await DBOS.enqueue_workflow_with_options_async(
                {
                    "workflow_name": "flow",
                    "queue_name": _JOBS,
                    "workflow_id": run,
                    "deduplication_id": self._works.job,
                },
                self._works.job,
                None,
            )
        except error.DBOSQueueDeduplicatedError:
            _log.info("the last run is still under way, so %s is left out", run)

    async def _schedule(self, due: Any, schedule: str | None) -> None:
        """Make the one schedule what the settings say, whichever worker comes first."""
        from dbos import DBOS  # noqa: PLC0415  as above

        known = await DBOS.get_schedule_async(_JOBS)
        if known is not None and known["schedule"] != schedule:
            await DBOS.delete_schedule_async(_JOBS)
            known = None
        if schedule is not None and known is None:
            await DBOS.apply_schedules_async(
                [
                    {
                        "schedule_name": _JOBS,
                        "workflow_fn": due,
                        "schedule": schedule,
                        "context": None,
                    }
                ]
            )


async def _seat(vault: Vault, name: str | None, stack: AsyncExitStack) -> str:
    host = socket.gethostname().partition(".")[0]
    for mine in [name] if name else [f"{host}-{number}" for number in range(1, _SLOTS + 1)]:
        seat = vault.workers.seat(mine)
        if await seat.__aenter__():
            stack.push_async_exit(seat)
            return mine
        await seat.__aexit__(None, None, None)
    whom = f'A worker called "{name}" is' if name else f"{_SLOTS} workers of this host are"
    raise VaultFailed(f"{whom} at work already; give this one another --name.")


async def _take_up(vault: Vault, mine: str, notice: timedelta) -> None:
    """Again and again: what a dead worker left is put back for everybody.

    Error: VaultFailed where this worker cannot be sure of its own place any more, since its session
    with the database broke off: another may have taken its work up.

    The engine's own recovery call, which it documents for its console and keeps private; the major
    version is fixed for its sake, and tests kill workers.
    """
    from dbos import DBOS  # noqa: PLC0415  as above

    while True:
        async with vault.workers.seat(mine) as is_free:
            if is_free:
                raise VaultFailed(
                    f"Worker {mine} has lost its place, since its connection with the database "
                    "broke off; start it again."
                )
        pending = await DBOS.list_workflows_async(
            status="PENDING", load_input=False, load_output=False
        )
        for other in {str(flow.executor_id) for flow in pending} - {mine}:
            async with vault.workers.seat(other) as is_dead:
                if is_dead:
                    _log.info("%s is dead; what it left is taken up", other)
                    await asyncio.to_thread(DBOS._recover_pending_workflows, [other])  # noqa: SLF001
        await asyncio.sleep(notice.total_seconds())


def _config(settings: Settings, mine: str) -> DBOSConfig:
    _quiet()
    address = _address(settings)
    if address.startswith("sqlite"):
        _in_wal(_file(settings))
    return {
        "name": _APP,
        "system_database_url": address,
        "application_version": _VERSION,
        "executor_id": mine,
        "serializer": _json(),
        "log_level": "ERROR",
        "scheduler_polling_interval_sec": 5.0,
    }


def _address(settings: Settings) -> str:
    """Of the engine's own tables: beside the vault's, in their own schema or file."""
    if settings.storage.database is None:
        return f"sqlite:///{_file(settings).absolute()}"
    from sameface.vault.postgresql import address_of  # noqa: PLC0415  only where it is used

    return address_of(settings.storage).render_as_string(hide_password=False)


def _file(settings: Settings) -> Path:
    return settings.vault / "jobs.sqlite"


def _in_wal(file: Path) -> None:
    """Writers do not wait for readers then: half as many steps again in a second."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")


def _quiet() -> None:
    """The engine announces itself, and every flow it takes up, unless told not to."""
    logging.getLogger("dbos").setLevel(logging.ERROR)


def _json() -> Any:
    """How deeds are recorded: as JSON, so that nobody who writes to a table can run code here."""
    from dbos import Serializer  # noqa: PLC0415  slow to load, and only workers need it

    class Plain(Serializer):
        def serialize(self, data: Any) -> str:
            return json.dumps(data, default=spelt)

        def deserialize(self, serialized_data: str) -> Any:
            return read(json.loads(serialized_data))

        def name(self) -> str:
            return "sameface_json"

    return Plain()


_log = logging.getLogger("sameface.jobs")
