"""Why a write does not happen: the channel is closed, the store lacks or refuses it."""

from __future__ import annotations

from sameface.rules.conditions import holds
from sameface.rules.events import Event, Refusal
from sameface.rules.rulebook import Channel, Rulebook, Store
from sameface.rules.state import NEVER, Held, State
from sameface.values import Standing


def refusal(
    book: Rulebook, state: State, channel: Channel, store: str | None, event: Event
) -> Refusal | None:
    """What stands in the way of this write now; None where nothing does.

    `store` is where the channel writes for this person, None where they have nothing there.
    """
    why = _closed(state, channel, event)
    if why is not None:
        return Refusal(f"channels/{channel.id}", state.now, why)
    if store is None:
        row = book.stores[channel.writes]
        return Refusal(f"stores/{row.id}", state.now, row.lacking)
    row = book.stores[store]
    for kind, taker in (("channels", channel), ("stores", row)):
        too_large = _too_large(taker, event)
        if too_large is not None:
            return Refusal(f"{kind}/{taker.id}", state.now, too_large)
    if event.verb == "remove" and not _removable(state.held.get(store, NEVER), channel):
        return Refusal(f"stores/{store}", state.now, f"{row.title} holds no photo to remove")
    return None


def _closed(state: State, channel: Channel, event: Event) -> str | None:
    if channel.closed:
        return channel.closed
    if not holds(channel.needs, state.options):
        return channel.lacking
    if event.verb not in channel.does:
        what = "removes" if event.verb == "remove" else "sets"
        return f"nobody {what} a photo with {channel.title}"
    return None


def _too_large(taker: Channel | Store, event: Event) -> str | None:
    size = event.photo.size_bytes if event.photo else None
    if taker.max_bytes is None or size is None or size <= taker.max_bytes:
        return None
    return f"{taker.title} takes at most {taker.max_bytes:,} bytes; this photo has {size:,}"


def _removable(held: Held, channel: Channel) -> bool:
    """A photo; or, where the channel makes the store forget, the memory of one."""
    removed = held.standing is Standing.DELETED
    return held.standing is Standing.PHOTO or (channel.forgets and removed)
