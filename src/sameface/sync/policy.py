"""The administrator's wishes, as far as a decision needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from sameface.connectors.base import Connector
from sameface.connectors.guards import by_administrator
from sameface.people import own_addresses
from sameface.settings import (
    Conflict,
    Faces,
    Mode,
    OwnChoice,
    Removal,
    Settings,
    StoreSettings,
    Wins,
    Wishes,
    Withholding,
    clash,
    layered,
)
from sameface.values import Person


@dataclass(frozen=True, slots=True)
class Leave:
    """What may be done about one store.

    `by_hand` says who must act, and how, where Sameface may not write; None where it may, and where
    the administrator chose that nobody needs to. `once`: it gets a photo where it never had one,
    and no other. What is not `reads` never wins.
    """

    writes: bool
    by_hand: str | None = None
    removes: bool = False
    once: bool = False
    reads: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose photo wins, and where it may be put.

    `authorities` in order, the strongest first. `stores` are those connected, `without` those of
    them to be left alone, `withheld` those in which the person does not want to be shown, as far as
    `withholding` respects that. `unseen` are those that could not be observed to the end, so that
    who is not known there may be there all the same. `excluded` says whose wish it is that nothing
    is done at all, and `clash` what is said of one person by two names and cannot both hold; `pin`
    is the photo to show whatever stores say. `people` holds what differs for some, by their names
    in comparable form, from what `everybody` is to have.
    """

    authorities: tuple[str, ...]
    stores: Mapping[str, Leave]
    unseen: frozenset[str] = frozenset()
    wins: Wins = Wins.AUTHORITY
    conflict: Conflict = Conflict.AUTHORITY
    removal: Removal = Removal.ASK
    own_choice: OwnChoice = OwnChoice.OVERWRITE
    faces: Faces = Faces.ONE
    withholding: Withholding = Withholding.RESPECT
    without: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    excluded: str = ""
    clash: str = ""
    pin: str | None = None
    everybody: Wishes = field(default_factory=Wishes)
    people: Mapping[str, tuple[Wishes, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        settings: Settings,
        connectors: Mapping[str, Connector],
        unseen: Iterable[str] = (),
    ) -> Self:
        """What sameface.toml says, and what the connected stores are able to do."""
        authorities = tuple(store for store in settings.authorities if store in connectors)
        stores = {
            store: _leave(connector, settings.store(store))
            for store, connector in connectors.items()
        }
        whole = cls(authorities, stores, frozenset(unseen))
        everybody = settings.policy.everybody
        whole = whole._with(everybody)
        return replace(
            whole, authorities=authorities, everybody=everybody, people=_by_name(settings)
        )

    @property
    def silent(self) -> frozenset[str]:
        """Stores that have no word in which photo is right."""
        return self.without | self.withheld

    @property
    def alone(self) -> str:
        """Why that person is left alone, in words that follow it; "" where they are not."""
        if self.clash:
            return f"since [policy] names them twice and contradicts itself: {self.clash}"
        return f"as {self.excluded} says" if self.excluded else ""

    def of_person(self, person: Person, withheld: Collection[str] = ()) -> Policy:
        """What holds for that person: their own wishes, then their group's, then everybody's.

        `withheld` are the places where they do not want to be shown.
        """
        policy = self._of(person)
        if not withheld or policy.withholding is Withholding.IGNORE:
            return policy
        theirs = frozenset(store for store in withheld if store in policy.stores)
        return replace(policy, withheld=theirs - policy.without)

    def named(self, person: Person) -> frozenset[str]:
        """The names under which something differs for that person."""
        if not self.people:
            return frozenset()
        return frozenset(name for name in _names(person) if name in self.people)

    def _of(self, person: Person) -> Policy:
        named = self.named(person)
        if not named:
            return self
        theirs = {name: self.people[name] for name in named}
        if len(named) > 1 and (odd := clash(theirs, self.everybody)):
            return replace(self, clash=odd)
        policy = self
        for wish in layered(wish for wishes in theirs.values() for wish in wishes):
            policy = policy._with(wish)
        return policy

    def _with(self, wish: Wishes) -> Self:
        """The same, but for what this wish says."""
        without = self.without
        if wish.exclude_stores is not None:
            without = frozenset(wish.exclude_stores)
        return replace(
            self,
            authorities=tuple(s for s in wish.authorities if s in self.stores) or self.authorities,
            wins=wish.wins or self.wins,
            conflict=wish.conflict or self.conflict,
            removal=wish.removal or self.removal,
            own_choice=wish.own_choice or self.own_choice,
            faces=wish.faces or self.faces,
            withholding=wish.withholding or self.withholding,
            without=without,
            excluded=self._excluded_by(wish),
            pin=wish.pin or self.pin,
        )

    def _excluded_by(self, wish: Wishes) -> str:
        if wish.exclude is None:
            return self.excluded
        return wish.whose if wish.exclude else ""


def _leave(connector: Connector, store: StoreSettings | None) -> Leave:
    able = connector.capabilities
    # A store that the administrator set to "read" differs by their own choice: nobody is asked.
    chosen = able.by_hand == by_administrator(connector.store)
    return Leave(
        able.writes,
        None if able.writes or chosen else able.by_hand,
        removes=able.writes and able.removes,
        once=store is not None and store.seed_once,
        reads=store is None or store.mode is not Mode.WRITE,
    )


def _by_name(settings: Settings) -> dict[str, tuple[Wishes, ...]]:
    """Comparable name -> wishes."""
    found: dict[str, tuple[Wishes, ...]] = {}
    for members, wishes in settings.policy.groups:
        for name in members:
            found[name] = (*found.get(name, ()), wishes)
    for name, wishes in settings.policy.people:
        found[name] = (*found.get(name, ()), wishes)
    return found


def _names(person: Person) -> Iterator[str]:
    """UPNs and mail addresses of a person; no aliases, which may be of somebody who left."""
    yield person.upn.casefold()
    for account in person.accounts:
        yield from own_addresses(account)
