"""What is no photo of one person is named, and put nowhere it is not yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from tests.photographs import FOLDER, photograph
from tests.servers.memory_store import face
from tests.sync.kit import Office, same

from sameface.pictures import ONE_PIXEL_GIF, Want, initials, person_placeholder, render
from sameface.settings import Faces, PolicySettings, Wishes
from sameface.sync import Call

ANN = "ann@x.test"
ROCKET = photograph("rocket").read_bytes()
SIX = (FOLDER / "insightface/data/images/t1.jpg").read_bytes()


@cache
def astronaut(px: int = 400) -> bytes:
    """A real photo of one person."""
    return render(photograph("astronaut").read_bytes(), Want(px)).data


@pytest.fixture
def strict(office: Office) -> Office:
    """A folder that decides, a mailbox to write to; faces are asked about, as is usual."""
    office.policy = PolicySettings(Wishes(faces=Faces.ONE))
    office.store("folder", by_hand=None)
    office.store("exchange", writes=True)
    return office


@pytest.mark.parametrize(
    ("picture", "named"),
    [(ROCKET, "a picture without a face"), (SIX, "a picture of 6 people")],
)
async def test_a_picture_without_one_face_waits_for_somebody(
    strict: Office, picture: bytes, named: str
) -> None:
    """The mailbox keeps what it has; the plan says where it comes from and what to do."""
    strict.stores["folder"].join(ANN, picture)
    strict.stores["exchange"].join(ANN, astronaut())

    plan, outcome = await strict.plan()

    assert plan.actions == ()
    assert outcome.exit_code == 5
    (why,) = strict.reasons(ANN, Call.ASK).values()
    assert named in why
    assert 'faces = "any"' in why
    await strict.sync()
    assert same(strict.stores["exchange"].shows(ANN), astronaut())


async def test_a_picture_of_one_person_is_spread(strict: Office) -> None:
    """Whoever is asked about is the exception."""
    strict.stores["folder"].join(ANN, astronaut())
    strict.stores["exchange"].join(ANN, ROCKET)

    outcome = await strict.sync()

    assert outcome.exit_code == 0
    assert same(strict.stores["exchange"].shows(ANN), astronaut())


async def test_who_allows_it_is_obeyed(strict: Office) -> None:
    """Detectors err: by a wish for everybody or one person, or by restoring just that photo."""
    strict.stores["folder"].join(ANN, ROCKET)
    strict.stores["exchange"].join(ANN, astronaut())
    assert (await strict.sync()).exit_code == 5

    strict.policy = PolicySettings(
        Wishes(faces=Faces.ONE), people=((ANN, Wishes(faces=Faces.ANY, whose=ANN)),)
    )
    assert (await strict.sync()).exit_code == 0
    assert same(strict.stores["exchange"].shows(ANN), ROCKET)


async def test_a_photo_that_was_restored_by_name_is_spread(strict: Office) -> None:
    """An administrator has looked at it."""
    strict.stores["folder"].join(ANN, astronaut())
    strict.stores["exchange"].join(ANN, ROCKET)
    await strict.status()
    person = await strict.vault.person(ANN)
    rocket = next(v for v in await strict.vault.versions(person.id) if v.unfit)

    await strict.restore(ANN, rocket.digest)

    assert (await strict.sync()).exit_code == 0
    assert same(strict.stores["exchange"].shows(ANN), ROCKET)


async def test_what_shows_everywhere_already_is_not_asked_about(strict: Office) -> None:
    """There is nothing to spread, so nobody is bothered."""
    strict.stores["folder"].join(ANN, ROCKET)
    strict.stores["exchange"].join(ANN, render(ROCKET, Want(96)).data)

    assert (await strict.sync()).exit_code == 0


async def test_the_next_photo_of_one_person_ends_the_waiting(strict: Office) -> None:
    """Nothing is remembered against anybody."""
    strict.stores["folder"].join(ANN, ROCKET)
    strict.stores["exchange"].join(ANN, face(ANN, 1))
    assert (await strict.sync()).exit_code == 5

    strict.stores["folder"].put(ANN, astronaut())
    assert (await strict.sync()).exit_code == 0
    assert same(strict.stores["exchange"].shows(ANN), astronaut())


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (lambda: initials("Ann Lee", 240), "initials or a silhouette on a flat colour"),
        (lambda: person_placeholder(200), "SharePoint's placeholder"),
        (lambda: ONE_PIXEL_GIF, "a 1x1 picture"),
    ],
)
async def test_what_is_no_photo_never_wins_and_is_called_by_name(
    strict: Office, made: Callable[[], bytes], named: str
) -> None:
    """Not from the store that decides; and where it stands in a photo's place, the plan says so."""
    strict.authorities = ("folder", "exchange")
    strict.store("sharepoint", writes=True)
    strict.stores["folder"].join(ANN, made())
    strict.stores["exchange"].join(ANN, astronaut())
    strict.stores["sharepoint"].join(ANN, made())

    for _ in range(2):  # the second look reads no picture, and still knows
        plan, _ = await strict.plan()
        assert {action.store for action in plan.actions} == {"sharepoint"}
        assert named in plan.actions[0].because
    await strict.sync()
    assert same(strict.stores["sharepoint"].shows(ANN), astronaut())
    assert same(strict.stores["exchange"].shows(ANN), astronaut())
