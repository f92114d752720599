"""What every connector checks in the same way: modes, lost races, whole pictures, failures."""

from __future__ import annotations

from datetime import datetime

from sameface.errors import ByHand, Garbled, Moved, OverCeiling, StoreFailed
from sameface.pictures.formats import media_type as kind_of
from sameface.pictures.formats import what_it_is
from sameface.values import Account, Capabilities, Key, Observation, Picture, Standing

_READ_ONLY = 'set its mode to "both" in sameface.toml to let Sameface write there'


def called(account: Account) -> str:
    """How an error names the account: by what a person would search for."""
    return account.key(Key.UPN) or account.key(Key.MAIL) or account.name or account.ref


def refuse_unless_writing(store: str, account: Account, capabilities: Capabilities) -> None:
    """Error: ByHand where sameface.toml lets us only read."""
    if not capabilities.writes:
        raise by_hand(store, account, capabilities)


def by_hand(store: str, account: Account, capabilities: Capabilities) -> ByHand:
    """The refusal of every write where somebody else must act, to be raised."""
    what = f"is not written by Sameface; {capabilities.by_hand}"
    return ByHand(store, what, account=called(account))


def by_administrator(store: str) -> str:
    """Who must act where sameface.toml lets Sameface only read."""
    return f"an administrator changes the photo in {store}, or {_READ_ONLY}"


def refuse_if_moved(store: str, account: Account, now: str | None, expected: str | None) -> None:
    """Error: Moved where the change key is not the one the plan saw."""
    if now != expected:
        what = "got another photo since the plan was made; nothing was written, make a new plan"
        raise Moved(store, what, account=called(account))


def refuse_too_many_bytes(store: str, account: Account, size: int, most: int | None) -> None:
    """Error: OverCeiling, before a write that the store is known to refuse."""
    if most is not None and size > most:
        what = f"takes at most {most:,} bytes and this photo has {size:,}; render it smaller"
        raise OverCeiling(store, what, account=called(account))


def whole_picture(store: str, account: Account, data: bytes, change_key: str | None) -> Picture:
    """The picture, if it can be one. Error: Garbled for what is none, or breaks off.

    Nothing is decoded here, not even a header: that is for `workshop`, whose processes may break.
    """
    kind = kind_of(data)
    if kind is None:
        raise Garbled(store, f"sent no usable photo: {what_it_is(data)}", account=called(account))
    if kind == "image/jpeg" and not _ends(data):
        what = "sent a photo that breaks off in the middle; nothing of it was kept, try again"
        raise Garbled(store, what, account=called(account))
    return Picture(data, kind, change_key)


def unknown(account: Account, at: datetime, why: StoreFailed) -> Observation:
    """An account that could not be observed, and the sentence that says why."""
    return Observation(account, Standing.UNKNOWN, at, error=why.sentence())


def _ends(jpeg: bytes) -> bool:
    """True when the picture's own end marker follows its first scan.

    An embedded thumbnail has an end marker too, so the segments before the scan are stepped over.
    """
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker == 0xDA:  # start of scan: in what follows, FF D9 can only be the end
            return jpeg.find(b"\xff\xd9", at) >= 0
        else:
            at += 2 + length
    return False
