"""The mapping: whose an account is where a person has said so, in a CSV. It outweighs the keys."""

from __future__ import annotations

import csv
import difflib
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sameface.errors import BadDocument
from sameface.people.keys import aliases_of, is_address, keys_of
from sameface.values import Account, Key

COLUMNS = ("person", "account", "store")
"""What the first line may name; `store` may be left out, and left empty: in every store."""


@dataclass(frozen=True, slots=True)
class Said:
    """(store, account) -> the UPN or mail address of the person whose it is.

    Both are in lower case; an account is named by the store's handle or by any of its keys but
    aliases, and the store is "" where it is meant in all of them. `lines` are where in the `file`
    it is said.
    """

    people: Mapping[tuple[str, str], str] = field(default_factory=dict)
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)
    file: str = ""

    @property
    def digest(self) -> str:
        """The same for mappings that say the same."""
        said = repr(sorted(self.people.items()))
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def of(self, account: Account) -> Account:
        """The account, with what was said of it among its keys."""
        place = next(iter(self.about(account)), None)
        if place is None:
            return account
        return replace(account, keys=((Key.MAPPED, self.people[place]), *account.keys))

    def about(self, account: Account) -> list[tuple[str, str]]:
        """All that is said of that account, what counts first."""
        if not self.people:
            return []
        aliases = aliases_of(account)
        keys = (v for kind, v in keys_of(account) if v not in aliases and kind is not Key.MAPPED)
        names = (account.ref.casefold(), *keys)
        places = ((store, name) for store in (account.store, "") for name in names)
        return [place for place in places if place in self.people]


def parse_mapping(text: str, file: str, stores: Collection[str]) -> Said:
    """What a CSV with `COLUMNS` says, commas or semicolons between them.

    Errors: BadDocument, with file, line and remedy.
    """
    people: dict[tuple[str, str], str] = {}
    lines: dict[tuple[str, str], int] = {}
    for line, row in _rows(text, file):
        person, account, store = (row.get(column, "") for column in COLUMNS)
        if not person or not account:
            column = "account" if person else "person"
            raise _wrong(file, line, f"has no {column}; fill it in, or take the line out")
        if not is_address(person):
            what = f'gives the account to "{person}", which is no UPN or mail address'
            raise _wrong(file, line, f"{what}; correct it")
        if store and store not in stores:
            raise _wrong(
                file,
                line,
                f'names the store "{store}", which is not configured{_near(store, stores)}',
            )
        place = (store, account)
        if people.setdefault(place, person) != person:
            what = f"gives {account} to {person}, and line {lines[place]} to {people[place]}"
            raise _wrong(file, line, f"{what}; keep one of them")
        lines.setdefault(place, line)
    return Said(people, lines, file)


def _rows(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> value in lower case), lines that are empty left out."""
    head = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=";" if ";" in head else ",", strict=True)
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        for name in columns:
            if name not in COLUMNS:
                raise _wrong(
                    file, 1, f'has the column "{name}", which is not known{_near(name, COLUMNS)}'
                )
        if not {"person", "account"} <= set(columns) or len(set(columns)) < len(columns):
            raise _wrong(file, 1, f"should name the columns {', '.join(COLUMNS)}, each once")
        for values in reader:
            row = [value.strip().casefold() for value in values]
            if not any(row):
                continue
            if len(row) > len(columns):
                what = f"has {len(row)} values for {len(columns)} columns; correct it"
                raise _wrong(file, reader.line_num, what)
            yield reader.line_num, dict(zip(columns, row, strict=False))
    except csv.Error as odd:
        raise _wrong(file, reader.line_num, f"cannot be read ({odd}); correct it") from None


def _near(name: str, valid: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(valid), n=1)
    return f'; did you mean "{close[0]}"?' if close else f"; {', '.join(sorted(valid))} are"


def _wrong(file: str, line: int, what: str) -> BadDocument:
    return BadDocument(file, f"line {line}", "", what)
