"""The configuration of an nginx in front of the console, made from sameface.toml."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from sameface.console.gallery import ENDINGS
from sameface.console.guard import OF_PICTURES
from sameface.console.photos import FOR_EVER
from sameface.console.shelf import SIZES_PX, key_of
from sameface.errors import BadUsage
from sameface.settings import Settings

_PORTS = {"https": 443, "http": 80}
_PLAIN = re.compile(r"[\w./+@-]+")


def configuration(settings: Settings, port: int) -> str:
    """What nginx includes, for a console that listens on that port of this machine.

    The key it needs is made where there is none yet. Errors: BadUsage, NoRoom.
    """
    console = settings.console
    missing = [
        key
        for key, given in (
            ("url", console.url),
            ("photo-folder", console.photos),
            ('trusted-proxies = ["127.0.0.1"]', "127.0.0.1" in console.proxies),
        )
        if not given
    ]
    if missing or console.photos is None:
        raise BadUsage(
            f"For an nginx in front, {settings.file.name} has to say more under [console]: "
            f"{', '.join(missing)}."
        )
    if console.certificate is not None:
        raise BadUsage(
            f"With an nginx in front the certificate is nginx's; take certificate-file and "
            f"key-file out of {settings.file.name}, and name them in what this prints."
        )
    address = urlsplit(console.url)
    folder = _folder(console.photos)
    environment = Environment(  # noqa: S701  nginx reads it, not a browser
        loader=PackageLoader("sameface.console"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("nginx.conf").render(
        sizes=SIZES_PX,
        secure=address.scheme == "https",
        port=address.port or _PORTS[address.scheme],
        host=address.hostname,
        console=f"http://127.0.0.1:{port}",
        folder=folder,
        endings=ENDINGS,
        headers={**OF_PICTURES, "Cache-Control": FOR_EVER} | _strict(address.scheme),
    )


def _folder(folder: Path) -> str:
    """As nginx can read it, with its key in it."""
    path = str(folder.resolve())
    if _PLAIN.fullmatch(path) is None:
        raise BadUsage(f'nginx would misread "{path}"; give photo-folder a name of letters only.')
    key_of(folder)
    return path


def _strict(scheme: str) -> dict[str, str]:
    return {"Strict-Transport-Security": "max-age=31536000"} if scheme == "https" else {}
