"""How a [[stores]] table says who signs in: an application, a machine, a person, a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from sameface.documents import Table
from sameface.settings import files
from sameface.settings.clouds import CLOUDS, Cloud
from sameface.settings.model import (
    AppSignIn,
    DeviceSignIn,
    MachineSignIn,
    PasswordSignIn,
    SignIn,
    TokenSignIn,
)

_DEVICE, _MACHINE = "device-code", "managed-identity"
_CREDENTIALS = ("client-secret-file", "client-secret-env", "client-certificate-file")
_PASSWORDS = ("password-file", "password-env")

PERSON_KEYS = ("token-file", "sign-in", "cloud", "tenant", "authority", "client-id", "token-cache")
"""What may be said of a person's sign-in."""

KEYS = (*PERSON_KEYS, *_CREDENTIALS)
"""What may be said of every sign-in that gets tokens."""

PASSWORD_KEYS = ("user", *_PASSWORDS, "auth")
"""What may be said of a name and a password."""


def sign_in(row: Table, folder: Path, connector: str, url: str) -> SignIn:
    """Who signs in. Error: BadDocument."""
    if row.has("token-file"):
        path = files.named(row, "token-file", folder)
        files.filled(row, "token-file", path, "put the token into it")
        return TokenSignIn(path)
    by_hand = row.has("sign-in")
    kind = row.choice("sign-in", (_DEVICE, _MACHINE)) if by_hand else ""
    if kind == _DEVICE:
        return DeviceSignIn(
            _authority(row), row.text("client-id"), folder / row.text("token-cache")
        )
    if connector == "yammer":
        what = (
            "is missing; Yammer wants a person's sign-in: a file that holds their token, or "
            f'sign-in = "{_DEVICE}"'
        )
        raise row.error("token-file", what)
    if kind == _MACHINE:
        return MachineSignIn(row.maybe_text("client-id"))
    return _application(row, folder, connector, url)


def password_sign_in(row: Table, folder: Path) -> PasswordSignIn:
    """A name and a password. Error: BadDocument."""
    given = [key for key in _PASSWORDS if row.has(key)]
    if len(given) != 1:
        many = "are given together; keep one of" if given else "are missing; add one of"
        raise row.error("", f"credentials {many} {', '.join(_PASSWORDS)}")
    ntlm = row.choice("auth", ("basic", "ntlm"), "basic") == "ntlm"
    user, (key,) = row.text("user"), given
    if key == "password-env":
        return PasswordSignIn(user, files.variable(row, key), ntlm)
    path = files.named(row, key, folder)
    return PasswordSignIn(user, files.filled(row, key, path, "put the password into it"), ntlm)


def wire_url(row: Table, connector: str) -> str:
    """Where the store is: `url`, and without one the Graph of the cloud. Error: BadDocument."""
    if connector == "graph" and not row.has("url"):
        return _cloud(row).graph
    return files.address(row, "url", ("https", "http"))


# ---------------------------------------------------------------------------


def _cloud(row: Table) -> Cloud:
    return CLOUDS[row.choice("cloud", CLOUDS, "public")]


def _authority(row: Table) -> str:
    """`authority` as it is, or that of `tenant` in its cloud."""
    if not row.has("tenant") and not row.has("cloud"):
        return files.address(row, "authority", ("https",))
    if row.has("authority"):
        raise row.error("authority", "says what tenant and cloud say too; keep it, or them")
    return f"{_cloud(row).login}/{row.text('tenant')}"


def _application(row: Table, folder: Path, connector: str, url: str) -> AppSignIn:
    """An application with exactly one of secret file, secret variable, certificate."""
    kinds: dict[str, Callable[[Table, str, Path], str]] = {
        "client-secret-file": _secret_file,
        "client-secret-env": _secret_env,
        "client-certificate-file": _certificate,
    }
    given = [key for key in kinds if row.has(key)]
    if len(given) != 1:
        many = "are given together; keep one of" if given else "are missing; add one of"
        raise row.error("", f"credentials {many} {', '.join(kinds)}")
    authority, client_id = _authority(row), row.text("client-id")
    credential = kinds[given[0]](row, given[0], folder)
    if given[0] == "client-certificate-file":
        return AppSignIn(authority, client_id, certificate=credential)
    host = urlsplit(url).hostname or ""
    if connector == "sharepoint" and host.endswith(tuple(c.sites for c in CLOUDS.values())):
        what = "is not enough for SharePoint, which wants client-certificate-file of an application"
        raise row.error(given[0], what)
    return AppSignIn(authority, client_id, secret=credential)


def _secret_file(row: Table, key: str, folder: Path) -> str:
    return files.filled(row, key, files.named(row, key, folder), "put the client secret into it")


def _secret_env(row: Table, key: str, _: Path) -> str:
    return files.variable(row, key)


def _certificate(row: Table, key: str, folder: Path) -> str:
    path = files.named(row, key, folder)
    pem = files.filled(row, key, path, "put the certificate and its private key into it, as PEM")
    if "PRIVATE KEY-----" not in pem or "-----BEGIN CERTIFICATE-----" not in pem:
        what = f"names {path.name}, which should hold a certificate and its private key, as PEM"
        raise row.error(key, what)
    return pem
