"""The tenant as a ready `sameface.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sameface.tenant.members import COMPANY


class Access(NamedTuple):
    """How the tenant is reached, and the files with what opens it."""

    url: str
    authority: str
    client_id: str
    secret_file: Path
    certificate_file: Path
    token_file: Path
    ca_file: Path
    rulebook: str
    quota_speed: int
    licences: int


def settings_text(access: Access) -> str:
    """`sameface.toml` for this tenant; Exchange decides, else the next store that has a photo."""
    sign_in = f'authority = "{access.authority}"\nclient-id = "{access.client_id}"\n'
    secret = f'{sign_in}client-secret-file = "{access.secret_file}"\n'
    certificate = f'{sign_in}client-certificate-file = "{access.certificate_file}"\n'
    licences = f"licences = {access.licences}\n"
    token = f'token-file = "{access.token_file}"\n'
    stores = (
        _store(access, "exchange", "graph", "both", secret),
        _store(access, "sharepoint", "sharepoint", "both", certificate + licences),
        _store(access, "yammer", "yammer", "read", token),
    )
    return (
        f'[organisation]\nname = "{COMPANY}"\nrulebook = "{access.rulebook}"\n\n'
        '[policy]\nauthorities = ["exchange", "sharepoint", "yammer"]\nstop-above = "100%"\n'
        'faces = "any"  # its people are drawn, and not always taken for people\n\n'
        + "\n".join(stores)
    )


def _store(access: Access, store: str, connector: str, mode: str, sign_in: str) -> str:
    return (
        f'[[stores]]\nid = "{store}"\nconnector = "{connector}"\nmode = "{mode}"\n'
        f'url = "{access.url}"\n{sign_in}ca-file = "{access.ca_file}"\n'
        f"quota-speed = {access.quota_speed}\n"
    )
