"""A first and a second sync of a thousand people, over HTTP, with a tenant in another process."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import httpx2 as httpx
from bench.measuring import SAMEFACE, measured, say, table
from tests.end_to_end.kit import Tenant, tenant

PEOPLE = 1_000
SPEED = 100
_FINE = (0, 3, 5)  # what is left in the end is for people to do


def run() -> None:
    """Requests and writes as the tenant counted them; seconds and memory of `sameface sync`."""
    with tempfile.TemporaryDirectory(prefix="sameface-bench-") as name:
        folder = Path(name)
        with tenant(folder, "--speed", str(SPEED), people=PEOPLE) as served:
            rows = [_row(which, served, folder) for which in ("first", "second")]
    table(
        f"`sameface sync` of {PEOPLE:,} people: Exchange, SharePoint and Yammer",
        ("sync", "seconds", "CPU s", "requests", "batch parts", "photos written", "peak MB"),
        rows,
    )
    say(
        f"Goal: the second sync makes at most {PEOPLE // 10} requests and writes nothing. Quotas "
        f"ran {SPEED} times faster than the real ones (sameface tenant --speed {SPEED}), on both "
        "sides alike: Yammer's 10 requests in 10 seconds would pace the rest. The tenant worked "
        "on the same machine; parts of a batch travel in one request.\n"
    )


def _row(which: str, served: Tenant, folder: Path) -> tuple[str, ...]:
    httpx.delete(f"{served.url}/_tenant/requests").raise_for_status()
    said = folder / "sync.json"
    done = measured((*SAMEFACE, "sync", "--json"), folder, output=said)
    if done.code not in _FINE:
        raise SystemExit(f"the {which} sync ended with {done.code}")
    told = served.get("requests")
    if which == "second" and served.writes():
        raise SystemExit(f"the second sync made {served.writes()} requests that write")
    return (
        which,
        f"{done.wall_s:,.1f}",
        f"{done.cpu_s:,.1f}",
        f"{told['total']:,}",
        f"{told['batch-parts']:,}",
        f"{json.loads(said.read_text())['results'].get('written', 0):,}",
        f"{done.peak_mb:,.0f}",
    )
