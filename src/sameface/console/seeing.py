"""Who may see whose photo."""

from __future__ import annotations

from sameface.console.gallery import Portrait
from sameface.console.places import Service
from sameface.console.roles import STAFF, Who


def is_hidden(portrait: Portrait, who: Who) -> bool:
    """What a person withheld is seen by themselves, and by those who see to it."""
    return Service.PHOTO in portrait.withheld and not _sees_all(portrait, who)


def may_see(portrait: Portrait, digest: str, who: Who) -> bool:
    """Colleagues see the photo of today; earlier ones are nobody's but the person's own."""
    return _sees_all(portrait, who) or is_everybodys(portrait, digest)


def is_everybodys(portrait: Portrait, digest: str) -> bool:
    """True for the photo of today, where it is not withheld: what every colleague may see."""
    return digest == portrait.digest and Service.PHOTO not in portrait.withheld


def _sees_all(portrait: Portrait, who: Who) -> bool:
    return who.person == portrait.person.upn or who.role in STAFF
