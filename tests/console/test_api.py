"""The API's description is true: schemathesis walks every operation, and every way is in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.console.kit import organised
from tests.servers.memory_store import StillClock
from tests.sync.kit import Office

from sameface.console.app import console
from sameface.console.desk import Desk as Organisation
from sameface.console.openapi import described
from sameface.console.ways import TABLE
from sameface.rules import load_rulebook
from sameface.serving import serve
from sameface.settings import ConsoleSettings, ConsoleToken
from sameface.vault import Vault

TOKEN = "a token that is long enough for a program to be let in"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
NO_END = "/api/jobs/{job}/events"
"""Events are no document."""

schema = schemathesis.openapi.from_dict(described()).exclude(path=NO_END)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console that listens, in a thread of its own; a program may do everything there."""
    folder: Path = tmp_path_factory.mktemp("organisation")
    ready: list[str] = []
    begun, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def work() -> None:
        async with await Vault.open(folder / "vault") as vault:
            office = Office(vault, StillClock(), authorities=("sharepoint",))
            organised(office)
            tokens = (ConsoleToken("schemathesis", "administrator", TOKEN),)
            told = replace(office.settings, console=ConsoleSettings(tokens=tokens))
            book = load_rulebook(told.rulebook)
            at_hand = Organisation.of(told, book, vault, dict(office.stores), Hurried())
            async with console(at_hand) as made, serve(made.app, 0) as address:
                await office.status()
                await made.sweeper.sweep()
                ready.append(address)
                begun.set()
                await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(work()))
    thread.start()
    assert begun.wait(60)
    yield ready[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


class Hurried(StillClock):
    """Ten seconds pass at every look, so that nobody asks too often."""

    def now(self) -> datetime:
        self.advance(timedelta(seconds=10))
        return super().now()


@schema.parametrize()
@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_described(case: schemathesis.Case[Any], url: str) -> None:
    """Whatever is asked, right or wrong: no crash, no answer that the document does not tell."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = case.call(base_url=url.rstrip("/"), headers=headers)

    case.validate_response(answer, checks=list(CHECKS))


def test_every_way_below_api_is_described() -> None:
    """The document has an operation for each such row of the table, and no other."""
    told = {
        (method.upper(), path)
        for path, operations in described()["paths"].items()
        for method in operations
    }

    assert told == {
        (way.method, path) for way in TABLE for path in way.paths if path.startswith("/api/")
    }
