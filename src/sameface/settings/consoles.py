"""[console] of sameface.toml: how people sign in, who may do what, and where it may listen."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from sameface.documents import Table
from sameface.settings import files

ROLES = ("person", "help-desk", "auditor", "administrator")
"""What somebody may be in the console, the least first."""

_GROUPS = {"administrators": "administrator", "help-desk": "help-desk", "auditors": "auditor"}
_SIGN_IN = ("issuer", "client-id", "client-secret-file", "client-secret-env", "ca-file", *_GROUPS)
KEYS = (
    *_SIGN_IN,
    "roles-claim",
    "url",
    "certificate-file",
    "key-file",
    "trusted-proxies",
    "photo-folder",
    "approval",
    "tokens",
)
"""What [console] may say."""

_LEAST_TOKEN = 32


@dataclass(frozen=True, slots=True)
class OpenId:
    """A provider of OpenID Connect, and which values of `claim` make somebody what.

    Who has none of them is a person. `groups` are (value of the claim, role).
    """

    issuer: str
    client_id: str
    secret: str | None = field(default=None, repr=False)
    claim: str = "groups"
    groups: tuple[tuple[str, str], ...] = ()
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class ConsoleToken:
    """A program that may use the API: its name, its role, and the token it shows."""

    name: str
    role: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """All of [console]. `url` is how browsers reach it, "" for this machine only.

    `certificate` and `key` are PEM files; `proxies` are the addresses of those that may speak for
    others. `photos` is a folder from which a web server in front hands out photos. `approval`: a
    second person looks at every photo that somebody uploads.
    """

    sign_in: OpenId | None = None
    url: str = ""
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()
    photos: Path | None = None
    approval: bool = False
    tokens: tuple[ConsoleToken, ...] = ()


def console_settings(table: Table, folder: Path) -> ConsoleSettings:
    """[console], read and checked; files are named relative to `folder`. Error: BadDocument."""
    certificate, key = (_file(table, name, folder) for name in ("certificate-file", "key-file"))
    if (certificate is None) is not (key is None):
        raise table.error("", "certificate-file and key-file go together; give both, or neither")
    return ConsoleSettings(
        sign_in=_open_id(table, folder),
        url=files.address(table, "url", ("https", "http")) if table.has("url") else "",
        certificate=certificate,
        key=key,
        proxies=_proxies(table),
        photos=_folder(table, folder),
        approval=table.flag("approval", default=False),
        tokens=_tokens(table, folder),
    )


def _open_id(table: Table, folder: Path) -> OpenId | None:
    if not table.has("issuer"):
        given = next((key for key in _SIGN_IN if table.has(key)), None)
        if given is not None:
            raise table.error("issuer", f"is missing, but {given} is for signing in with it")
        return None
    secret = None
    if table.has("client-secret-file"):
        path = files.named(table, "client-secret-file", folder)
        secret = files.filled(table, "client-secret-file", path, "put the client secret into it")
    elif table.has("client-secret-env"):
        secret = files.variable(table, "client-secret-env")
    return OpenId(
        issuer=files.address(table, "issuer", ("https",)),
        client_id=table.text("client-id"),
        secret=secret,
        claim=table.text("roles-claim", "groups"),
        groups=tuple((name, role) for key, role in _GROUPS.items() for name in table.texts(key)),
        ca_file=files.ca_file(table, folder),
    )


def _file(table: Table, key: str, folder: Path) -> Path | None:
    if not table.has(key):
        return None
    path = files.named(table, key, folder)
    files.filled(table, key, path, "put it there as PEM")
    return path


def _folder(table: Table, folder: Path) -> Path | None:
    if not table.has("photo-folder"):
        return None
    path = files.named(table, "photo-folder", folder)
    if not path.is_dir():
        what = f"names {path.name}, which is no folder; make it, for the web server's group to read"
        raise table.error("photo-folder", what)
    return path


def _proxies(table: Table) -> tuple[str, ...]:
    proxies = table.texts("trusted-proxies")
    for one in proxies:
        try:
            ip_address(one)
        except ValueError:
            what = f'should hold addresses such as "10.0.0.5", not "{one}"'
            raise table.error("trusted-proxies", what) from None
    return proxies


def _tokens(table: Table, folder: Path) -> tuple[ConsoleToken, ...]:
    tokens = []
    for row in table.rows("tokens"):
        name, role = row.text("name"), row.choice("role", ROLES)
        path = files.named(row, "token-file", folder)
        token = files.filled(row, "token-file", path, "put a long random text into it")
        if len(token) < _LEAST_TOKEN:
            what = f"names {path.name}, whose token is shorter than {_LEAST_TOKEN} characters"
            raise row.error("token-file", what)
        tokens.append(ConsoleToken(name, role, token))
        row.done()
    return tuple(tokens)
