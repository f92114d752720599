"""The [[stores]] tables of directories: LDAP servers, how to sign in there, which attribute."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from sameface.documents import Table
from sameface.settings import files
from sameface.settings.model import (
    Bind,
    DirectorySettings,
    DirSync,
    PhotoAttribute,
)

KEYS = (
    "url",
    "urls",
    "starttls",
    "plaintext",
    "ca-file",
    "base-dn",
    "filter",
    "bind-dn",
    "bind-password-file",
    "bind-password-env",
    "sasl",
    "photo-attribute",
    "max-bytes",
)
"""What may be said of every directory."""

AD_KEYS = (*KEYS, "dirsync")
"""What may be said of Active Directory."""

_PASSWORDS = ("bind-password-file", "bind-password-env")

_MOST_BYTES = {PhotoAttribute.THUMBNAIL: 102_400, PhotoAttribute.JPEG: 4_000_000}
"""What the attribute takes: AD's schema (protocols 5.1), and slapd's largest message (5.5)."""

_USUAL_BYTES = {PhotoAttribute.THUMBNAIL: 10_240, PhotoAttribute.JPEG: 102_400}
"""More than 10,240 bytes never reach Exchange by the directory's own way (protocols 5.1)."""


def directory_settings(row: Table, folder: Path, *, is_ad: bool) -> DirectorySettings:
    """A directory's table, checked. Error: BadDocument."""
    starttls, plaintext = row.flag("starttls", False), row.flag("plaintext", False)
    sasl = row.has("sasl") and row.choice("sasl", ("gssapi",)) == "gssapi"
    attributes = list(PhotoAttribute) if is_ad else [PhotoAttribute.JPEG]
    usual = PhotoAttribute.THUMBNAIL if is_ad else PhotoAttribute.JPEG
    attribute = PhotoAttribute(row.choice("photo-attribute", attributes, usual))
    return DirectorySettings(
        urls=_urls(row, starttls=starttls, plaintext=plaintext, sasl=sasl),
        base_dn=row.text("base-dn"),
        bind=_bind(row, folder, sasl=sasl),
        starttls=starttls,
        filter=_filter(row),
        photo_attribute=attribute,
        max_bytes=_max_bytes(row, attribute),
        dirsync=DirSync(row.choice("dirsync", list(DirSync), DirSync.OBJECT_SECURITY)),
    )


# ---------------------------------------------------------------------------


def _urls(row: Table, *, starttls: bool, plaintext: bool, sasl: bool) -> tuple[str, ...]:
    if row.has("url") == row.has("urls"):
        told = "are given together; keep one" if row.has("url") else "are missing; add one"
        raise row.error("", f"url and urls {told}")
    key = "url" if row.has("url") else "urls"
    urls = (row.text("url"),) if key == "url" else row.texts("urls")
    if not urls:
        raise row.error("urls", "is empty; name at least one server")
    for url in urls:
        _check_url(row, key, url)
        secure = url.startswith("ldaps://")
        if secure and starttls:
            what = f'has "{url}", which is encrypted from the start; take starttls out'
            raise row.error(key, what)
        if secure or starttls or sasl:
            continue
        if not plaintext:
            what = f'has "{url}", where the password could be read on the way; write ldaps://, or '
            raise row.error(key, f"{what}add starttls = true")
        if not _on_this_machine(url):
            what = f'is only for a server on this machine, and "{url}" is none; use ldaps://'
            raise row.error("plaintext", what)
    return tuple(url.rstrip("/") for url in urls)


def _check_url(row: Table, key: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("ldap", "ldaps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise row.error(key, f'should be like "ldaps://dc1.contoso.com", not "{url}"')


def _on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _bind(row: Table, folder: Path, *, sasl: bool) -> Bind | None:
    """A name and its password; None for Kerberos, which brings its own."""
    given = [key for key in _PASSWORDS if row.has(key)]
    if sasl:
        wrong = next((key for key in ("bind-dn", *given) if row.has(key)), None)
        if wrong is not None:
            raise row.error(wrong, "does not go with sasl, where Kerberos says who we are")
        return None
    if len(given) != 1:
        many = "are given together; keep one of" if given else "are missing; add one of"
        raise row.error("", f"credentials {many} {', '.join(_PASSWORDS)}, or sasl")
    key, dn = given[0], row.text("bind-dn")
    if key == "bind-password-env":
        return Bind(dn, files.variable(row, key))
    path = files.named(row, key, folder)
    return Bind(dn, files.filled(row, key, path, "put the password into it"))


def _filter(row: Table) -> str:
    text = row.text("filter", "")
    if text and not (text.startswith("(") and text.endswith(")")):
        raise row.error("filter", f'should be like "(department=Sales)", not "{text}"')
    return text


def _max_bytes(row: Table, attribute: PhotoAttribute) -> int:
    most = _MOST_BYTES[attribute]
    value = row.number("max-bytes", _USUAL_BYTES[attribute], at_least=1) or 1
    if value > most:
        raise row.error("max-bytes", f"is {value:,}, and {attribute} takes at most {most:,}")
    return value
