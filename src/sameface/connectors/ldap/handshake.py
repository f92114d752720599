"""Knocking before signing in: is a server there, and is its certificate the right one?

The LDAP library says no more than "cannot contact" when a certificate is wrong, and has no time
limit of its own for a host that does not answer. So the door is tried first, and let go again.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from sameface.connectors.ldap import ber
from sameface.errors import Unreachable
from sameface.http import untrusted

_START_TLS = b"1.3.6.1.4.1.1466.20037"
_EXTENDED_REQUEST, _REQUEST_NAME = 0x77, 0x80


def knock(store: str, url: str, *, starttls: bool, ca_file: Path | None, wait_s: float) -> None:
    """Connects, verifies the certificate, and hangs up. Error: Unreachable, which says why."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (636 if parts.scheme == "ldaps" else 389)
    try:
        with socket.create_connection((host, port), wait_s) as line:
            if starttls:
                _start_tls(store, url, line)
            if starttls or parts.scheme == "ldaps":
                trust = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
                trust.wrap_socket(line, server_hostname=host).close()
    except OSError as broken:
        doubt = untrusted(broken)
        if doubt is not None:
            what = f"{url} showed a certificate that is not trusted ({doubt.why}); {doubt.remedy}"
            raise Unreachable(store, what) from None
        why = broken.strerror or str(broken) or type(broken).__name__
        what = f"{url} does not answer ({why}); check url and that a firewall lets us through"
        raise Unreachable(store, what) from None


def _start_tls(store: str, url: str, line: socket.socket) -> None:
    """Asks for TLS on an open line, as RFC 4511, 4.14 has it."""
    request = ber.wrapped(_EXTENDED_REQUEST, ber.wrapped(_REQUEST_NAME, _START_TLS))
    line.sendall(ber.sequence(ber.integer(1), request))
    try:
        (_, _), (_, answer), *_ = ber.inside(line.recv(4096))
        code = ber.number(ber.parts(answer)[0][1])
    except (ber.NotBer, ValueError, IndexError):
        code = -1
    if code != 0:
        what = f"{url} refuses starttls (result {code}); use ldaps://, or give it a certificate"
        raise Unreachable(store, what)
