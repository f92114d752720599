"""Templates into pages: one environment, strict about what is missing, everything escaped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from sameface.console.roles import AUDITORS, EVERYBODY, STAFF, Role, Who
from sameface.console.texts import say, say_many

STATIC = Path(__file__).parent / "static"

_MENU = (
    ("matrix", "/", STAFF),
    ("conflicts", "/conflicts", STAFF),
    ("plans", "/plans", STAFF),
    ("runs", "/runs", STAFF),
    ("approvals", "/approvals", STAFF),
    ("audit", "/audit", AUDITORS),
    ("map", "/map", EVERYBODY),
    ("mine", "/mine", EVERYBODY),
)

_PARTS = (("/people/", "/"), ("/jobs/", "/runs"))
"""Pages that belong to one of the menu whose address is another."""


class Pages:
    """The pages of one organisation; `approval` says whether anything can wait for one.

    `photo` gives the address of a person's version (ids, and pixels).
    """

    def __init__(
        self, organisation: str, photo: Callable[[str, str, int], str], *, approval: bool = False
    ) -> None:
        self._approval = approval
        self._environment = Environment(
            loader=PackageLoader("sameface.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"organisation": organisation, "t": say, "n": say_many}
        self._environment.globals["picture_of"] = photo
        self._environment.filters |= {
            "moment": moment,
            "number": "{:,}".format,
            "extract": lambda key, told: told.get(key, key),
        }

    def page(self, template: str, request: Request | None, /, **told: Any) -> str:
        """One page, for whoever sent the request (None: nobody is signed in)."""
        who: Who | None = request.scope.get("sameface.who") if request else None
        menu = self._menu(who, request.url.path) if who and request else []
        told |= {"who": who, "menu": menu, "csrf": who.csrf if who else ""}
        return self._environment.get_template(template).render(**told)

    def told(
        self,
        title: str,
        text: str,
        request: Request | None = None,
        *,
        onward: str = "",
        to: str = "",
    ) -> str:
        """A page that says one thing; `onward` is where it leads by itself, `to` when followed."""
        return self.page("told.html", request, title=title, text=text, onward=onward, to=to)

    def _menu(self, who: Who, path: str) -> list[tuple[str, str, bool]]:
        """(message, address, whether it is here) of what this person may open."""
        shown = [
            one for one in _MENU if who.role in one[2] and (self._approval or one[0] != "approvals")
        ]
        here = max(
            (to for _, to, _ in shown if path == to or path.startswith(f"{to.rstrip('/')}/")),
            key=len,
            default="",
        )
        here = next((to for part, to in _PARTS if path.startswith(part)), here)
        return [(f"menu.{name}", to, to == here) for name, to, _ in shown]


def home(who: Who) -> str:
    """Where somebody begins."""
    return "/mine" if who.role is Role.PERSON else "/"


def moment(at: datetime | None) -> str:
    """A time for people, in UTC."""
    return say("never") if at is None else f"{at:%d %b %Y, %H:%M} UTC"
