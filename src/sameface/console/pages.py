"""Templates into pages: one environment, strict about what is missing, everything escaped."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

STATIC = Path(__file__).parent / "static"


class Pages:
    """The pages of one organisation."""

    def __init__(self, organisation: str) -> None:
        self._environment = Environment(
            loader=PackageLoader("sameface.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["organisation"] = organisation
        self._environment.filters["moment"] = moment

    def page(self, template: str, /, **told: Any) -> str:
        """One page."""
        return self._environment.get_template(template).render(**told)

    def told(self, title: str, text: str, *, onward: str = "") -> str:
        """A page that says one thing; `onward` is where it leads by itself."""
        return self.page("told.html", title=title, text=text, onward=onward)


def moment(at: datetime | None) -> str:
    """A time for people, in UTC."""
    return "never" if at is None else f"{at:%d %b %Y, %H:%M} UTC"
