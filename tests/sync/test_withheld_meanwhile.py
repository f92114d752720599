"""What people withhold counts at the moment of a write, and is never taken for a removal."""

from __future__ import annotations

import pytest
from tests.servers.memory_store import broken, face
from tests.sync.kit import Office, same
from tests.sync.test_withholding import ALICE, A, B, office_of_alice, withhold

from sameface.errors import SyncStopped
from sameface.settings import PolicySettings, Removal, Wishes, Withholding
from sameface.sync import Result


async def test_an_older_plan_puts_no_photo_where_it_is_withheld_by_now(office: Office) -> None:
    """Chosen after the plan was made, it is refused there, told, and written everywhere else."""
    await office_of_alice(office)
    office.stores["folder"].put(ALICE, B)
    plan, _ = await office.plan()
    await withhold(office, "sharepoint")

    outcome = await office.apply(plan)

    assert outcome.results == {Result.WRITTEN: 1, Result.MOVED: 1}
    assert outcome.exit_code == 4
    (told,) = (step for step in office.steps if step.outcome == Result.MOVED)
    assert (told.store, told.error) == (
        "sharepoint",
        "sharepoint is withheld by the person since the plan was made; make a new plan.",
    )
    assert same(office.stores["exchange"].shows(ALICE), B)
    assert same(office.stores["sharepoint"].shows(ALICE), A)


async def test_an_older_plan_is_carried_out_where_the_settings_ignore_it(office: Office) -> None:
    """It is not theirs to say, so the plan is applied whole."""
    await office_of_alice(office)
    office.policy = PolicySettings(Wishes(withholding=Withholding.IGNORE))
    office.stores["folder"].put(ALICE, B)
    plan, _ = await office.plan()
    await withhold(office, "sharepoint")

    assert (await office.apply(plan)).results == {Result.WRITTEN: 2}


async def test_shown_again_is_no_removal(office: Office) -> None:
    """Emptied by hand as she wished, while another store still had to follow: once she is shown
    there again, the authority that lost her photo so does not take it from all the others."""
    office.authorities = ("yammer", "folder")
    office.policy = PolicySettings(Wishes(removal=Removal.PROPAGATE))
    await office_of_alice(office)
    await withhold(office, "yammer")
    await office.sync()
    office.stores["yammer"].take_away(ALICE)
    office.stores["folder"].put(ALICE, B)
    office.stores["exchange"].faults["write"] = [broken("exchange")]
    assert (await office.sync()).exit_code == 4

    await withhold(office)

    assert (await office.sync()).results == {Result.WRITTEN: 1}
    for store in ("exchange", "sharepoint"):
        assert same(office.stores[store].shows(ALICE), face(ALICE, 1))


async def test_shown_again_before_anybody_looked_is_no_removal(office: Office) -> None:
    """An authority emptied by hand while it was withheld, and shown again before a sync saw that,
    does not take her photo from all the others."""
    office.policy = PolicySettings(Wishes(removal=Removal.PROPAGATE))
    await office_of_alice(office)
    await withhold(office, "folder")
    office.stores["folder"].take_away(ALICE)
    await withhold(office)

    await office.sync()

    for store in ("exchange", "sharepoint"):
        assert same(office.stores[store].shows(ALICE), A)


async def test_shown_again_a_store_that_still_shows_it_has_not_changed(office: Office) -> None:
    """Withheld and shown again without a look in between: there is nothing to write or to ask."""
    office.policy = PolicySettings(Wishes(removal=Removal.PROPAGATE))
    await office_of_alice(office)
    await withhold(office, "folder", "exchange", "sharepoint")
    await withhold(office)

    outcome = await office.sync()

    assert (outcome.exit_code, outcome.results) == (0, {})


async def test_photos_that_went_as_people_wished_are_not_missed(office: Office) -> None:
    """Many take their photos out of a store in which they withhold them: it does not look empty."""
    folder, yammer = office.store("folder"), office.store("yammer")
    people = [f"p{number}@x.test" for number in range(8)]
    for upn in people:
        folder.join(upn, face(upn))
        yammer.join(upn, face(upn))
    await office.sync()
    for upn in people[:6]:
        person = await office.vault.person(upn)
        now = office.clock.now()
        await office.vault.review.withhold(person.id, ["yammer"], now, "chosen by the person")
        yammer.take_away(upn)

    office.policy = PolicySettings(Wishes(withholding=Withholding.IGNORE))
    with pytest.raises(SyncStopped, match="yammer has lost 6 of the 8 photos"):
        await office.sync()

    office.policy = PolicySettings()
    assert (await office.sync()).warnings == ()
