"""sameface.toml about directories: no password goes over a line that others can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sameface.errors import BadDocument
from sameface.settings import (
    Bind,
    DirectorySettings,
    DirSync,
    Mode,
    PhotoAttribute,
    load_settings,
)

HEAD = '[organisation]\nname = "Contoso"\n[policy]\nauthorities = ["active-directory"]\n'
AD = """
[[stores]]
id = "active-directory"
connector = "active-directory"
url = "ldaps://dc1.contoso.com"
base-dn = "DC=contoso,DC=com"
bind-dn = "sameface@contoso.com"
bind-password-file = "ad.secret"
"""
OPENLDAP = AD.replace("active-directory", "openldap")


def load(folder: Path, text: str, id_: str = "active-directory") -> DirectorySettings:
    (folder / "ad.secret").write_text("hush-hush\n")
    file = folder / "sameface.toml"
    file.write_text(HEAD.replace("active-directory", id_) + text)
    directory = load_settings(file).stores[0].directory
    assert directory is not None
    return directory


def wrong(folder: Path, text: str) -> str:
    with pytest.raises(BadDocument) as refused:
        load(folder, text)
    assert "hush-hush" not in str(refused.value)
    return refused.value.sentence()


def test_the_least_that_must_be_said(tmp_path: Path) -> None:
    """Server, base and sign-in; the rest is as Exchange takes it and as anybody may."""
    told = load(tmp_path, AD)

    assert told == DirectorySettings(
        ("ldaps://dc1.contoso.com",),
        "DC=contoso,DC=com",
        Bind("sameface@contoso.com", "hush-hush"),
        photo_attribute=PhotoAttribute.THUMBNAIL,
        max_bytes=10_240,
        dirsync=DirSync.OBJECT_SECURITY,
    )
    assert "hush-hush" not in repr(told)


def test_everything_that_can_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several servers, StartTLS, a filter, the other attribute, and the way of changes."""
    monkeypatch.setenv("AD_PASSWORD", "hush-hush")
    text = AD.replace('url = "ldaps://dc1.contoso.com"', 'urls = ["ldap://dc1", "ldap://dc2:3389"]')
    text = text.replace('bind-password-file = "ad.secret"', 'bind-password-env = "AD_PASSWORD"')
    told = load(
        tmp_path,
        text
        + 'starttls = true\nfilter = "(department=Sales)"\nphoto-attribute = "jpegPhoto"\n'
        + 'max-bytes = 500000\ndirsync = "off"\nmode = "both"\n',
    )

    assert told.urls == ("ldap://dc1", "ldap://dc2:3389")
    assert told.starttls
    assert told.filter == "(department=Sales)"
    assert (told.photo_attribute, told.max_bytes) == (PhotoAttribute.JPEG, 500_000)
    assert told.dirsync is DirSync.OFF
    assert load_settings(tmp_path / "sameface.toml").stores[0].mode is Mode.BOTH


def test_openldap_has_jpegphoto_and_no_dirsync(tmp_path: Path) -> None:
    """What only Active Directory knows is refused there."""
    assert load(tmp_path, OPENLDAP, "openldap").photo_attribute is PhotoAttribute.JPEG
    with pytest.raises(BadDocument, match="dirsync is not known here"):
        load(tmp_path, OPENLDAP + 'dirsync = "off"\n', "openldap")
    with pytest.raises(BadDocument, match="thumbnailPhoto"):
        load(tmp_path, OPENLDAP + 'photo-attribute = "thumbnailPhoto"\n', "openldap")


def test_kerberos_brings_its_own_name(tmp_path: Path) -> None:
    """With sasl there is no password to keep, and TLS is not needed for it."""
    text = AD.replace('bind-dn = "sameface@contoso.com"\n', "").replace("ldaps:", "ldap:")
    text = text.replace('bind-password-file = "ad.secret"', 'sasl = "gssapi"')

    assert load(tmp_path, text).bind is None
    assert "does not go with sasl" in wrong(tmp_path, text + 'bind-dn = "x"\n')


def test_a_plain_line_is_only_for_this_machine(tmp_path: Path) -> None:
    """A password is never sent where others could read it, unless nobody else can be there."""
    plain = AD.replace("ldaps://dc1.contoso.com", "ldap://127.0.0.1:3389")
    far = AD.replace("ldaps:", "ldap:")

    assert "starttls = true" in wrong(tmp_path, plain)
    assert load(tmp_path, plain + "plaintext = true\n").urls == ("ldap://127.0.0.1:3389",)
    assert "only for a server on this machine" in wrong(tmp_path, far + "plaintext = true\n")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ldaps://dc1.contoso.com", "https://dc1.contoso.com", "should be like"),
        ("ldaps://dc1.contoso.com", "ldaps://dc1/DC=contoso", "should be like"),
        ('url = "ldaps://dc1.contoso.com"', "urls = []", "at least one server"),
        ('url = "ldaps://dc1.contoso.com"', "", "url and urls are missing"),
        ('base-dn = "DC=contoso,DC=com"', "", "base-dn is missing"),
        ('bind-password-file = "ad.secret"', "", "credentials are missing"),
        ('"ad.secret"', '"ad.secret"\nstarttls = true', "take starttls out"),
        ('"ad.secret"', '"ad.secret"\nmax-bytes = 102401', "at most 102,400"),
        ('"ad.secret"', '"ad.secret"\nfilter = "department=Sales"', "should be like"),
        ('"ad.secret"', '"ad.secret"\nsasl = "ntlm"', 'has no "ntlm"'),
        ('"ad.secret"', '"ad.secret"\ndirsync = "on"', 'has no "on"'),
    ],
)
def test_a_mistake_names_its_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    """And what would be right."""
    assert told in wrong(tmp_path, AD.replace(old, new))
