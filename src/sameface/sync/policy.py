"""The administrator's wishes, as far as a decision needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from sameface.connectors.base import Connector
from sameface.connectors.guards import by_administrator
from sameface.settings import Settings


@dataclass(frozen=True, slots=True)
class Leave:
    """What may be done about one store.

    `by_hand` says who must act, and how, where Sameface may not write; None where it may, and where
    the administrator chose that nobody needs to.
    """

    writes: bool
    by_hand: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose photo wins, and where it may be put.

    `authorities` in order, the strongest first. `stores` are those connected. `unseen` are those
    that could not be observed to the end, so that who is not known there may be there all the same.
    """

    authorities: tuple[str, ...]
    stores: Mapping[str, Leave]
    unseen: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        settings: Settings,
        connectors: Mapping[str, Connector],
        unseen: Iterable[str] = (),
    ) -> Self:
        """What sameface.toml says, and what the connected stores are able to do."""
        authorities = tuple(store for store in settings.authorities if store in connectors)
        stores = {store: _leave(connector) for store, connector in connectors.items()}
        return cls(authorities, stores, frozenset(unseen))


def _leave(connector: Connector) -> Leave:
    able = connector.capabilities
    # A store that the administrator set to "read" differs by their own choice: nobody is asked.
    chosen = able.by_hand == by_administrator(connector.store)
    return Leave(able.writes, None if able.writes or chosen else able.by_hand)
