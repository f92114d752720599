"""Pages and their cursors, for stores that count, and for those that list everybody at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeVar

from sameface.errors import Garbled

T = TypeVar("T")


class Edge:
    """The edge between two pages: who slips over it while a store is read is told of once.

    It remembers the page before, and no more: memory does not grow with the number of people.
    Where somebody joins in the middle of a look, a store that counts tells the last of the page
    before again. Where somebody leaves, it passes one over, who is seen by the next look.
    """

    def __init__(self) -> None:
        self._before: Collection[str] = ()

    def repeats(self, refs: Collection[str]) -> frozenset[str]:
        """Those of this page who were in the one before; this one is then the one before."""
        repeated = frozenset(refs).intersection(self._before)
        self._before = frozenset(refs)
        return repeated


def place(store: str, cursor: str | None, first: int) -> int:
    """Where a cursor that is a number continues. Error: Garbled for one that is none."""
    if cursor is not None and not cursor.isdecimal():
        raise Garbled(store, f'cannot continue after "{cursor[:20]}"; begin anew')
    return first if cursor is None else int(cursor)


def pages_after(
    everybody: Sequence[T], ref: Callable[[T], str], cursor: str | None, size: int
) -> Iterator[tuple[Sequence[T], str | None]]:
    """(some, the cursor after them) of a list in order of `ref`; a cursor is the last ref seen.

    One page, empty, where nobody is left. Who joins or leaves between pages moves nobody else.
    """
    left = [one for one in everybody if cursor is None or ref(one) > cursor]
    for start in range(0, max(len(left), 1), size):
        some = left[start : start + size]
        yield some, ref(some[-1]) if start + size < len(left) else None
