"""How long one person takes to explain, to foresee and to plan for, after start-up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from bench.measuring import table

from sameface.explain import Explainer, Subject, asking, best_plan, observable, what_if
from sameface.rules import load_rulebook, rulebook_names
from sameface.rules.deeds import ROLES
from sameface.rules.orders import parse_order
from sameface.values import Cell, Person, Standing

_TIMES = 5
_ALICE = Person("alice", "Alice Example", "alice@contoso.test")
_CASES = {
    "all agree": {"entra-id": "A", "exchange": "A", "sharepoint": "A", "yammer": "A"},
    "SharePoint is older": {"entra-id": "A", "exchange": "B", "sharepoint": "A", "yammer": "A"},
    "three photos": {"entra-id": "A", "exchange": "B", "sharepoint": "C", "yammer": "A"},
}
"""What Entra ID (Azure AD), Exchange, SharePoint and Yammer hold."""


def run() -> None:
    """Every surface of one person, in each era."""
    goal = "50"
    table(
        f"one person, every surface, milliseconds of CPU (of {_TIMES}, in one process)",
        ("what", "median", "worst", "goal"),
        [(what, *_told(work), goal if "explain" in what else "") for what, work in _works()],
    )


def _works() -> Iterator[tuple[str, Callable[[], object]]]:
    for name in rulebook_names():
        book = load_rulebook(name)
        for case, photos in _CASES.items():
            anew = partial(Explainer, _subject(photos, book.dated), book, book.dated)
            yield f"{name}: explain, {case}", partial(_explain, anew, None)
            yield f"{name}: explain to Bob, {case}", partial(_explain, anew, "Bob")
        yield f"{name}: --if, three photos", partial(_foresee, anew)
        yield f"{name}: --best, three photos", partial(_plan, anew, None)
        yield f"{name}: --best for Bob, three photos", partial(_plan, anew, "Bob")


def _explain(anew: Callable[[], Explainer], viewer: str | None) -> object:
    return anew().explain_all(viewer)


def _subject(photos: dict[str, str], now: datetime) -> Subject:
    asked = int((now - timedelta(hours=12)).timestamp() * 1000)
    facts = {"sharepoint": (("SPS-PictureTimestamp", str(asked)),)}
    cells = tuple(
        Cell(store, Standing.PHOTO, now, photo, facts=facts.get(store, ()))
        for store, photo in photos.items()
    )
    return Subject(_ALICE, cells, photos["exchange"], frozenset(photos))


def _foresee(anew: Callable[[], Explainer]) -> object:
    about = anew()
    order = parse_order("dirsync D", asking(about, None))
    return what_if(about, [order], observable(about), None)


def _plan(anew: Callable[[], Explainer], viewer: str | None) -> object:
    about = anew()
    return best_plan(about, [], observable(about), viewer, ROLES)


def _told(work: Callable[[], object]) -> tuple[str, str]:
    work()
    times = []
    for _ in range(_TIMES):
        began = time.process_time()
        work()
        times.append((time.process_time() - began) * 1000)
    return f"{statistics.median(times):,.0f}", f"{max(times):,.0f}"
