"""OpenLDAP's own command line tools: a third party that looks at, and changes, a directory."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path


class LdapTools:
    """Signed in as an administrator, over verified TLS."""

    def __init__(self, url: str, admin: str, password: str, ca_file: Path) -> None:
        self._url, self._admin, self._password = url, admin, password
        self._env = os.environ | {"LDAPTLS_CACERT": str(ca_file)}

    def add(self, dn: str, **values: str | bytes) -> None:
        """A new entry; a value that is bytes is sent as it is, and one with `|` is several."""
        lines = [_line("dn", dn), "changetype: add"]
        for name, value in values.items():
            several = value.split("|") if isinstance(value, str) else [value]
            lines += [_line(name, one) for one in several]
        self._run("ldapmodify", lines)

    def everything(self, base: str, filter_: str, *names: str) -> str:
        """A whole search in pages, as LDIF."""
        options = ["-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-b", base]
        return self._run("ldapsearch", [], *options, filter_, *names)

    def replace(self, dn: str, name: str, *values: str | bytes | None) -> None:
        """One attribute's values; None takes them away."""
        lines = [_line("dn", dn), "changetype: modify", f"replace: {name}"]
        lines += [_line(name, value) for value in values if value is not None]
        self._run("ldapmodify", lines)

    def delete(self, dn: str) -> None:
        self._run("ldapmodify", [_line("dn", dn), "changetype: delete"])

    def move(self, dn: str, above: str) -> str:
        """Below another entry; returns the new DN."""
        name = dn.partition(",")[0]
        order = [("changetype", "modrdn"), ("newrdn", name), ("deleteoldrdn", "1")]
        lines = [f"{key}: {value}" for key, value in order]
        self._run("ldapmodify", [_line("dn", dn), *lines, _line("newsuperior", above)])
        return f"{name},{above}"

    def value(self, dn: str, name: str) -> bytes | None:
        """The attribute's first value."""
        options = ["-LLL", "-o", "ldif-wrap=no", "-b", dn, "-s", "base", "(objectClass=*)", name]
        told = self._run("ldapsearch", [], *options)
        for line in told.splitlines():
            key, _, rest = line.partition(":")
            if key.casefold() == name.casefold():
                return base64.b64decode(rest[2:]) if rest.startswith(":") else rest.strip().encode()
        return None

    def _run(self, tool: str, lines: list[str], *options: str) -> str:
        signed_in = ["-x", "-H", self._url, "-D", self._admin, "-w", self._password]
        done = subprocess.run(
            [tool, *signed_in, *options],
            input="\n".join([*lines, ""]),
            env=self._env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _line(name: str, value: str | bytes) -> str:
    data = value if isinstance(value, bytes) else value.encode()
    return f"{name}:: {base64.b64encode(data).decode()}"
