"""A process that asks Yammer for everybody, so many times, once it is told to."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sameface.cli.session import open_session


async def main(settings: Path, times: int) -> None:
    async with open_session(settings) as session:
        yammer = session.connectors["yammer"]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)

        async def once() -> None:
            async for _ in yammer.accounts():
                pass

        await asyncio.gather(*(once() for _ in range(times)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
