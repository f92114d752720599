"""A realm without a name server, and tickets of it, for one process and its children."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.servers.samba import PASSWORD

REALM = "AD.CONTOSO.TEST"

_CONFIGURATION = f"""\
[libdefaults]
  default_realm = {REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
[realms]
  {REALM} = {{
    kdc = 127.0.0.1
  }}
"""


def environment(folder: Path) -> dict[str, str]:
    """The variables that say where the realm is, and where tickets are kept: none yet."""
    file = folder / "krb5.conf"
    file.write_text(_CONFIGURATION)
    return {"KRB5_CONFIG": str(file), "KRB5CCNAME": f"FILE:{folder / 'tickets'}"}


def get_ticket(told: dict[str, str], who: str) -> None:
    """What somebody does before Sameface can sign in with Kerberos."""
    tool = shutil.which("kinit")
    assert tool is not None, "kinit is not installed; tests/servers/packages.txt says whence"
    done = subprocess.run(
        [tool, who],
        input=f"{PASSWORD}\n",
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
