"""What a run works with: wishes, stores, memory, time, and those who watch."""

from __future__ import annotations

import asyncio
import getpass
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sameface.connectors.base import Connector
from sameface.errors import Interrupted
from sameface.http import Clock
from sameface.settings import Settings
from sameface.sync.decide import Decision
from sameface.sync.outcome import Progress
from sameface.vault import Vault


@dataclass(frozen=True, slots=True)
class Work:
    """One run's surroundings.

    `progress` hears of every step, `tell` of every person's decision; `stop` is set when the run
    should end after the page in hand.
    """

    settings: Settings
    connectors: Mapping[str, Connector]
    vault: Vault
    clock: Clock
    stop: asyncio.Event
    progress: Callable[[Progress], None]
    tell: Callable[[Decision], None]

    def unless_stopped(self, unseen: Sequence[str] = ()) -> None:
        """Error: Interrupted where it was asked to stop, naming the stores not looked at.

        For what must be whole or not be at all, such as a plan.
        """
        if self.stop.is_set():
            where = f"before {', '.join(unseen)} had been looked at" if unseen else "before the end"
            raise Interrupted(
                f"Asked to stop {where}: no plan was made and nothing was written; run it again."
            )


def silent(_: Progress | Decision) -> None:
    """For runs that nobody watches."""


def operator() -> str:
    """Under which of the system's accounts this process runs, and where, as the journal says it."""
    try:
        account = getpass.getuser()
    except (OSError, KeyError):  # a container may run as a number that has no name
        account = f"account {os.getuid()}"
    return f"by {account} on {socket.gethostname()}"
