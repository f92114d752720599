"""Whom a look at some people is for, and by what names stores may know them."""

from __future__ import annotations

from sameface.people import aliases_of, keys_of
from sameface.values import Account, Key, Person


class Wanted:
    """Somebody to be found, and the names under which stores may know them."""

    def __init__(self, name: str, person: Person | None) -> None:
        self.person = person
        self.names, self.aliases = [name], list[str]()
        for account in person.accounts if person else ():
            self.learn(account)

    def learn(self, account: Account) -> None:
        """The surest names first; an alias may be somebody else's name in another store."""
        aliases = aliases_of(account)
        keys = ((kind, value) for kind, value in keys_of(account) if value not in aliases)
        self.names += [value for kind, value in keys if kind is not Key.OBJECT_GUID]
        self.aliases += aliases

    def may_be(self, account: Account) -> bool:
        """False for an account that only an alias, theirs or its own, ties to somebody known."""
        if self.person is None or any(a.ref == account.ref for a in self.person.accounts):
            return True
        own = {value for _, value in keys_of(account)}.difference(aliases_of(account))
        return not own.isdisjoint(name.casefold() for name in self.names)
