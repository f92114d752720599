"""Orders: which clients an action can be about, in every era."""

from __future__ import annotations

import pytest

from sameface.rules import load_rulebook
from sameface.rules.orders import Asking, clients, parse_order


@pytest.mark.parametrize(
    ("book", "verb", "whose"),
    [
        ("office365-2014", "restart", ("outlook-client",)),
        ("office365-2018", "restart", ("outlook-client",)),
        ("office365-2018", "clear-photo-cache", ("outlook-client",)),
        ("office365-2014", "sign-in", ("lync-client",)),
        ("office365-2018", "sign-out", ("skype-for-business",)),
        ("microsoft365-2024", "reset-client", ("teams", "teams-meeting")),
    ],
)
def test_an_action_is_about_the_clients_it_can_bear_on(
    book: str, verb: str, whose: tuple[str, ...]
) -> None:
    """A restart that clears nothing (B-K2) is still of the client that keeps the pictures."""
    assert clients(load_rulebook(book), verb) == whose


def test_where_there_is_one_client_it_need_not_be_named() -> None:
    """`restart` alone is Outlook's."""
    order = parse_order("restart", Asking(load_rulebook("office365-2018"), "alice", "bob"))

    assert order.event is not None
    assert (order.event.client, order.event.viewer) == ("outlook-client", "bob")
