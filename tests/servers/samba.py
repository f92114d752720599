"""A real domain controller: Samba, provisioned into a folder of its own. Needs root.

Its ports are fixed, so there is one at a time; whoever uses it takes an organisational unit of its
own. Beside the administrator it knows two accounts: `sameface`, which may read what everybody may
and write photos below OU=Sameface, and `mirror`, which has Replicating Directory Changes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import trustme
from tests.servers.ldap_tools import LdapTools

from sameface.settings import (
    Bind,
    DirectorySettings,
    DirSync,
    Mode,
    PhotoAttribute,
    StoreSettings,
)
from sameface.values import ACTIVE_DIRECTORY

ROOT = "DC=ad,DC=contoso,DC=test"
OURS = f"OU=Sameface,{ROOT}"
URL = "ldaps://127.0.0.1"
STARTTLS_URL = "ldap://127.0.0.1"
ADMIN, PASSWORD = r"CONTOSO\Administrator", "Passw0rd!x"
SAMEFACE, MIRROR = r"CONTOSO\sameface", r"CONTOSO\mirror"

_PHOTOS = ("8d3bca50-1d7e-11d0-a081-00aa006c33ed", "bac80572-09c4-4fa9-9ae6-7628d7adbe0e")
_USER = "bf967aba-0de6-11d0-a285-00aa003049e2"
_GET_CHANGES = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"
_SAMBA = ("samba", "-F", "--no-process-group", "-M", "single", "--debug-stdout")


class Samba:
    """The domain ad.contoso.test on 127.0.0.1: ports 88 (Kerberos), 389 and 636."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._units = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.url = URL
        self.ca_file = folder / "private/tls/ca.pem"
        self.tools = LdapTools(URL, ADMIN, PASSWORD, self.ca_file)

    def provision(self) -> None:
        """Takes some four seconds."""
        folder = self._folder

        def option(name: str, value: str | Path) -> str:
            return f"--option={name}={value}"

        _tool(
            "domain",
            "provision",
            "--configfile=/dev/null",
            f"--targetdir={folder}",
            "--realm=AD.CONTOSO.TEST",
            "--domain=CONTOSO",
            "--server-role=dc",
            "--dns-backend=NONE",
            f"--adminpass={PASSWORD}",
            "--host-name=dc1",
            "--host-ip=127.0.0.1",
            option("interfaces", "127.0.0.1/8"),
            option("bind interfaces only", "yes"),
            option("server services", "ldap kdc"),
            option("ldap server require strong auth", "allow_sasl_over_tls"),  # as AD has it
            option("log file", folder / "samba.log"),
            option("pid directory", folder / "run"),
            option("ncalrpc dir", folder / "ncalrpc"),
            option("winbindd socket directory", folder / "wb"),
            option("ntp signd socket directory", folder / "ntp"),
        )
        for name in ("run", "ncalrpc", "lock"):
            (folder / name).mkdir(exist_ok=True)
        self._certify()
        self._found_by_address()

    def start(self) -> None:
        """Returns when it answers."""
        with socket.socket() as probe:  # another one would answer in its place
            assert probe.connect_ex(("127.0.0.1", 636)) != 0, "another server is at port 636"
        with (self._folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_SAMBA, "-s", self._configuration],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        until_it_answers(636, self._process)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def cpu_s(self) -> float:
        """Seconds of computing that all its processes have used so far: those of its session."""
        assert self._process is not None
        spent = 0
        for told in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = told.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self._process.pid:
                    spent += int(fields[11]) + int(fields[12])
        return spent / os.sysconf("SC_CLK_TCK")

    def populate(self) -> None:
        """The accounts named above, and their rights."""
        for name in ("sameface", "mirror"):
            dn = f"CN={name},CN=Users,{ROOT}"
            self.tools.add(dn, objectClass="user", sAMAccountName=name, **_enabled())
        self.tools.add(OURS, objectClass="organizationalUnit")
        ours, theirs = self._sid("sameface"), self._sid("mirror")
        rights = "".join(f"(OA;CIIO;RPWP;{one};{_USER};{ours})" for one in _PHOTOS)
        self._grant(OURS, rights)
        self._grant(ROOT, f"(OA;;CR;{_GET_CHANGES};;{theirs})")

    def unit(self) -> str:
        """A new organisational unit, empty."""
        self._units += 1
        dn = f"OU=Unit {self._units},{OURS}"
        self.tools.add(dn, objectClass="organizationalUnit")
        return dn

    def person(self, unit: str, name: str, photo: bytes | None = None, **values: str) -> str:
        """A new user; returns the DN."""
        dn = f"CN={name},{unit}"
        held: dict[str, str | bytes] = {
            "sAMAccountName": f"{name}{self._units}",
            "userPrincipalName": f"{name}@contoso.test",
            "mail": f"{name}@contoso.test",
            **values,
        }
        if photo is not None:
            held["thumbnailPhoto"] = photo
        self.tools.add(dn, objectClass="user", **held, **_enabled())
        return dn

    def keytab(self, who: str, file: Path) -> None:
        """What signs that account in without a password."""
        _tool("domain", "exportkeytab", str(file), f"--principal={who}", "-s", self._configuration)

    def settings(
        self,
        base_dn: str,
        *urls: str,
        mode: Mode = Mode.BOTH,
        who: str = SAMEFACE,
        password: str = PASSWORD,
        dirsync: DirSync = DirSync.OBJECT_SECURITY,
        attribute: PhotoAttribute = PhotoAttribute.THUMBNAIL,
        max_bytes: int = 10_240,
        starttls: bool = False,
        sasl: bool = False,
    ) -> StoreSettings:
        """As sameface.toml would have it."""
        directory = DirectorySettings(
            urls or (URL,),
            base_dn,
            None if sasl else Bind(who, password),
            starttls=starttls,
            photo_attribute=attribute,
            max_bytes=max_bytes,
            dirsync=dirsync,
        )
        return StoreSettings(
            ACTIVE_DIRECTORY,
            "active-directory",
            mode,
            ca_file=self.ca_file,
            directory=directory,
        )

    @property
    def _configuration(self) -> str:
        return str(self._folder / "etc/smb.conf")

    def _certify(self) -> None:
        """Samba's own certificate has no subjectAltName, so nobody could verify it."""
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1", "dc1.ad.contoso.test")
        tls = self.ca_file.parent
        tls.mkdir(exist_ok=True)
        authority.cert_pem.write_to_path(str(self.ca_file))
        certificate.cert_chain_pems[0].write_to_path(str(tls / "cert.pem"))
        (tls / "key.pem").touch(0o600)
        certificate.private_key_pem.write_to_path(str(tls / "key.pem"))

    def _found_by_address(self) -> None:
        """Tickets are for names, and this server is called by its address; see `kerberos.py`."""
        database = str(self._folder / "private/sam.ldb")
        _tool("spn", "add", "ldap/127.0.0.1", "DC1$", "-s", self._configuration, "-H", database)

    def _sid(self, name: str) -> str:
        binary = self.tools.value(f"CN={name},CN=Users,{ROOT}", "objectSid")
        assert binary is not None
        parts = [int.from_bytes(binary[at : at + 4], "little") for at in range(8, len(binary), 4)]
        return "-".join(["S", str(binary[0]), str(int.from_bytes(binary[2:8], "big"))]) + "".join(
            f"-{part}" for part in parts
        )

    def _grant(self, dn: str, sddl: str) -> None:
        _tool("dsacl", "set", "-s", self._configuration, f"--objectdn={dn}", f"--sddl={sddl}")


def until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    """Returns when something listens there; fails when the process has ended."""
    for _ in range(600):
        assert process.poll() is None, "the server ended at once"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing listens at port {port}")


def _enabled() -> dict[str, str | bytes]:
    """A user who may sign in with the password of all."""
    return {"userAccountControl": "512", "unicodePwd": f'"{PASSWORD}"'.encode("utf-16-le")}


def _tool(*args: str) -> None:
    tool = shutil.which("samba-tool")
    assert tool is not None, "samba-tool is not installed; tests/servers/packages.txt says whence"
    done = subprocess.run([tool, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
