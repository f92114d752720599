"""From a plan to `plan --html`: its pictures, made small."""

from __future__ import annotations

import asyncio
from itertools import groupby
from pathlib import Path

from sameface.cli import terminal
from sameface.errors import BlobLost, PictureRefused
from sameface.pictures import Want
from sameface.sync import Cause, Left, Plan, by_cause
from sameface.vault import Vault
from sameface.views.plan import Change, Changes, Kept, plan_page
from sameface.workshop.service import workshop

_THUMBNAIL_PX = 96


async def save_page(plan: Plan, vault: Vault, file: Path) -> None:
    """Write the page; NoRoom where the file cannot be written."""
    people = [
        Changes(
            name,
            [Change(a.store, str(a.verb), a.before, a.after, a.because) for a in actions],
        )
        for name, actions in groupby(plan.actions, key=lambda action: action.name)
    ]
    text = plan_page(
        plan.organisation,
        people,
        (*plan.warnings, *(f"{one}; it is left alone." for one in plan.doubtful)),
        await _thumbnails(plan, vault),
        left=[_kept(cause, left) for cause, left in by_cause(plan.left, plan.causes)],
        when=f"Made on {plan.made_at:%A %d %B %Y, %H:%M} UTC.",
        digest=plan.digest[:12],
    )
    await asyncio.to_thread(terminal.save, file, text)


def _kept(cause: Cause, left: list[Left]) -> Kept:
    names = [one.person if cause.store else str(one) for one in left]
    return Kept(str(cause.call), cause.store, cause.because, cause.people, names)


async def _thumbnails(plan: Plan, vault: Vault) -> dict[str, bytes]:
    """Small pictures by digest; one that is lost is left out, and the page says so."""
    digests = {d for action in plan.actions for d in (action.before, action.after) if d}
    made: dict[str, bytes] = {}
    for digest in sorted(digests):
        try:
            data = await vault.picture(digest)
            small = await workshop().render(data, Want(_THUMBNAIL_PX))
        except (BlobLost, PictureRefused):
            continue
        made[digest] = small.data
    return made
