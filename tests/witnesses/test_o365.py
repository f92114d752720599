"""O365 against the tenant: unchanged, with Microsoft's host names built in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from O365 import Account
from O365.utils.token import MemoryTokenBackend
from tests.witnesses.internet import Internet
from tests.witnesses.kit import TENANT_ID, Stage, alike, picture

pytestmark = pytest.mark.witnesses


@pytest.fixture
def account(office: Stage, world: Internet) -> Account:
    """An application that signs in with its secret."""
    account = Account(
        (office.client_id, office.secret),
        auth_flow_type="credentials",
        tenant_id=TENANT_ID,
        token_backend=MemoryTokenBackend(),
    )
    assert account.authenticate()
    return account


def test_it_reads_what_exchange_holds(office: Stage, account: Account, world: Internet) -> None:
    """O365 signs in, finds a user and reads the photo that Exchange holds, large and small."""
    user = account.directory().get_user(office.upn("mei.zhang"))
    assert user.mail == office.upn("mei.zhang")
    for size in (None, "48x48"):
        assert alike(user.get_profile_photo(size), office.holds("exchange", "mei.zhang"))
    assert {"login.microsoftonline.com", "graph.microsoft.com"} <= set(world.asked)


def test_it_lists_everybody(office: Stage, account: Account) -> None:
    """O365 pages through the directory and finds everybody."""
    users = account.directory().get_users(limit=None, batch=10)
    assert {user.user_principal_name for user in users} == {
        person["upn"] for person in office.tenant.people()
    }


def test_it_sets_a_photo_and_outlook_shows_it(office: Stage, account: Account) -> None:
    """A photo that O365 set (by PATCH) is what Exchange holds and a colleague sees in Outlook."""
    new = picture("O365")
    assert account.directory().get_user(office.upn("kavita.rao")).update_profile_photo(new)
    assert alike(office.holds("exchange", "kavita.rao"), new)
    office.pass_time(timedelta(hours=1))
    assert alike(office.surface("outlook-online-contact-card", "kavita.rao", "mei.zhang"), new)
