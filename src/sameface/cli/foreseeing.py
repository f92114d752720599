"""What `sameface explain --if` and `--best` do: what would be, and what to do about it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from sameface.cli import terminal
from sameface.documents import nearest
from sameface.errors import BadUsage
from sameface.explain import Explainer, asking, best_plan, observable, what_if
from sameface.rules.best import Plan
from sameface.rules.deeds import ADMINISTRATOR, OWNER, ROLES, VIEWER
from sameface.rules.orders import parse_order
from sameface.values import Person
from sameface.views import outlook


def about(explainer: Explainer) -> dict[str, Any]:
    """Whom it is about, and what their photos are called, as data."""
    person = explainer.subject.person
    names = {name: digest for digest, name in explainer.names.items()}
    return {"person": person.upn, "name": person.name, "photos": names}


def foresee(explainer: Explainer, viewer: str | None, args: argparse.Namespace) -> None:
    """Every surface before and after the orders of `--if`, and the plan of `--best`."""
    asked = asking(explainer, viewer)
    orders = [parse_order(text, asked) for text in args.orders]
    surfaces = [args.surface] if args.surface else observable(explainer)
    told = what_if(explainer, orders, surfaces, viewer) if orders else None
    plan = None
    if args.best:
        roles = roles_of(args.by, explainer.subject.person, viewer)
        plan = best_plan(explainer, orders, surfaces, viewer, roles)
    if args.json:
        ahead = {} if told is None else {"what-if": told.as_json()}
        ahead |= {} if plan is None else {"best": _plan(plan, explainer)}
        terminal.data({**about(explainer), **ahead})
        return
    letters = explainer.names
    if told is not None:
        terminal.console().print(outlook.changes(told, explainer.book, letters))
        for refusal in told.refusals:
            terminal.say(f"Refused: {explainer.wording.tell(refusal.text, asked.person)}.")
    if plan is not None:
        start = told.at if told else explainer.now
        for line in outlook.steps(plan, explainer.book, explainer.wording, start, letters):
            terminal.say(line)


def _plan(plan: Plan, explainer: Explainer) -> dict[str, Any]:
    """The plan as data; outside, people go by their UPN."""
    told = plan.as_json()
    person = explainer.subject.person
    for action in told["actions"]:
        if action.get("person") == person.id:
            action["person"] = person.upn
    return told


def roles_of(asked: str | None, person: Person, viewer: str | None) -> tuple[str, ...]:
    """Roles from `--by`: a role or its beginning, or the name of the person or of the viewer."""
    if asked is None:
        return ROLES
    owner = {person.upn, person.upn.partition("@")[0], person.name, *person.name.split()[:1]}
    looker = {viewer, *(viewer or "").split()[:1]}
    names = {**_spelt(looker, VIEWER), **_spelt(owner, OWNER), **{role: role for role in ROLES}}
    names["admin"] = ADMINISTRATOR
    return tuple(dict.fromkeys(_role(one.strip().lower(), names) for one in asked.split(",")))


def _spelt(names: Iterable[str | None], role: str) -> dict[str, str]:
    return {name.lower(): role for name in names if name}


def _role(asked: str, names: dict[str, str]) -> str:
    if asked not in names:
        raise BadUsage(f'--by: nobody here is called "{asked}"{nearest(asked, names)}')
    return names[asked]
