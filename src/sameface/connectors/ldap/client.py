"""The wire to a directory: one connection in a thread, and the next server when one is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar, cast

from sameface.connectors.ldap.controls import PAGED, Control, paged, paged_cookie
from sameface.connectors.ldap.entries import Entry, Found
from sameface.connectors.ldap.errors import ELSEWHERE, LOST, Said, Tried, failure
from sameface.connectors.ldap.handshake import knock
from sameface.errors import BadSettings, Busy, StoreFailed, Unreachable
from sameface.settings import DirectorySettings

if TYPE_CHECKING:
    from sameface.connectors.ldap.line import Line

T = TypeVar("T")

BASE, SUBTREE = 0, 2
"""LDAP's own numbers for how deep a search goes."""

_CONNECT_S, _LISTEN_S = 10.0, 0.5

_NO_LIBRARY = (
    'python-ldap is not installed, which directories need; pip install "sameface[ldap]" (it wants '
    "a C compiler and, on Debian, libldap2-dev and libsasl2-dev)."
)


class Refused(Exception):
    """A result that the caller may know what to do with; `failed` is the error for it if not."""

    def __init__(self, said: Said, failed: StoreFailed) -> None:
        super().__init__(said)
        self.said, self.failed = said, failed


class Directory:
    """Servers that hold one directory. Errors of all methods: StoreFailed.

    BadSettings where python-ldap is missing, which is told when it is first needed.
    """

    def __init__(
        self, store: str, settings: DirectorySettings, ca_file: Path | None, page: int
    ) -> None:
        self.store, self.settings = store, settings
        self.base_dn = settings.base_dn
        self.requests = 0
        self._ca_file, self._page = ca_file, page
        self._line: Line | None = None
        self._server = 0  # which of the urls is used
        self._turn = asyncio.Lock()

    @property
    def url(self) -> str:
        """The server in use, or the one to be tried first."""
        return self.settings.urls[self._server]

    async def root(self, *attributes: str) -> Entry:
        """What the server says of itself."""
        found = await self.search("", BASE, "(objectClass=*)", attributes)
        return found.entries[0] if found.entries else Entry("", {})

    async def search(
        self,
        base: str,
        scope: int,
        filter_: str,
        attributes: Sequence[str],
        controls: Sequence[Control] = (),
        *,
        account: str | None = None,
        again: bool = True,
    ) -> Found:
        """One search; on another server again if this one is lost, unless `again` is False."""
        try:
            return await self.try_search(
                base, scope, filter_, attributes, controls, account=account, again=again
            )
        except Refused as refused:
            raise refused.failed from None

    async def try_search(
        self,
        base: str,
        scope: int,
        filter_: str,
        attributes: Sequence[str],
        controls: Sequence[Control] = (),
        *,
        account: str | None = None,
        again: bool = True,
    ) -> Found:
        """As `search`, for who can go on after some refusals. Error: Refused too."""
        return await self.ask(
            lambda line: line.search(base, scope, filter_, attributes, controls),
            Tried(self.url, "to search", account, base),
            again=again,
        )

    async def pages(self, filter_: str, attributes: Sequence[str]) -> AsyncIterator[list[Entry]]:
        """All entries below the base DN, a page at a time.

        Where a server is lost in the middle, the next one begins anew: entries come again.
        """
        lost = 0
        cookie = b""
        while True:
            try:
                found = await self.search(
                    self.base_dn,
                    SUBTREE,
                    filter_,
                    attributes,
                    [paged(self._page, cookie)],
                    again=not cookie,
                )
            except (Unreachable, Busy):
                lost += 1
                if not cookie or lost > len(self.settings.urls):
                    raise
                cookie = b""
                continue
            yield list(found.entries)
            cookie = paged_cookie(found.controls[PAGED]) if PAGED in found.controls else b""
            if not cookie:
                return

    async def replace(
        self,
        dn: str,
        attribute: str,
        value: bytes | None,
        controls: Sequence[Control] = (),
        *,
        account: str,
    ) -> None:
        """Put one value, or none. Errors: Refused, and StoreFailed; never sent a second time."""
        doing = f"to {'write' if value is not None else 'remove'} {attribute}"
        tried = Tried(self.url, doing, account, dn, len(value or b""))
        await self.ask(
            lambda line: line.replace(dn, attribute, value, controls), tried, again=False
        )

    async def ask(self, work: Callable[[Line], T], tried: Tried, *, again: bool = True) -> T:
        """The work, done with the connection, in a thread. Errors: Refused, StoreFailed."""
        async with self._turn:
            line_module = _library()
            for left in range(len(self.settings.urls) if again else 0, -1, -1):
                if self._line is None:
                    self._line = await asyncio.to_thread(self._connect)
                self.requests += 1
                try:
                    return await asyncio.to_thread(work, self._line)
                except asyncio.CancelledError:
                    self._line = None  # its thread is still at it; nobody else may be
                    raise
                except line_module.Answered as answered:
                    said: Said = answered.said
                    failed = failure(self.store, said, replace(tried, server=self._line.url))
                    if said.code not in LOST | ELSEWHERE:
                        raise Refused(said, failed) from None
                    self._hang_up()
                    self._server = (self._server + 1) % len(self.settings.urls)
                    if left == 0:
                        raise failed from None
            raise AssertionError("every way out of the loop returns or raises")

    async def listen(
        self, base: str, filter_: str, attributes: Sequence[str], control: Control
    ) -> AsyncIterator[None]:
        """Yields once when the server listens, and whenever something changed after that.

        On a connection of its own. Error: StoreFailed when it breaks off.
        """
        line_module = _library()
        line = await asyncio.to_thread(self._connect)
        tried = Tried(line.url, "to tell of changes", None, base)
        try:
            order = await asyncio.to_thread(
                line.begin, base, SUBTREE, filter_, attributes, [control]
            )
            # Requests of a connection are taken in turn: one answered, the one before is in.
            await asyncio.to_thread(line.search, "", BASE, "(objectClass=*)", ["1.1"])
            yield
            while True:
                if await asyncio.to_thread(line.heard, order, _LISTEN_S):
                    yield
        except line_module.Answered as answered:
            raise failure(self.store, answered.said, tried) from None

    async def close(self) -> None:
        async with self._turn:
            self._hang_up()

    # -- what follows is helpers, in the order of their use

    def _connect(self) -> Line:
        """Signed in at the first server that answers, beginning with the one used last."""
        line_module = _library()
        settings = self.settings
        lost: StoreFailed | None = None
        for _ in settings.urls:
            url = self.url
            bind = "with Kerberos" if settings.bind is None else f"as {settings.bind.dn}"
            try:
                knock(
                    self.store,
                    url,
                    starttls=settings.starttls,
                    ca_file=self._ca_file,
                    wait_s=_CONNECT_S,
                )
                return cast("Line", line_module.Line(url, settings, self._ca_file))
            except Unreachable as unreachable:
                lost = unreachable
            except line_module.Answered as answered:
                failed = failure(self.store, answered.said, Tried(url, f"to sign in {bind}"))
                if answered.said.code not in LOST | ELSEWHERE:
                    raise failed from None
                lost = failed
            self._server = (self._server + 1) % len(settings.urls)
        assert lost is not None
        raise lost

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(OSError):
                line.close()


def _library() -> ModuleType:
    """The room that needs python-ldap. Error: BadSettings where it is not installed."""
    try:
        from sameface.connectors.ldap import line  # noqa: PLC0415
    except ImportError:
        raise BadSettings(_NO_LIBRARY) from None
    return line
