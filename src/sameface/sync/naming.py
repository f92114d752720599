"""Which of a person's photos a picture shows: the best match among their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sameface.pictures import Unfit, distance, is_same
from sameface.values import Fingerprint, Likeness, Version
from sameface.vault.blobs import digest_of
from sameface.workshop.service import workshop


@dataclass(frozen=True, slots=True)
class Look:
    """A picture as far as it can be judged without its person.

    `unfit` is what it is instead of a photo of one person, known where `is_judged`.
    """

    digest: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    fingerprint: Fingerprint
    is_judged: bool = False
    unfit: Unfit | None = None

    @property
    def short_px(self) -> int:
        return min(self.width_px, self.height_px)


@dataclass(frozen=True, slots=True)
class Name:
    """What a picture was recognised as.

    `version` is the digest of the version it is, or shows; `likeness` says how it compares to that
    version's photo. `new` is the version to keep, if it is one; `better_than` is the best copy that
    the new one replaces.
    """

    version: str
    likeness: Likeness
    new: Version | None = None
    better_than: str | None = None


async def look_at(data: bytes, *, judged: bool) -> Look:
    """Decode and measure, in a process of its own, and judge as well. Error: PictureRefused.

    Judging takes five times as long as measuring; in one go both take two thirds of that.
    """
    if judged:
        header, mark, unfit = await workshop().examine(data)
    else:
        (header, mark), unfit = await workshop().measure(data), None
    return Look(
        digest=digest_of(data),
        media_type=header.media_type,
        width_px=header.width_px,
        height_px=header.height_px,
        size_bytes=header.size_bytes,
        fingerprint=mark,
        is_judged=judged,
        unfit=unfit,
    )


def name(look: Look, person: str, store: str, at: datetime, versions: Sequence[Version]) -> Name:
    """Recognise a picture among the person's `versions`, or make it a new one.

    The same bytes are the same version. Else the best copy of each photo is compared: the nearest
    one that shows the same is it, and is replaced as best copy where the new one is larger. What
    cannot be told from anything (too small, too flat) is kept, and stays without a name.
    """
    exact = next((v for v in versions if v.digest == look.digest), None)
    if exact is not None:
        return Name(exact.digest, exact.likeness)
    mark = look.fingerprint
    best = [v for v in versions if v.photo == v.digest]
    same = [v for v in best if is_same(mark, v.fingerprint)]
    if same:
        nearest = min(same, key=lambda v: distance(mark, v.fingerprint) or 0.0)
        if look.short_px <= min(nearest.width_px, nearest.height_px):
            return Name(nearest.digest, nearest.likeness)
        new = version_of(look, person, store, at, nearest.likeness)
        return Name(look.digest, new.likeness, new, better_than=nearest.digest)
    tells = not best or is_same(mark, mark)
    likeness = Likeness.SAME if tells else Likeness.CANNOT_TELL
    return Name(look.digest, likeness, version_of(look, person, store, at, likeness))


def version_of(look: Look, person: str, store: str, at: datetime, likeness: Likeness) -> Version:
    """The version that a picture is when it is kept, the best copy of its photo."""
    return Version(
        person=person,
        digest=look.digest,
        origin=store,
        first_seen=at,
        media_type=look.media_type,
        width_px=look.width_px,
        height_px=look.height_px,
        size_bytes=look.size_bytes,
        fingerprint=look.fingerprint,
        photo=look.digest,
        likeness=likeness,
    )
