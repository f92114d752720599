"""SharePoint: what must be known before anything is written there."""

from __future__ import annotations

import pytest
from tests.connectors.sharepoint_kit import LIBRARY, MySite, connector
from tests.http.kit import VirtualClock

from sameface.errors import Garbled
from sameface.values import Rendition, Standing

SQUARES = tuple(Rendition(b"%d" % px, px, px, "image/jpeg") for px in (48, 72, 200))


@pytest.fixture
def site(face: bytes) -> MySite:
    """Alice has a photo, Bob has none."""
    site = MySite()
    site.join("alice", face)
    site.join("bob")
    return site


@pytest.mark.parametrize(
    "library", [LIBRARY, "User Photos/Profilbilder", "User Photos/Images du profil"]
)
async def test_the_folder_is_found_in_any_language(
    clock: VirtualClock, site: MySite, library: str
) -> None:
    """It follows the language of the host (protocols 3.3): the one that holds thumbnails is it."""
    site.library, site.siblings = library, ["Forms", "Old"]
    for profile in (*site.profiles.values(),):
        profile["PictureURL"] = profile["PictureURL"].replace(
            "Profile%20Pictures", library.split("/")[1]
        )
    site.index = {
        n: u.replace("Profile%20Pictures", library.split("/")[1]) for n, u in site.index.items()
    }
    sharepoint = connector(site, clock, library="")
    alice = await sharepoint.find(["alice@contoso.test"])
    assert alice is not None
    told = await sharepoint.write(alice.account, SQUARES, alice.change_key)
    asked = len(site.asked)
    seen = {o.account.name: o async for page in sharepoint.observe() for o in page.observations}

    assert seen["alice"].standing is Standing.PHOTO
    assert seen["alice"].change_key == told.change_key
    assert library in (await sharepoint.check()).says
    assert not any(path.endswith("/Folders") for path in site.asked[asked:])


async def test_a_folder_that_could_be_several_is_asked_of_the_administrator(
    clock: VirtualClock, site: MySite
) -> None:
    """Nobody has a photo yet, and two folders are there: both are named, with the key to set."""
    site.library, site.siblings, site.files = "User Photos/Profilbilder", ["Forms", "Alt"], {}
    with pytest.raises(Garbled, match=r"Alt, Profilbilder.*`library`"):
        await connector(site, clock, library="").check()


@pytest.mark.parametrize(
    ("state", "told"), [("0", "cut off from Exchange"), ("1", "write exchange")]
)
async def test_check_says_how_long_a_write_will_stay(
    clock: VirtualClock, site: MySite, state: str, told: str
) -> None:
    """The switch that cuts a person off from Exchange is read, told, and never set."""
    site.profiles["alice"]["SPS-PictureExchangeSyncState"] = state
    checked = await connector(site, clock).check()
    alice = await connector(site, clock).find(["alice@contoso.test"])
    assert alice is not None
    await connector(site, clock).write(alice.account, SQUARES, alice.change_key)

    assert told in checked.says
    assert "alice@contoso.test" in checked.says
    assert site.profiles["alice"]["SPS-PictureExchangeSyncState"] == state
