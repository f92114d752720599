"""Correlation: which accounts are one person. Doubtful matches are named, never merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sameface.people.keys import STRONG, keys_of
from sameface.values import Account, Key

Pair = tuple[Key, str]


@dataclass(slots=True)
class Known:
    """A person as far as joining needs: their comparable keys and the accounts they have had.

    `accounts` holds (account, still there) pairs.
    """

    person: str
    keys: set[Pair] = field(default_factory=set)
    accounts: list[tuple[Account, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Match:
    """Whose an account is; without a `person` it is nobody's, and `doubt` says why.

    `instead_of` is the handle that the same object had in that store before it was renamed.
    """

    account: Account
    person: str | None
    newcomer: bool = False
    doubt: str | None = None
    instead_of: str | None = None


def correlate(
    accounts: Iterable[Account], known: Iterable[Known], new_id: Callable[[], str]
) -> tuple[Match, ...]:
    """Join each account to one of the `known` people, or make it a person of its own, in order.

    Where somebody said whose an account is (`Key.MAPPED`), that decides. Else an account that has
    a person keeps it while its object GUID stays, and any other joins by the strongest key that
    somebody has (object GUID, UPN, mail, employee id, account name; a UPN also meets a mail
    address). Accounts of one store with different UPNs are different people. It is doubtful, and
    nobody's, when its keys lead to several people, when the person has another account in that
    store, or when it was created anew under an old name. `known` must hold everybody who owns the
    account or any of its keys (`meeting`); it grows with what is joined.
    """
    index = _Index(known)
    return tuple(index.join(account, new_id) for account in accounts)


def meeting(account: Account) -> tuple[Pair, ...]:
    """The pairs under which somebody who could be this account's person is to be looked up."""
    return tuple(_asked(keys_of(account)))


class _Index:
    """People by id, by key and by account."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._people: dict[str, Known] = {}
        self._by_key: dict[Pair, list[str]] = defaultdict(list)
        self._owner: dict[tuple[str, str], tuple[Known, Account]] = {}
        for person in known:
            self._people[person.person] = person
            for key in person.keys:
                self._by_key[key].append(person.person)
            for account, _ in person.accounts:
                self._owner[account.store, account.ref] = person, account

    def join(self, account: Account, new_id: Callable[[], str]) -> Match:
        keys = keys_of(account)
        owned = self._owner.get((account.store, account.ref))
        said = tuple(key for key in keys if key[0] is Key.MAPPED)
        if owned is not None and (not said or owned[0].keys & set(_asked(said))):
            person, before = owned
            if not said and _created_anew(before, account):
                return Match(account, None, doubt=_anew(account))
            return self._joined(account, person, keys)
        found = self._said(said) if said else self._candidate(account, keys)
        if isinstance(found, str):
            return Match(account, None, doubt=f"{_spoken(account)} {found}")
        if found is None:
            return self._joined(account, Known(new_id()), keys, newcomer=True)
        doubt = _second_account(account, found, said=bool(said))
        if doubt is not None:
            return Match(account, None, doubt=doubt)
        match = self._joined(account, found, keys)
        return replace(match, instead_of=_former(account, found))

    def _said(self, said: tuple[Pair, ...]) -> Known | str | None:
        """Whom somebody named; nobody where the stores have not shown that person yet."""
        found = list(self._led_to(_asked(said)))
        if len(found) > 1:
            return f"is mapped to {said[0][1]}, and several people answer to that"
        return self._people[found[0]] if found else None

    def _candidate(self, account: Account, keys: tuple[Pair, ...]) -> Known | str | None:
        """The one person these keys lead to, nobody, or what makes it doubtful."""
        strong = self._led_to(_asked(key for key in keys if key[0] in STRONG))
        strong = {p: key for p, key in strong.items() if not self._beside(account, keys, p, key)}
        found = strong or {
            person: key
            for person, key in self._led_to(key for key in keys if key[0] not in STRONG).items()
            if not self._contradicts(keys, person)
        }
        if len(found) > 1:
            named = sorted({f"{kind} {value}" for kind, value in found.values()})
            return f"matches several people: by {', and by '.join(named)}"
        return self._people[next(iter(found))] if found else None

    def _led_to(self, keys: Iterable[Pair]) -> dict[str, Pair]:
        """Person -> the first of these keys that leads there."""
        people: dict[str, Pair] = {}
        for key in keys:
            for person in self._by_key.get(key, ()):
                people.setdefault(person, key)
        return people

    def _beside(self, account: Account, keys: tuple[Pair, ...], person: str, key: Pair) -> bool:
        """Led there by an address only, and the person signs in to that store by another UPN."""
        there = any(a.store == account.store and live for a, live in self._people[person].accounts)
        return there and key[0] is not Key.OBJECT_GUID and self._contradicts(keys, person)

    def _contradicts(self, keys: tuple[Pair, ...], person: str) -> bool:
        """Two names for sign-in mean two people, whatever account name they share."""
        mine = {value for kind, value in keys if kind is Key.UPN}
        theirs = {value for kind, value in self._people[person].keys if kind is Key.UPN}
        return bool(mine and theirs and not mine & theirs)

    def _joined(
        self, account: Account, person: Known, keys: tuple[Pair, ...], *, newcomer: bool = False
    ) -> Match:
        self._people[person.person] = person
        for key in keys:
            if key not in person.keys:
                person.keys.add(key)
                self._by_key[key].append(person.person)
        place = account.store, account.ref
        if self._owner.get(place, (None,))[0] is not person:
            person.accounts.append((account, True))
        self._owner[place] = person, account
        return Match(account, person.person, newcomer)


_ADDRESSES = (Key.MAPPED, Key.UPN, Key.MAIL)


def _asked(keys: Iterable[Pair]) -> Iterable[Pair]:
    """Each key, and for an address also the other kinds it may be filed under."""
    for kind, value in keys:
        yield kind, value
        if kind in _ADDRESSES:
            yield from ((other, value) for other in _ADDRESSES if other is not kind)


def _second_account(account: Account, person: Known, *, said: bool) -> str | None:
    """A sentence where this person already has, or had as somebody else, an account there."""
    for other, there in person.accounts:
        if other.store != account.store or other.ref == account.ref or _renamed(other, account):
            continue
        if there:
            return (
                f"{_spoken(account)} would be a second account of the person who has "
                f"{other.name or other.ref} there"
            )
        if not said and _created_anew(other, account):
            return _anew(account)
    return None


def _created_anew(before: Account, now: Account) -> bool:
    """True when both say which object they are, and it is another."""
    one, other = _objects(before), _objects(now)
    return bool(one and other and not one & other)


def _renamed(before: Account, now: Account) -> bool:
    """True for one object of one store that goes by another handle now."""
    same_place = before.store == now.store and before.ref != now.ref
    return same_place and bool(_objects(before) & _objects(now))


def _former(account: Account, person: Known) -> str | None:
    """The handle that this object had in its store until now, which it has no more."""
    for place, (other, there) in enumerate(person.accounts):
        if there and _renamed(other, account):
            person.accounts[place] = other, False
            return other.ref
    return None


def _objects(account: Account) -> set[str]:
    return {value for kind, value in keys_of(account) if kind is Key.OBJECT_GUID}


def _anew(account: Account) -> str:
    return f"{_spoken(account)} was created anew under a name that somebody else had"


def _spoken(account: Account) -> str:
    called = account.name or account.ref
    return f"{account.store} account {called}" + (f" ({account.ref})" if account.name else "")
