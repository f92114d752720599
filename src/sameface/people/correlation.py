"""Correlation: which accounts are one person. Doubtful matches are named, never merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from sameface.people.keys import STRONG, aliases_of, keys_of, own_addresses
from sameface.values import Account, Key

Pair = tuple[Key, str]


@dataclass(slots=True)
class Known:
    """A person as far as joining needs: their comparable keys and the accounts they have had.

    `accounts` holds (account, still theirs) pairs; one that is gone or doubtful is not.
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
    address, and a mail address somebody's alias). Accounts of one store with different UPNs are
    different people, and so are those that no more than an alias joins. It is doubtful, and
    nobody's, when its keys lead to several people, when two only share an alias, when the person
    has another account in that store, when it was created anew under an old name, or when it is
    nothing but a name that somebody else has taken over. `known` must hold everybody who owns the
    account or any of its keys (`meeting`); it grows with what is joined.
    """
    index, listed = _Index(known), tuple(accounts)
    for account in listed:  # first, so that it does not matter who is listed first
        index.release(account)
    return tuple(index.join(account, new_id) for account in listed)


def meeting(account: Account) -> tuple[Pair, ...]:
    """The pairs under which somebody who could be this account's person is to be looked up."""
    return tuple(_asked(keys_of(account)))


def resting_on(account: Account) -> tuple[Pair, ...]:
    """The keys of an account that is nothing but its name: whose they are now, it may be.

    None where it says which object it is, or a person said whose.
    """
    return tuple(_asked(_names(account)))


class _Tie(IntEnum):
    """What joins an account to a person, the weakest first."""

    APART = 0  # an alias, and the person is in that store already
    DOUBTFUL = 1  # an alias on both sides, or of who signs in by another name
    ALIAS = 2  # the account's alias is an address of theirs
    THEIR_ALIAS = 3  # the account's own address is an alias of theirs
    OWN = 4  # an own address on both sides
    NAMED = 5  # the object, or the name for sign-in


_HEARD = {
    _Tie.NAMED: _Tie.OWN,
    _Tie.OWN: _Tie.THEIR_ALIAS,
    _Tie.THEIR_ALIAS: _Tie.APART,
    _Tie.ALIAS: _Tie.APART,
}
"""The weakest tie that still has a say beside the strongest; weaker ones join nobody.

An address of somebody who left is often an alias of a colleague: who signs in as that colleague
is no doubtful case, and whoever is known by the address alone is one.
"""

_ADDRESSES = (Key.MAPPED, Key.UPN, Key.MAIL)


class _Index:
    """People by id, by key and by account."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._people: dict[str, Known] = {}
        self._by_key: dict[Pair, list[str]] = defaultdict(list)
        self._owner: dict[tuple[str, str], tuple[Known, Account]] = {}
        self._parted: set[tuple[str, str]] = set()  # accounts that were somebody's, and are not now
        for person in known:
            self._people[person.person] = person
            for key in person.keys:
                self._by_key[key].append(person.person)
            for account, theirs in person.accounts:
                self._owner[account.store, account.ref] = person, account
                if not theirs:
                    self._parted.add((account.store, account.ref))

    def release(self, account: Account) -> None:
        """Part it from its person where it was given to somebody else, or its name was taken over.

        Until then it would pass for the account that its person has there.
        """
        person, before = self._owner.get((account.store, account.ref), (None, account))
        if person is None:
            return
        said = _said_of(keys_of(account))
        elsewhere = said and person.person not in self._answering(said)
        if elsewhere or self._taken_over(account, person):
            person.accounts = [(a, live and a != before) for a, live in person.accounts]
            self._parted.add((account.store, account.ref))

    def join(self, account: Account, new_id: Callable[[], str]) -> Match:
        keys = keys_of(account)
        owned = self._owner.get((account.store, account.ref))
        said = _said_of(keys)
        if owned is not None and (not said or owned[0].person in self._answering(said)):
            person, before = owned
            doubt = None if said else self._no_more(account, before, person)
            if doubt is not None:
                return Match(account, None, doubt=doubt)
            return self._joined(account, person, keys)
        found = self._said(account, said) if said else self._candidate(account, keys)
        if isinstance(found, str):
            return Match(account, None, doubt=f"{_spoken(account)} {found}")
        if found is None:
            return self._joined(account, Known(new_id()), keys, newcomer=True)
        doubt = _second_account(account, found, said=bool(said))
        if doubt is not None:
            return Match(account, None, doubt=doubt)
        match = self._joined(account, found, keys)
        return replace(match, instead_of=_former(account, found))

    def _no_more(self, account: Account, before: Account, person: Known) -> str | None:
        """Why an account that was this person's is so no more."""
        if _created_anew(before, account):
            return _anew(account)
        parted = (account.store, account.ref) in self._parted
        return self._taken_over(account, person) or (_beside(account, person) if parted else None)

    def _taken_over(self, account: Account, person: Known) -> str | None:
        """A sentence where an account is nothing but a name that is somebody else's by now.

        That is told by accounts whose object outlives their names, as in a directory.
        """
        for kind, name in _names(account):
            mine, _ = _claim(person, (kind, name))
            for one in self._led_to(_asked([(kind, name)])):
                theirs, by = _claim(self._people[one], (kind, name))
                if one != person.person and by is not None and theirs >= mine:
                    return (
                        f"{_spoken(account)} was {_called(person, account)}'s, and {name} is a "
                        f"name of {_spoken(by)} now; say in the mapping CSV whose it is"
                    )
        return None

    def _said(self, account: Account, said: tuple[Pair, ...]) -> Known | str | None:
        """Whom somebody named; nobody yet where that is the account's own name."""
        found, name = self._answering(said), said[0][1]
        if len(found) > 1:
            return f"is mapped to {name}, and several people answer to that"
        if not found and name not in own_addresses(account):
            return f"is mapped to {name}, whom no store has shown yet; correct that if it is wrong"
        return self._people[found[0]] if found else None

    def _answering(self, said: tuple[Pair, ...]) -> list[str]:
        """Whose address that is, and of several who signs in by it now; whose alias else."""
        found = list(self._led_to(_asked(said)))
        named = (Key.UPN, said[0][1])
        now = [one for one in found if _claim(self._people[one], named)[0] is _Claim.SIGNS_IN]
        return now or [one for one in found if named[1] not in self._aliases(one)] or found

    def _candidate(self, account: Account, keys: tuple[Pair, ...]) -> Known | str | None:
        """The one person these keys lead to, nobody, or what makes it doubtful."""
        ties = self._ties(account, keys)
        found = _decisive(ties) or {
            person: key
            for person, key in self._led_to(key for key in keys if key[0] not in STRONG).items()
            if not self._contradicts(keys, person)
        }
        if len(found) > 1:
            named = sorted({f"{kind} {value}" for kind, value in found.values()})
            return f"matches several people: by {', and by '.join(named)}"
        unsure = sorted(value for tie, (_, value) in ties.values() if tie is _Tie.DOUBTFUL)
        if unsure and not found:
            return f"is tied to somebody by no more than an alias: {unsure[0]}"
        return self._people[next(iter(found))] if found else None

    def _ties(self, account: Account, keys: tuple[Pair, ...]) -> dict[str, tuple[_Tie, Pair]]:
        """Person -> the strongest tie of object and addresses, and the key it goes by."""
        ties: dict[str, tuple[_Tie, Pair]] = {}
        for key in (key for key in keys if key[0] in STRONG):
            for asked in _asked([key]):
                for person in self._by_key.get(asked, ()):
                    tie = self._tie(account, keys, key, asked, person)
                    if tie is not None and (person not in ties or ties[person][0] < tie):
                        ties[person] = tie, key
        return ties

    def _tie(
        self, account: Account, keys: tuple[Pair, ...], key: Pair, asked: Pair, person: str
    ) -> _Tie | None:
        """What that key, found as `asked`, says; None where other names make them two people."""
        kind, value = key
        if kind is Key.OBJECT_GUID or key == asked == (Key.UPN, value):
            return _Tie.NAMED
        there = any(a.store == account.store and live for a, live in self._people[person].accounts)
        other = self._contradicts(keys, person)
        mine, theirs = value in aliases_of(account), value in self._aliases(person)
        if other and (mine or (there and not theirs)):
            return None
        if mine or theirs:
            if there:
                return _Tie.APART
            if other or (mine and theirs):
                return _Tie.DOUBTFUL
            return _Tie.ALIAS if mine else _Tie.THEIR_ALIAS
        return _Tie.OWN

    def _aliases(self, person: str) -> set[str]:
        """Addresses that are an alias in accounts of that person, and in none their own."""
        known = self._people[person]
        own = {value for kind, value in known.keys if kind in (Key.MAPPED, Key.UPN)}
        further: set[str] = set()
        for account, _ in known.accounts:
            further.update(aliases_of(account))
            own.update(own_addresses(account))
        return further - own

    def _led_to(self, keys: Iterable[Pair]) -> dict[str, Pair]:
        """Person -> the first of these keys that leads there."""
        people: dict[str, Pair] = {}
        for key in keys:
            for person in self._by_key.get(key, ()):
                people.setdefault(person, key)
        return people

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
        others = [one for one in person.accounts if (one[0].store, one[0].ref) != place]
        person.accounts = [*others, (account, True)]
        self._owner[place] = person, account
        self._parted.discard(place)
        return Match(account, person.person, newcomer)


def _decisive(ties: Mapping[str, tuple[_Tie, Pair]]) -> dict[str, Pair]:
    """Person -> key, of those whom the strongest tie leaves a say; nobody where all are weak."""
    least = _HEARD.get(max((tie for tie, _ in ties.values()), default=_Tie.APART))
    return {p: key for p, (tie, key) in ties.items() if least is not None and tie >= least}


def _asked(keys: Iterable[Pair]) -> Iterable[Pair]:
    """Each key, and for an address also the other kinds it may be filed under."""
    for kind, value in keys:
        yield kind, value
        if kind in _ADDRESSES:
            yield from ((other, value) for other in _ADDRESSES if other is not kind)


class _Claim(IntEnum):
    """What a name is to somebody whose account says which object it is."""

    NONE = 0
    CALLED = 1  # the mail address, or the account name
    SIGNS_IN = 2


def _claim(person: Known, name: Pair) -> tuple[_Claim, Account | None]:
    """The most that this name is to the person, and in which account."""
    found: tuple[_Claim, Account | None] = _Claim.NONE, None
    for account, theirs in person.accounts:
        if not theirs or not _objects(account):
            continue
        keys = keys_of(account)
        if name[0] in _ADDRESSES and (Key.UPN, name[1]) in keys:
            return _Claim.SIGNS_IN, account
        if name in keys if name[0] not in _ADDRESSES else name[1] in own_addresses(account):
            found = _Claim.CALLED, account
    return found


def _names(account: Account) -> tuple[Pair, ...]:
    """By what an account goes that does not say which object it is: its strongest names."""
    keys = keys_of(account)
    if any(kind in (Key.MAPPED, Key.OBJECT_GUID) for kind, _ in keys):
        return ()
    upns = tuple(key for key in keys if key[0] is Key.UPN)
    mails = tuple(key for key in keys if key[0] is Key.MAIL)
    return upns or mails[:1] or tuple(key for key in keys if key[0] is Key.ACCOUNT_NAME)


def _said_of(keys: tuple[Pair, ...]) -> tuple[Pair, ...]:
    return tuple(key for key in keys if key[0] is Key.MAPPED)


def _second_account(account: Account, person: Known, *, said: bool) -> str | None:
    """A sentence where this person already has, or had as somebody else, an account there."""
    anew = any(_created_anew(other, account) for other in _others(account, person))
    return _beside(account, person) or (_anew(account) if anew and not said else None)


def _beside(account: Account, person: Known) -> str | None:
    """A sentence where this person has another account there."""
    theirs = {(a.store, a.ref) for a, there in person.accounts if there}
    for other in _others(account, person):
        if (other.store, other.ref) in theirs:
            return (
                f"{_spoken(account)} would be a second account of the person who has "
                f"{other.name or other.ref} there"
            )
    return None


def _others(account: Account, person: Known) -> list[Account]:
    """Other accounts that the person has, or had, in that store."""
    here = [other for other, _ in person.accounts if other.store == account.store]
    return [o for o in here if o.ref != account.ref and not _renamed(o, account)]


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


def _called(person: Known, account: Account) -> str:
    """How that person is called where an object says who they are; else by their account."""
    directories = [a for a, theirs in person.accounts if theirs and _objects(a)]
    one = (directories or [account])[0]
    name = next(iter(own_addresses(one)), one.ref)
    return f"{one.name} ({name})" if one.name else name


def _spoken(account: Account) -> str:
    called = account.name or account.ref
    return f"{account.store} account {called}" + (f" ({account.ref})" if account.name else "")
