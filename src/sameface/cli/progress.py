"""The progress bar: what is being looked at or written, how far, and what did not work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sameface.cli import terminal
from sameface.errors import at
from sameface.sync import Progress

Watch = Callable[[Progress], None]

_VERBS = {"observe": "looking at", "write": "writing"}


@contextmanager
def bar(*, quiet: bool = False) -> Iterator[Callable[[Progress], None]]:
    """A watcher for the sync functions; draws on standard error where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield _tell_errors
        return
    from rich.progress import (  # noqa: PLC0415  only where a bar is drawn
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.progress import Progress as Bars  # noqa: PLC0415

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=terminal.console(sys.stderr)) as bars:
        tasks: dict[str, object] = {}

        def watch(step: Progress) -> None:
            title = _title(step)
            if title not in tasks:
                tasks[title] = bars.add_task(title, total=step.total)
            bars.update(tasks[title], completed=step.done, total=step.total)  # type: ignore[arg-type]
            if step.error:
                bars.console.print(f"  {terminal.harmless(_line(step))}", markup=False)

        yield watch
        for task in bars.tasks:
            bars.update(task.id, total=task.completed if task.total is None else task.total)


def _title(step: Progress) -> str:
    verb = _VERBS.get(step.verb, step.verb)
    return f"{verb} {step.store}" if step.verb == "observe" else f"{verb} and reading back"


def _tell_errors(step: Progress) -> None:
    if step.error:
        terminal.complain(f"sameface: {_line(step)}")


def _line(step: Progress) -> str:
    whom = f"{step.person}, " if step.person else ""
    return f"{whom}{at(step.store, step.error or '')}"
