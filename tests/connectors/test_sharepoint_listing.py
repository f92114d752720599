"""SharePoint's listing is at hand by name, however long, and what it grants follows licences."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sameface.connectors.sharepoint.client import File
from sameface.connectors.sharepoint.connector import capabilities
from sameface.connectors.sharepoint.listing import Listing

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def files(first: int, many: int) -> Iterator[tuple[str, File]]:
    for number in range(first, first + many):
        etag = f'"{{0A1B2C3D-0000-4000-8000-{number:012}}},{number}"'
        stem = f"person_{number}_contoso_com"
        yield stem, File(f"{stem}_LThumb.jpg", etag, NOON, None)


def test_a_file_comes_back_as_it_was_put() -> None:
    """Name, etag, time and size; who has no file is left out, and the later of two counts."""
    told = File("Bob_LThumb.jpg", '"{X},2"', NOON.replace(microsecond=250), 4711)
    with Listing() as listing:
        listing.put([("bob", File("bob_LThumb.jpg", '"{X},1"', None, None))])
        listing.put([("bob", told), ("eve", File("eve_LThumb.jpg", '"{Y},1"', None, None))])

        found = listing.of(["bob", "eve", "nobody"])

    assert found == {"bob": told, "eve": File("eve_LThumb.jpg", '"{Y},1"', None, None)}


def test_a_long_listing_takes_no_more_memory_than_a_short_one() -> None:
    """What is kept of a folder of any length fits into less than what 2,000 files take."""
    with Listing() as listing:
        listing.put(files(0, 1_000))
        tracemalloc.start()
        for first in range(1_000, 21_000, 1_000):
            listing.put(files(first, 1_000))
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert listing.of(["person_20999_contoso_com"])

    assert grown < 100_000


@pytest.mark.parametrize(
    ("licences", "units"),
    [(1, 1_250), (1_000, 1_250), (1_001, 2_500), (15_000, 3_750), (50_000, 5_000), (50_001, 6_250)],
)
def test_what_is_granted_follows_from_the_licences(licences: int, units: int) -> None:
    """SharePoint's resource units of one application a minute (protocols 3.7)."""
    able = capabilities(writes=True, licences=licences, quota_speed=2)

    assert able.quota == (units, timedelta(seconds=30))
