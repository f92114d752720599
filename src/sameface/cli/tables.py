"""Tables and bars on a terminal: what stores wrote into them commands it no more than a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from sameface.cli.terminal import harmless, writing


class Harmless(Console):
    """A console that shows the signs of a text which would command a terminal."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """What is drawn, piece by piece; ends of lines are rich's own."""
        for text, style, control in super().render(renderable, options):
            if control:
                yield Segment(text, style, control)
            else:
                yield Segment("\n".join(map(harmless, text.split("\n"))), style)

    def print(self, *parts: Any, **how: Any) -> None:
        """Error: OutputFailed where it cannot be written."""
        with writing():
            super().print(*parts, **how)

    def on_broken_pipe(self) -> NoReturn:
        """As everywhere: a reader who has gone ends the command."""
        raise BrokenPipeError
