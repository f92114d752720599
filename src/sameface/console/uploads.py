"""Pictures handed in and not used yet: made upright and smaller at once, gone in half an hour."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sameface.console.texts import say
from sameface.errors import BadUsage, NotAPicture, PictureRefused
from sameface.http import Clock
from sameface.pictures import Fitness, Frame, Remark, Verdict
from sameface.values import Rendition
from sameface.workshop.service import Workshop

KEPT_FOR = timedelta(minutes=30)
WHOLE_PX = 1600
"""The short side of what is kept of a picture: more than any store takes."""

USED_PX = 1024
"""The largest square that is cut from it."""

_MOST = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that is fit to be somebody's photo. `by` may see it; `person` it is for (an id)."""

    id: str
    person: str
    by: str
    at: datetime
    whole: Rendition = field(repr=False)
    frame: Frame
    remarks: tuple[Remark, ...]


class Uploads:
    """All of them, in memory. Outside pictures are read in the workshop, never here."""

    def __init__(self, clock: Clock, workshop: Workshop) -> None:
        self._clock, self._workshop = clock, workshop
        self._kept: OrderedDict[str, Upload] = OrderedDict()

    async def take(self, person: str, by: str, data: bytes) -> Upload:
        """Look at a picture, and keep it where it is fit. Error: PictureRefused says why not."""
        verdict = await self._workshop.judge(data)
        several = any(one.code == "several-faces" for one in verdict.remarks)
        if verdict.fitness is not Fitness.FIT and not several:  # who is on it can be cropped
            raise _refusal(verdict)
        whole, frame = await self._workshop.upright(data, WHOLE_PX)
        name = secrets.token_urlsafe(12)
        made = Upload(name, person, by, self._clock.now(), whole, frame, verdict.remarks)
        self._drop_old()
        self._kept[name] = made
        return made

    def get(self, name: str, by: str) -> Upload:
        """One's own upload. Error: BadUsage where it is gone."""
        self._drop_old()
        found = self._kept.get(name)
        if found is None or found.by != by:
            raise BadUsage(say("mine.gone"))
        return found

    def drop(self, name: str) -> None:
        """It was used."""
        self._kept.pop(name, None)

    async def square(self, upload: Upload, frame: Frame, px: int) -> bytes:
        """What that frame cuts from it, as a JPEG."""
        return (await self._workshop.cropped(upload.whole.data, frame, px)).data

    def _drop_old(self) -> None:
        now = self._clock.now()
        old = [name for name, one in self._kept.items() if now - one.at > KEPT_FOR]
        for name in old:
            del self._kept[name]
        while len(self._kept) >= _MOST:
            self._kept.popitem(last=False)


def _refusal(verdict: Verdict) -> PictureRefused:
    """The error whose code the verdict tells; NotAPicture for a picture that is nobody's photo."""
    kinds = {kind.code: kind for kind in PictureRefused.__subclasses__()}
    text = " ".join(one.text for one in verdict.remarks)
    return kinds.get(verdict.remarks[0].code, NotAPicture)(text)
