"""What every connector on the wire owes when its server misbehaves."""

from __future__ import annotations

import pytest
from tests.contracts.rigs import ALICE, BOB, DOMAIN, Remote, TenantRig
from tests.contracts.test_reading import name, seen

from sameface.connectors.reading import read_many
from sameface.errors import Busy, Garbled, NotAllowed, SignInRefused, StoreFailed, Unreachable
from sameface.values import Picture

FAILURES: list[tuple[str, type[StoreFailed]]] = [
    ("401", SignInRefused),
    ("403", NotAllowed),
    ("429", Busy),
    ("500", Busy),
    ("503", Busy),
    ("cut", Unreachable),
]


@pytest.mark.parametrize(("kind", "error"), FAILURES)
async def test_each_failure_has_its_error(
    remote: Remote, kind: str, error: type[StoreFailed]
) -> None:
    """Looking at a store that fails ends in that one error, naming the store and the next step."""
    connector = remote.open()
    await remote.fault(kind)

    with pytest.raises(error) as failed:
        await seen(connector)

    await connector.close()
    assert failed.value.store == remote.store
    assert failed.value.sentence().startswith(f"{remote.store}: ")


@pytest.mark.parametrize("kind", ["429", "500", "503", "cut"])
async def test_what_passes_is_waited_for(remote: Remote, kind: str) -> None:
    """One refusal is no failure: the look is as it would have been without it."""
    connector = remote.open()
    expected = await seen(connector)
    await remote.fault(kind, times=1, retry_after=30 if kind == "429" else None)

    observed = await seen(connector)

    await connector.close()
    assert {who: (o.standing, o.change_key) for who, o in observed.items()} == {
        who: (o.standing, o.change_key) for who, o in expected.items()
    }
    if kind == "429":
        assert max(remote.clock.slept) >= (30.0 if remote.tells_when else 0.1)


@pytest.mark.parametrize("kind", ["403", "429", "500", "half"])
async def test_one_persons_failure_is_one_persons(wired: TenantRig, kind: str) -> None:
    """What goes wrong with Alice's photo is told with her name; Bob's is read all the same."""
    connector = wired.open()
    accounts = [o.account for o in (await seen(connector)).values()]
    await wired.fault(kind, person=ALICE)

    got = {name(account): read async for account, read in read_many(connector, accounts)}

    await connector.close()
    alice = got[ALICE]
    assert isinstance(alice, StoreFailed)
    assert alice.account == f"{ALICE}@{DOMAIN}" or wired.store == "sharepoint"
    assert isinstance(got[BOB], Picture)


async def test_half_a_photo_is_never_taken_for_one(remote: Remote) -> None:
    """A picture that breaks off in the middle is refused, however whole the answer claims to be."""
    connector = remote.open()
    alice = (await seen(connector))[ALICE].account
    await remote.fault("half")

    with pytest.raises(Garbled, match=r"no usable photo|breaks off"):
        await connector.read(alice)

    await remote.better()
    assert await connector.read(alice) is not None
    await connector.close()
