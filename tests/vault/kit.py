"""What tests of the vault put into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sameface.values import (
    Account,
    Fingerprint,
    Key,
    Likeness,
    Observation,
    Standing,
    Version,
)
from sameface.vault import Finding, Fresh, Vault
from sameface.vault.blobs import digest_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def account(store: str, upn: str, name: str = "") -> Account:
    """An account known by its UPN."""
    return Account(store, upn, name, ((Key.UPN, upn),))


async def adopted(vault: Vault, *accounts: Account) -> dict[str, str]:
    """UPN -> id of the person, once a whole pass over each store has listed these accounts."""
    people: dict[str, str] = {}
    for store in dict.fromkeys(a.store for a in accounts):
        look = await vault.begin_look(store, NOON)
        listed = [a for a in accounts if a.store == store]
        for match in await vault.adopt(listed, look, NOON):
            people[match.account.ref] = match.person or ""
        await vault.end_look(look, NOON)
    return people


def finding(
    account: Account,
    version: str | None = None,
    *,
    key: str = "k1",
    likeness: Likeness = Likeness.SAME,
    standing: Standing = Standing.PHOTO,
    at: datetime = NOON,
) -> Finding:
    """A look at an account that shows that version."""
    seen = Observation(account, standing, at, key, facts=(("SPS-PictureTimestamp", "7"),))
    return Finding(seen, version, version, likeness)


def version(person: str, data: bytes, px: int = 100, at: datetime = NOON) -> Version:
    """A version of these bytes."""
    digest = digest_of(data)
    mark = Fingerprint(b"mark")
    return Version(
        person, digest, "exchange", at, "image/jpeg", px, px, len(data), mark, photo=digest
    )


async def took(
    vault: Vault, version: Version, data: bytes, known: int, better_than: str | None = None
) -> bool:
    """Whether it took that version, its person having had so many when it was found."""
    (is_kept,) = await vault.keep([Fresh(version, data, known, better_than)])
    return is_kept
