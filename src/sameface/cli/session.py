"""What one command works with: settings, rulebook, vault and connectors, opened and closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sameface import sync
from sameface.connectors.base import Connector
from sameface.connectors.registry import open_connector
from sameface.documents import nearest, pointing, text_of
from sameface.errors import BadDocument
from sameface.explain import Explainer, Subject
from sameface.explain.status import Row, row
from sameface.http import Clock
from sameface.rules import Rulebook, load_rulebook
from sameface.rules.settings import can_say, may_be
from sameface.settings import Settings, load_settings
from sameface.vault import Vault


@dataclass(frozen=True, slots=True)
class Session:
    """An organisation at hand."""

    settings: Settings
    book: Rulebook
    vault: Vault
    connectors: dict[str, Connector]
    clock: Clock

    @property
    def further(self) -> tuple[str, ...]:
        """Connected stores that the rulebook does not speak of (`folder`)."""
        return tuple(store for store in self.connectors if store not in self.book.stores)

    def explainer(self, decision: sync.Decision) -> Explainer:
        """Ready to explain the person whom a decision is about, from what it rests on."""
        subject = Subject(
            person=decision.person,
            cells=decision.cells,
            wanted=decision.wanted,
            stores=frozenset(self.connectors),
            options=dict(self.settings.options),
            failed=decision.unseen,
            withheld=decision.withheld,
        )
        return self.explainer_of(subject)

    def explainer_of(self, subject: Subject) -> Explainer:
        """Ready to explain somebody at hand."""
        return Explainer(subject, self.book, self.clock.now())

    def rows(self, decisions: Iterable[sync.Decision]) -> list[Row]:
        """How these people stand, in stores and surfaces."""
        return [row(self.explainer(one), self.further) for one in decisions]


@asynccontextmanager
async def open_session(file: Path, clock: Clock | None = None) -> AsyncIterator[Session]:
    """Settings, rulebook, vault and connectors; nothing is sent before it is asked for.

    Quotas are kept by the vault, together with whoever uses it too or has just used it.
    """
    settings = load_settings(file)
    book = load_rulebook(settings.rulebook)
    with pointing(text_of(settings.file)):
        _check_options(settings, book)
    time = clock or Clock()
    async with AsyncExitStack() as stack:
        vault = await stack.enter_async_context(await Vault.open(settings.vault, settings.storage))
        connectors = {}
        for store in settings.stores:
            connectors[store.id] = open_connector(store, clock=time, pool=vault.workers)
            stack.push_async_callback(connectors[store.id].close)
        yield Session(settings, book, vault, connectors, time)


def _check_options(settings: Settings, book: Rulebook) -> None:
    for name, value in settings.options:
        if name not in book.options:
            what = f"is not an option of {book.id}{nearest(name, book.options)}"
            raise BadDocument(settings.file.name, "options", name, what)
        if not may_be(value, book.options[name]):
            what = f"should be {can_say(book.options[name])}"
            raise BadDocument(settings.file.name, "options", name, what)
