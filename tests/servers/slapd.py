"""A real OpenLDAP server: slapd, with one small database in a folder of its own."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import trustme
from tests.servers.ldap_tools import LdapTools
from tests.servers.samba import until_it_answers

from sameface.settings import OPENLDAP, Bind, DirectorySettings, Mode, StoreSettings

ROOT = "dc=contoso,dc=test"
ADMIN, PASSWORD = f"cn=admin,{ROOT}", "Passw0rd!x"

_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
{more}
database mdb
suffix "{root}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
maxsize 268435456
dbnosync
index objectClass,entryUUID,entryCSN eq
overlay syncprov
syncprov-sessionlog 1000
"""


class Slapd:
    """The directory dc=contoso,dc=test on two free ports of 127.0.0.1."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._units = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = free_port(), free_port()
        self.starttls_url = f"ldap://127.0.0.1:{self._ports[0]}"
        self.url = f"ldaps://127.0.0.1:{self._ports[1]}"
        self.ca_file = folder / "ca.pem"
        self.tools = LdapTools(self.url, ADMIN, PASSWORD, self.ca_file)

    def start(self, more: str = "") -> None:
        """Returns when it answers; `more` are lines of configuration for all databases."""
        (self._folder / "data").mkdir()
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1")
        authority.cert_pem.write_to_path(str(self.ca_file))
        certificate.cert_chain_pems[0].write_to_path(str(self._folder / "cert.pem"))
        certificate.private_key_pem.write_to_path(str(self._folder / "key.pem"))
        file = self._folder / "slapd.conf"
        file.write_text(
            _CONFIGURATION.format(
                folder=self._folder, root=ROOT, admin=ADMIN, password=PASSWORD, more=more
            )
        )
        urls = f"{self.starttls_url} {self.url}"
        self._process = subprocess.Popen(
            ["/usr/sbin/slapd", "-h", urls, "-f", str(file), "-d", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until_it_answers(self._ports[1], self._process)
        self.tools.add(ROOT, objectClass="dcObject|organization", dc="contoso", o="Contoso")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def unit(self) -> str:
        """A new organisational unit, empty."""
        self._units += 1
        dn = f"ou=unit{self._units},{ROOT}"
        self.tools.add(dn, objectClass="organizationalUnit", ou=f"unit{self._units}")
        return dn

    def person(self, unit: str, name: str, photo: bytes | None = None) -> str:
        """A new person; returns the DN."""
        dn = f"uid={name},{unit}"
        held: dict[str, str | bytes] = {
            "uid": name,
            "cn": name,
            "sn": name,
            "mail": f"{name}@contoso.test",
        }
        if photo is not None:
            held["jpegPhoto"] = photo
        self.tools.add(dn, objectClass="inetOrgPerson", **held)
        return dn

    def settings(
        self,
        base_dn: str,
        *urls: str,
        mode: Mode = Mode.BOTH,
        password: str = PASSWORD,
        starttls: bool = False,
    ) -> StoreSettings:
        """As sameface.toml would have it."""
        directory = DirectorySettings(
            urls or (self.url,), base_dn, Bind(ADMIN, password), starttls=starttls
        )
        return StoreSettings(OPENLDAP, "openldap", mode, ca_file=self.ca_file, directory=directory)


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
