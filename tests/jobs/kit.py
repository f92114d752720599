"""Works that only write down what they do, one line each, in a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from sameface.jobs import Json, Steps, Works
from sameface.settings import Schedule, Settings, StopAbove

Heard = Callable[[str], Awaitable[None]]


def settings(folder: Path, schedule: str | None = None) -> Settings:
    """An organisation whose vault is in that folder, and that has no stores."""
    return Settings(
        file=folder / "sameface.toml",
        organisation="Contoso",
        rulebook="office365-2014",
        vault=folder / "vault",
        authorities=(),
        stop_above=StopAbove(percent=100),
        stores=(),
        schedule=Schedule(schedule),
    )


def works(file: Path, heard: Heard) -> Works:
    """A job of three deeds; the second of them in two parts. `heard` is asked before each."""

    async def deed(what: Json) -> Json:
        await heard(what)
        with file.open("a") as lines:
            lines.write(f"{what}\n")
        return what

    async def job(steps: Steps, run: str, _: Json) -> Json:
        first = await steps.do("deed", f"first of {run}")
        parts = await steps.spread("part", ["left", "right"])
        return await steps.do("deed", f"last after {first}, {', '.join(parts)}")

    async def part(steps: Steps, _: str, side: Json) -> Json:
        return await steps.do("deed", side)

    return Works("job", {"job": job, "part": part}, {"deed": deed})


def done(file: Path) -> list[str]:
    """The lines so far."""
    return file.read_text().splitlines() if file.exists() else []


async def never(_: str) -> None:
    """Nobody is asked."""
