"""The loop that every administrator writes: for each person and store one GET, and one PUT.

`python -m bench.loop FOLDER [N] [write]` in a folder with a tenant's sameface.toml, for everybody
or the first N; O365 for Graph, plain calls for SharePoint and Yammer, one after another, and again
where it is told to wait.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import tomllib
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path

import httpx2 as httpx
import msal
import requests
from O365 import Account, MSGraphProtocol, connection

FILES = "/_api/web/Get{}ByServerRelativeUrl('/User%20Photos/Profile%20Pictures{}')"


class _Graph(MSGraphProtocol):  # type: ignore[misc]
    """Microsoft Graph, somewhere else."""

    def __init__(self, url: str) -> None:
        self._protocol_url = f"{url}/"
        self._oauth_scope_prefix = f"{url}/"
        super().__init__()


def main(folder: Path, most: int | None, *, writing: bool) -> None:
    """Read people everywhere; then, where asked to, write to everybody what Exchange shows."""
    stores = {s["id"]: s for s in tomllib.loads((folder / "sameface.toml").read_text())["stores"]}
    os.environ["REQUESTS_CA_BUNDLE"] = stores["exchange"]["ca-file"]
    # Somebody without a photo is an error to it, told on stderr: a line for every third person.
    logging.getLogger("O365").setLevel(logging.CRITICAL)
    account = _account(stores["exchange"])
    plain = httpx.Client(verify=stores["sharepoint"]["ca-file"], trust_env=False, timeout=60)
    sharepoint = {"authorization": f"Bearer {_token(stores['sharepoint'])}"}
    yammer = {"authorization": f"Bearer {Path(stores['yammer']['token-file']).read_text().strip()}"}
    url = stores["sharepoint"]["url"]
    for user in islice(account.directory().get_users(limit=None, batch=999), most):
        photo = user.get_profile_photo()
        stem = user.user_principal_name.replace("@", "_").replace(".", "_")
        file = FILES.format("File", f"/{stem}_LThumb.jpg") + "/$value"
        _asked(plain, "GET", url + file, sharepoint)
        _asked(plain, "GET", f"{url}/api/v1/users/by_email.json?email={user.mail}", yammer)
        if writing and photo:
            with suppress(requests.HTTPError):  # Entra ID takes 100 KB, and answers more with 404
                user.update_profile_photo(photo)
            to = FILES.format("Folder", "") + f"/Files/add(url='{stem}_LThumb.jpg',overwrite=true)"
            _asked(plain, "POST", url + to, sharepoint, photo)


def _asked(
    plain: httpx.Client, verb: str, url: str, headers: dict[str, str], body: bytes | None = None
) -> None:
    while (answer := plain.request(verb, url, headers=headers, content=body)).status_code == 429:
        time.sleep(float(answer.headers.get("retry-after", "1")))


def _account(store: dict[str, str]) -> Account:
    """O365, signed in at the tenant instead of at Microsoft."""
    url, authority = store["url"], store["authority"]
    secret = Path(store["client-secret-file"]).read_text().strip()
    connection.ConfidentialClientApplication = partial(
        msal.ConfidentialClientApplication, instance_discovery=False
    )
    account = Account(
        (store["client-id"], secret),
        auth_flow_type="credentials",
        tenant_id=authority.rpartition("/")[2],
        protocol=_Graph(url),
        token_backend=None,
        requests_delay=0,  # by itself it waits 200 ms before each call
    )
    account.con._msal_authority = authority  # noqa: SLF001 - there is no other way
    if not account.authenticate(requested_scopes=[f"{url}/.default"]):
        raise SystemExit("O365 could not sign in at the tenant")
    return account


def _token(store: dict[str, str]) -> str:
    """An application's token for SharePoint, by its certificate."""
    pem = Path(store["client-certificate-file"]).read_text()
    application = msal.ConfidentialClientApplication(
        store["client-id"],
        authority=store["authority"],
        client_credential={"private_key": pem, "public_certificate": pem} | _mark(pem),
        verify=store["ca-file"],
        instance_discovery=False,
    )
    return str(application.acquire_token_for_client([f"{store['url']}/.default"])["access_token"])


def _mark(pem: str) -> dict[str, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    found = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERT") :].encode())
    return {"thumbprint": found.fingerprint(hashes.SHA1()).hex()}


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[2:] if argument.isdecimal()]
    main(Path(sys.argv[1]), next(iter(numbers), None), writing="write" in sys.argv[2:])
