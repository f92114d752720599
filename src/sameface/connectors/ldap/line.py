"""One connection to one server. The only room that knows python-ldap; every call here blocks."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ldap
import ldap.controls

from sameface.connectors.ldap.controls import (
    DIRSYNC,
    PAGED,
    SYNC_DONE,
    SYNC_STATE,
    Control,
)
from sameface.connectors.ldap.entries import Entry, Found, Message
from sameface.connectors.ldap.errors import Said
from sameface.settings import DirectorySettings

BASE, SUBTREE = ldap.SCOPE_BASE, ldap.SCOPE_SUBTREE

WAIT_S = 120
"""For one answer: AD itself ends a search after 120 s (its MaxQueryDuration)."""

CONNECT_S = 10

_DRAIN_S = 0.02
"""For more of what has begun to come: changes come in bursts, and ring once."""

_WEAKEST_SASL = 56
"""Below this strength Kerberos would sign but not seal (OpenLDAP's ssf)."""


class Answered(Exception):
    """The server, or the library, answered with a result that is no success."""

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said


class _Raw(ldap.controls.ResponseControl):  # type: ignore[misc]
    """A control of an answer, left as it came."""

    encoded = b""

    def decodeControlValue(self, encodedControlValue: bytes) -> None:  # noqa: N802, N803 - theirs
        self.encoded = encodedControlValue or b""


_RAW = dict.fromkeys((DIRSYNC, PAGED, SYNC_DONE, SYNC_STATE), _Raw)


class Line:
    """A connection that is signed in. Errors of all methods: Answered."""

    def __init__(self, url: str, settings: DirectorySettings, ca_file: Path | None) -> None:
        self.url = url
        self._ldap = ldap.initialize(_address(url), bytes_mode=False)
        self._set_up(settings, ca_file)
        self._told(self._sign_in, settings)

    def search(
        self,
        base: str,
        scope: int,
        filter_: str,
        attributes: Sequence[str],
        controls: Sequence[Control] = (),
    ) -> Found:
        """Everything that a search finds, once it has ended."""
        order = self.begin(base, scope, filter_, attributes, controls)
        answer = self._told(self._result, order, 1, WAIT_S)
        return _found(answer[1], answer[3])

    def begin(
        self,
        base: str,
        scope: int,
        filter_: str,
        attributes: Sequence[str],
        controls: Sequence[Control] = (),
    ) -> int:
        """Start a search that does not end; returns its number."""
        asked = [ldap.controls.RequestControl(c.oid, True, c.value) for c in controls]
        order: int = self._told(
            self._ldap.search_ext, base, scope, filter_, list(attributes), serverctrls=asked
        )
        return order

    def heard(self, order: int, wait_s: float) -> bool:
        """True when that search told of something within the time, all of it taken in."""
        heard = False
        while True:
            try:
                self._told(self._result, order, 0, _DRAIN_S if heard else wait_s)
            except Answered as answered:
                if answered.said.code == ldap.TIMEOUT.errnum:
                    return heard
                raise
            heard = True

    def replace(
        self, dn: str, attribute: str, value: bytes | None, controls: Sequence[Control] = ()
    ) -> None:
        """One attribute's value, None for no value."""
        change = [(ldap.MOD_REPLACE, attribute, [value] if value is not None else None)]
        asked = [ldap.controls.RequestControl(c.oid, True, c.value) for c in controls]
        self._told(self._ldap.modify_ext_s, dn, change, serverctrls=asked)

    def close(self) -> None:
        try:
            self._ldap.unbind_s()
        except ldap.LDAPError:
            return

    # -- what follows is helpers, in the order of their use

    def _set_up(self, settings: DirectorySettings, ca_file: Path | None) -> None:
        put = self._ldap.set_option
        put(ldap.OPT_PROTOCOL_VERSION, ldap.VERSION3)
        put(ldap.OPT_REFERRALS, ldap.OPT_OFF)
        put(ldap.OPT_NETWORK_TIMEOUT, CONNECT_S)
        put(ldap.OPT_TIMEOUT, WAIT_S)
        if self.url.startswith("ldaps://") or settings.starttls:
            put(ldap.OPT_X_TLS_CACERTFILE, str(ca_file or _authorities()))
            put(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
            put(ldap.OPT_X_TLS_PROTOCOL_MIN, ldap.OPT_X_TLS_PROTOCOL_TLS1_2)
            put(ldap.OPT_X_TLS_NEWCTX, 0)  # must come last: it makes the others count
            put(ldap.OPT_X_SASL_SSF_MAX, 0)  # AD refuses two layers of encryption
        elif settings.bind is None:
            put(ldap.OPT_X_SASL_SSF_MIN, _WEAKEST_SASL)
        # A ticket for the server named in `url`, not for whatever a name server calls it.
        put(ldap.OPT_X_SASL_NOCANON, ldap.OPT_ON)

    def _sign_in(self, settings: DirectorySettings) -> None:
        if settings.starttls:
            self._ldap.start_tls_s()
        if settings.bind is None:
            self._ldap.sasl_gssapi_bind_s()
        else:
            self._ldap.simple_bind_s(settings.bind.dn, settings.bind.password)

    def _result(self, order: int, whole: int, wait_s: float) -> Any:
        return self._ldap.result4(
            order,
            all=whole,
            timeout=wait_s,
            add_ctrls=1,
            add_intermediates=1,
            resp_ctrl_classes=_RAW,
        )

    def _told(self, call: Any, *args: Any, **named: Any) -> Any:
        try:
            return call(*args, **named)
        except ldap.LDAPError as error:
            raise Answered(_said(error)) from None


def _address(url: str) -> str:
    """The library takes `localhost` for this machine's full name, which no certificate has."""
    parts = urlsplit(url)
    if parts.hostname != "localhost":
        return url
    return parts._replace(netloc="127.0.0.1" + (f":{parts.port}" if parts.port else "")).geturl()


def _authorities() -> str:
    """Whom this machine trusts: a file."""
    paths = ssl.get_default_verify_paths()
    candidates = (paths.cafile, paths.openssl_cafile, "/etc/ssl/certs/ca-certificates.crt")
    return next((path for path in candidates if path and os.path.exists(path)), candidates[-1])  # noqa: PTH110


def _said(error: Any) -> Said:
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    code = told.get("result", getattr(error, "errnum", -1))
    name = told.get("desc") or type(error).__name__.lower().replace("_", " ")
    return Said(int(code), str(name), str(told.get("info", "")))


def _found(rows: Any, controls: Any) -> Found:
    entries: list[Entry] = []
    messages: list[Message] = []
    for name, what, told in rows:
        if isinstance(what, dict):
            values = {attribute.lower(): held for attribute, held in what.items()}
            entries.append(Entry(name, values, _raw(told)))
        elif isinstance(what, bytes):
            messages.append(Message(name, what))
    return Found(tuple(entries), _raw(controls), tuple(messages))


def _raw(controls: Any) -> dict[str, bytes]:
    return {c.controlType: c.encoded for c in controls or () if isinstance(c, _Raw)}
