"""What every connector owes when it writes, and when it may not."""

from __future__ import annotations

import pytest
from tests.contracts.rigs import ALICE, BOB, CAROL, DOMAIN, Rig
from tests.contracts.test_reading import NO_PHOTO, same, seen

from sameface.errors import ByHand, Moved, OverCeiling
from sameface.pictures import Want, ladder
from sameface.settings import Mode
from sameface.values import Capabilities, Rendition, Standing


def fitting(data: bytes, able: Capabilities) -> tuple[Rendition, ...]:
    """The photo as this store takes it."""
    sizes = able.sizes_px or (able.largest_px,)
    return ladder(data, [Want(px, max_bytes=able.max_bytes) for px in sizes])


async def test_what_is_written_is_shown(written: Rig, new_face: bytes) -> None:
    """The store then shows the same picture, and its new change key is the one that was told."""
    connector = written.open()
    before = await seen(connector)
    renditions = fitting(new_face, connector.capabilities)

    told = await connector.write(before[ALICE].account, renditions, before[ALICE].change_key)

    after = await seen(connector)
    read = await connector.read(before[ALICE].account)
    shown = await written.shows(ALICE)
    await connector.close()
    assert after[ALICE].standing is Standing.PHOTO
    assert after[ALICE].change_key == told.change_key != before[ALICE].change_key
    assert read is not None
    assert same(read.data, new_face)
    assert shown is not None
    assert same(shown, new_face)
    assert after[BOB].change_key == before[BOB].change_key


async def test_a_first_photo_is_shown(written: Rig, new_face: bytes) -> None:
    """Somebody who never had a photo gets one, where the plan saw none."""
    connector = written.open()
    carol = (await seen(connector))[CAROL]

    told = await connector.write(
        carol.account, fitting(new_face, connector.capabilities), carol.change_key
    )

    after = (await seen(connector))[CAROL]
    shown = await written.shows(CAROL)
    await connector.close()
    assert after.standing is Standing.PHOTO
    assert after.change_key == told.change_key
    assert shown is not None
    assert same(shown, new_face)


async def test_writing_twice_is_writing_once(written: Rig, new_face: bytes) -> None:
    """The second write of a repeated page sees its own first one as the state to write over."""
    connector = written.open()
    alice = (await seen(connector))[ALICE]
    renditions = fitting(new_face, connector.capabilities)

    first = await connector.write(alice.account, renditions, alice.change_key)
    second = await connector.write(alice.account, renditions, first.change_key)

    after = (await seen(connector))[ALICE]
    await connector.close()
    assert after.change_key == second.change_key


async def test_a_lost_race_writes_nothing(written: Rig, new_face: bytes) -> None:
    """Whoever changed the photo since the plan keeps theirs; a plan that saw none is late too."""
    connector = written.open()
    alice = (await seen(connector))[ALICE]
    renditions = fitting(new_face, connector.capabilities)
    shown = await written.shows(BOB)
    assert shown is not None
    await written.change(ALICE, shown)
    theirs = await written.shows(ALICE)

    for expected in (alice.change_key, None):
        with pytest.raises(Moved):
            await connector.write(alice.account, renditions, expected)
        with pytest.raises(Moved if connector.capabilities.removes else ByHand):
            await connector.remove(alice.account, expected)

    await connector.close()
    assert await written.shows(ALICE) == theirs


async def test_what_is_over_the_ceiling_is_not_sent(written: Rig) -> None:
    """Whose photo, how many bytes, how many are taken; the store keeps what it has."""
    connector = written.open()
    alice = (await seen(connector))[ALICE]
    most = connector.capabilities.max_bytes
    before = await written.shows(ALICE)
    if most is not None:
        heavy = Rendition(b"\xff" * (most + 1), 96, 96, "image/jpeg")
        with pytest.raises(OverCeiling, match=f"{most:,} bytes") as refused:
            await connector.write(alice.account, (heavy,), alice.change_key)
        assert refused.value.account == f"{ALICE}@{DOMAIN}"
        assert await written.shows(ALICE) == before
    await connector.close()


async def test_what_is_removed_is_gone(written: Rig, new_face: bytes) -> None:
    """The store shows no photo then, others keep theirs, and another one can be written later.

    Where a store cannot, it says who can, and the photo stays.
    """
    connector = written.open()
    before = await seen(connector)
    if not connector.capabilities.removes:
        with pytest.raises(ByHand):
            await connector.remove(before[ALICE].account, before[ALICE].change_key)
        assert (await seen(connector))[ALICE].change_key == before[ALICE].change_key
        await connector.close()
        return

    await connector.remove(before[ALICE].account, before[ALICE].change_key)

    after = await seen(connector)
    gone = await written.shows(ALICE)
    assert after[ALICE].standing in NO_PHOTO
    assert after[BOB].change_key == before[BOB].change_key
    assert gone is None
    renditions = fitting(new_face, connector.capabilities)
    await connector.write(after[ALICE].account, renditions, after[ALICE].change_key)
    again = (await seen(connector))[ALICE]
    await connector.close()
    assert again.standing is Standing.PHOTO


async def test_a_store_that_is_only_read_is_never_written(written: Rig, new_face: bytes) -> None:
    """With mode read both writes are refused, saying who may act; the photo stays."""
    connector = written.open(mode=Mode.READ)
    alice = (await seen(connector))[ALICE]
    before = await written.shows(ALICE)

    with pytest.raises(ByHand, match="mode"):
        await connector.write(
            alice.account, fitting(new_face, connector.capabilities), alice.change_key
        )
    with pytest.raises(ByHand, match="mode"):
        await connector.remove(alice.account, alice.change_key)

    await connector.close()
    assert await written.shows(ALICE) == before


async def test_a_store_that_takes_nothing_says_who_does(read: Rig, new_face: bytes) -> None:
    """Where only a person can act, both writes say so, and so do the capabilities beforehand."""
    connector = read.open()
    alice = (await seen(connector))[ALICE]
    before = await read.shows(ALICE)

    with pytest.raises(ByHand) as refused:
        await connector.write(alice.account, fitting(new_face, connector.capabilities), None)
    with pytest.raises(ByHand):
        await connector.remove(alice.account, alice.change_key)

    await connector.close()
    assert not connector.capabilities.writes
    assert connector.capabilities.by_hand
    assert connector.capabilities.by_hand in refused.value.sentence()
    assert await read.shows(ALICE) == before
