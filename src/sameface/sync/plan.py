"""A plan: the writes intended, as a document that can be read, reviewed and applied exactly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sameface.documents import Table, text_of
from sameface.errors import BadDocument, BadUsage
from sameface.sync.choosing import Call
from sameface.sync.decide import Decision
from sameface.sync.left import LEAVING, Cause, Left
from sameface.values import iso

FORMAT = 1
"""The version of the document."""


class Verb(StrEnum):
    """What an action does."""

    WRITE = "write"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Action:
    """One write or removal.

    `person` is the vault's id, `name` their UPN, `account` the store's own handle. `before`
    and `after` are digests of versions of that person (None: no photo); `expected` is the
    change key that was seen.
    """

    person: str
    name: str
    store: str
    account: str
    verb: Verb
    before: str | None
    after: str | None
    expected: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A pin to be set once the actions are done: that photo (None: what each store shows) stays
    until an authority changes. `person` is the vault's id."""

    person: str
    photo: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All actions, one person's together. `made_at` is in UTC; `verb` names the run that does it.

    `warnings` are sentences that whoever applies it should have read, `doubtful` others about
    accounts that it leaves alone, since nobody can tell whose they are. `left` are the first it
    does not change though they differ, or could not be observed, and `causes` why, and how many.
    """

    organisation: str
    made_at: datetime
    actions: tuple[Action, ...]
    pins: tuple[Hold, ...] = ()
    verb: str = "apply"
    warnings: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    causes: tuple[Cause, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, in hex: of its JSON in order of keys, without spaces."""
        before, after = _around(_compact(self._said()))
        told = hashlib.sha256(before.encode())
        comma = ""
        for action in self.actions:
            told.update(f"{comma}{_compact(_row(action))}".encode())
            comma = ","
        told.update(after.encode())
        return told.hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The document."""
        return self._head() | {"actions": [_row(action) for action in self.actions]}

    def as_text(self) -> Iterator[str]:
        """The document, to be read by people too, some lines at a time.

        As one text, a plan for half a million people would take gigabytes.
        """
        head = _readable(self._head())
        if not self.actions:
            yield head
            return
        before, after = _around(head)
        yield before
        for number, action in enumerate(self.actions, 1):
            comma = "," if number < len(self.actions) else ""
            row = _readable(_row(action)).replace("\n", "\n    ")
            yield f"    {row}{comma}"
        yield "  " + after

    def save(self, file: Path) -> None:
        """Write the document; BadUsage where the file cannot be written."""
        try:
            with file.open("w", encoding="utf-8") as out:
                out.writelines(f"{lines}\n" for lines in self.as_text())
        except OSError as wrong:
            raise BadUsage(
                f"The plan cannot be written to {file} ({wrong.strerror}); name another file."
            ) from wrong

    def _head(self) -> dict[str, Any]:
        """The document, but for the actions."""
        return {"sameface-plan": FORMAT, "digest": self.digest} | self._said()

    def _said(self) -> dict[str, Any]:
        """What it says, but for the actions."""
        said: dict[str, Any] = {
            "organisation": self.organisation,
            "made_at": iso(self.made_at),
            "actions": [],
        }
        if self.verb != "apply":
            said["verb"] = self.verb
        if self.pins:
            said["pins"] = [asdict(pin) for pin in self.pins]
        if self.warnings:
            said["warnings"] = list(self.warnings)
        if self.doubtful:
            said["doubtful"] = list(self.doubtful)
        if self.left:
            said["left"] = [one.as_json() for one in self.left]
        if self.causes:
            said["reasons"] = [one.as_json() for one in self.causes]
        return said


def load_plan(file: Path) -> Plan:
    """Read a saved plan. BadUsage where there is none, BadDocument where it was altered."""
    try:
        text = text_of(file)
    except FileNotFoundError:
        raise BadUsage(f"There is no plan {file}; `sameface plan` makes one.") from None
    except OSError as wrong:
        raise BadUsage(f"The plan {file} cannot be read ({wrong.strerror}).") from wrong
    except UnicodeDecodeError:
        raise BadDocument(file.name, "", "", "is no plan: it is not UTF-8 text") from None
    return parse_plan(text, file.name)


def parse_plan(text: str, file: str) -> Plan:
    """The plan that a document says; BadDocument, which names `file`, where it was altered."""
    try:
        raw = json.loads(text)
    except ValueError as wrong:
        raise BadDocument(file, "", "", f"is not valid JSON: {wrong}") from None
    except RecursionError:
        raise BadDocument(file, "", "", "is no plan: it is nested too deep") from None
    if not isinstance(raw, dict):
        raise BadDocument(file, "", "", "is no plan; `sameface plan -o FILE` writes one")
    table = Table(raw, file, "")
    if table.value("sameface-plan", int, required=True) != FORMAT:
        raise table.error("sameface-plan", f"should be {FORMAT}; make a new plan")
    digest = table.text("digest")
    plan = Plan(
        table.text("organisation"),
        _moment(table),
        _actions(table),
        _pins(table),
        table.text("verb", "apply"),
        table.texts("warnings"),
        table.texts("doubtful"),
        _left(table),
        _causes(table),
    )
    table.done()
    if plan.digest != digest:
        raise table.error("digest", "does not fit: the plan was altered; make a new one")
    return plan


def actions_of(decision: Decision) -> tuple[Action, ...]:
    """What a decision would have written and removed."""
    person = decision.person
    return tuple(
        Action(
            person=person.id,
            name=person.upn,
            store=verdict.store,
            account=account.ref,
            verb=Verb.REMOVE if verdict.call is Call.REMOVE else Verb.WRITE,
            before=verdict.before,
            after=verdict.after,
            expected=verdict.expected,
            because=verdict.because,
        )
        for verdict in decision.actions
        if (account := person.account(verdict.store)) is not None
    )


def pins_of(decision: Decision) -> tuple[Hold, ...]:
    """What a decision wants remembered once it is carried out."""
    if not decision.pin:
        return ()
    return (Hold(decision.person.id, decision.wanted, decision.because),)


def _compact(told: dict[str, Any]) -> str:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _readable(told: dict[str, Any]) -> str:
    return json.dumps(told, indent=2, ensure_ascii=False)


def _around(text: str) -> tuple[str, str]:
    """What comes before the actions of a document, and after; within a text quotes are escaped."""
    there = text.index("[]", text.index('"actions":')) + 1
    return text[:there], text[there:]


def _row(action: Action) -> dict[str, Any]:
    return {name: getattr(action, name) for name in Action.__slots__}


def _moment(table: Table) -> datetime:
    text = table.text("made_at")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise table.error("made_at", f'should be a date with a time, not "{text}"') from None


def _actions(table: Table) -> tuple[Action, ...]:
    return tuple(_action(row) for row in table.rows("actions"))


def _action(row: Table) -> Action:
    action = Action(
        person=row.text("person"),
        name=row.text("name"),
        store=row.text("store"),
        account=row.text("account"),
        verb=Verb(row.choice("verb", list(Verb))),
        before=_maybe(row, "before"),
        after=_maybe(row, "after"),
        expected=_maybe(row, "expected"),
        because=row.text("because"),
    )
    row.done()
    if (action.after is None) is not (action.verb is Verb.REMOVE):
        raise row.error("after", "should be null where a photo is removed, and only there")
    return action


def _pins(table: Table) -> tuple[Hold, ...]:
    pins = []
    for row in table.rows("pins"):
        pins.append(Hold(row.text("person"), _maybe(row, "photo"), row.text("why")))
        row.done()
    return tuple(pins)


def _left(table: Table) -> tuple[Left, ...]:
    left = []
    for row in table.rows("left"):
        left.append(Left(row.text("person"), row.text("store"), _call(row), row.text("why")))
        row.done()
    return tuple(left)


def _causes(table: Table) -> tuple[Cause, ...]:
    causes = []
    for row in table.rows("reasons"):
        people = int(row.value("people", int, required=True))
        causes.append(Cause(row.text("store", ""), _call(row), row.text("why"), people))
        row.done()
    return tuple(causes)


def _call(row: Table) -> Call:
    return Call(row.choice("call", LEAVING))


def _maybe(row: Table, key: str) -> str | None:
    """Text, or null for none."""
    missing = row.raw.get(key, "") is None and row.value(key, object) is None
    return None if missing else row.text(key)
