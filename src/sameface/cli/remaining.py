"""What is left for people to do, collected while a run decides: words, and many of them on disk."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Self

from sameface.cli.terminal import harmless
from sameface.errors import at
from sameface.sync import Call, Decision

_IN_MEMORY = 2**18


class Remaining:
    """Who needs a person, or failed, by name. Close it in the end.

    Of decisions it keeps what will be printed and nothing else, and beyond some 256 kB in a
    nameless file, so that memory does not grow with the number of people.
    """

    def __init__(self) -> None:
        self._lines: dict[str, _Lines] = {}  # by what is to be done, "" where that is in the line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all of them."""
        for lines in self._lines.values():
            lines.close()
        self._lines.clear()

    def add(self, decision: Decision) -> None:
        """Collect what is left of one person."""
        who = f"{decision.person.name or decision.person.upn} ({decision.person.upn})"
        for verdict in decision.calling(Call.ASK, Call.UNKNOWN):
            self._under("").add(f"  {who}, {at(verdict.store, verdict.because)}")
        for verdict in decision.calling(Call.BY_HAND):
            self._under(verdict.remedy).add(f"    {who}, {at(verdict.store, verdict.reason)}")

    def lines(self) -> Iterator[str]:
        """One line for each; under what is to be done, if it is."""
        yield from self._lines.get("", ())
        for remedy, lines in self._lines.items():
            if remedy:
                yield f"  {remedy[:1].upper()}{remedy[1:]}:"
                yield from lines

    def _under(self, remedy: str) -> _Lines:
        if remedy not in self._lines:
            self._lines[remedy] = _Lines()
        return self._lines[remedy]


class _Lines:
    """Lines in the order in which they came."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(  # noqa: SIM115 - closed by who has the lines
            _IN_MEMORY, "w+", encoding="utf-8", newline="\n"
        )

    def add(self, line: str) -> None:
        self._file.write(f"{harmless(line)}\n")

    def __iter__(self) -> Iterator[str]:
        self._file.seek(0)
        for line in self._file:
            yield line.removesuffix("\n")

    def close(self) -> None:
        self._file.close()
