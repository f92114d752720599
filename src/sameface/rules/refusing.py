"""Why a write does not happen: the channel is closed, the store lacks or refuses it."""

from __future__ import annotations

from sameface.rules.events import Event, Photo, Refusal
from sameface.rules.rulebook import Channel, Rulebook, Store
from sameface.rules.state import NEVER, Held, State
from sameface.values import Standing


def refusal(
    book: Rulebook, state: State, channel: Channel, store: str | None, event: Event
) -> Refusal | None:
    """What stands in the way of this write now; None where nothing does.

    `store` is where the channel writes for this person, None where they have nothing there.
    """
    why = state.circumstances.barred(channel.id) or _undone(channel, event)
    if why is not None:
        return Refusal(channel.rule, state.now, why)
    if store is None:
        row = book.stores[channel.writes]
        return Refusal(row.rule, state.now, row.lacking)
    row = book.stores[store]
    if event.photo is not None:
        return _too_large(channel, event.photo, state) or _too_large(row, event.photo, state)
    if not _removable(state.held.get(store, NEVER), channel):
        return Refusal(row.rule, state.now, f"{row.title} holds no photo to remove")
    return None


def _undone(channel: Channel, event: Event) -> str | None:
    """Why nobody does this by way of the channel; None where somebody does."""
    if event.verb in channel.does:
        return None
    can = "change a photo, not remove it" if event.verb == "remove" else "remove a photo"
    return f"{channel.title} can only {can}"


def _too_large(taker: Channel | Store, photo: Photo, state: State) -> Refusal | None:
    most, size = taker.max_bytes, photo.size_bytes
    if most is None or size is None or size <= most:
        return None
    text = f"{taker.title} takes at most {most:,} bytes; this photo has {size:,}"
    return Refusal(taker.rule, state.now, text)


def _removable(held: Held, channel: Channel) -> bool:
    """A photo; or, where the channel makes the store forget, the memory of one."""
    removed = held.standing is Standing.DELETED
    return held.standing is Standing.PHOTO or (channel.forgets and removed)
