"""The wire to a directory: one connection in a thread, and the next server when one is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sameface.connectors.ldap.controls import PAGED, Control, paged, paged_cookie
from sameface.connectors.ldap.entries import Entry, Found
from sameface.connectors.ldap.errors import ELSEWHERE, ENDED, LOST, Said, Tried, failure
from sameface.connectors.ldap.handshake import knock
from sameface.errors import BadSettings, Busy, StoreFailed, Unreachable
from sameface.http import Clock, Patience, Waiting
from sameface.settings import DirectorySettings

if TYPE_CHECKING:
    from sameface.connectors.ldap.line import Line

T = TypeVar("T")

BASE, SUBTREE = 0, 2
"""LDAP's own numbers for how deep a search goes."""

_CONNECT_S, _LISTEN_S = 10.0, 0.5

_UNKNOWN_PAGE = frozenset((2, 12, 53))
"""How servers refuse the cookie of a page: protocolError, AD's unavailableCriticalExtension, and
unwillingToPerform (RFC 2696, 3)."""

_NO_LIBRARY = (
    'python-ldap is not installed, which directories need; pip install "sameface[ldap]" (it wants '
    "a C compiler and, on Debian, libldap2-dev and libsasl2-dev)."
)


class Repeat(Enum):
    """When a request may be sent once more."""

    ALWAYS = "it reads, so it costs nothing but time"
    IF_NOT_BEGUN = "it writes: never where a server may have carried it out"
    NEVER = "it belongs to this line"


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
        self,
        store: str,
        settings: DirectorySettings,
        ca_file: Path | None,
        *,
        page: int,
        patience: Patience,
        clock: Clock,
    ) -> None:
        self.store, self.settings = store, settings
        self.base_dn = settings.base_dn
        self.requests = 0
        self._ca_file, self._page = ca_file, page
        self._patience, self._clock = patience, clock
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
    ) -> Found:
        """One search; on another server again if this one is lost."""
        try:
            return await self.try_search(
                base, scope, filter_, attributes, controls, account=account
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
        repeat: Repeat = Repeat.ALWAYS,
    ) -> Found:
        """As `search`, for who can go on after some refusals. Error: Refused too."""
        return await self.ask(
            lambda line: line.search(base, scope, filter_, attributes, controls),
            Tried(self.url, "to search", account, base),
            repeat,
        )

    async def pages(
        self,
        filter_: str,
        attributes: Sequence[str],
        base: str | None = None,
        controls: Sequence[Control] = (),
    ) -> AsyncIterator[list[Entry]]:
        """All entries below that base, the settings' usually, a page at a time.

        Where a server is lost in the middle, or does not know any more where it was, the look
        begins anew: entries come again.
        """
        left = len(self.settings.urls)  # so often it may begin anew
        cookie, beyond_first = b"", False
        following: asyncio.Task[Found] | None = None

        def page() -> Coroutine[Any, Any, Found]:
            return self.try_search(
                self.base_dn if base is None else base,
                SUBTREE,
                filter_,
                attributes,
                [paged(self._page, cookie), *controls],
                repeat=Repeat.NEVER if cookie else Repeat.ALWAYS,
            )

        try:
            while True:
                try:
                    found = await (following or page())
                except (Unreachable, Busy, Refused) as wrong:
                    following = None
                    fails = wrong.failed if isinstance(wrong, Refused) else wrong
                    known = isinstance(wrong, Refused) and wrong.said.code not in _UNKNOWN_PAGE
                    if known or not cookie or left == 0:
                        raise fails from None
                    cookie, left = b"", left - 1
                    continue
                cookie = paged_cookie(found.controls[PAGED]) if PAGED in found.controls else b""
                # Who wants more than the first page gets the next while this one is looked at.
                following = asyncio.create_task(page()) if cookie and beyond_first else None
                beyond_first = True
                yield list(found.entries)
                if not cookie:
                    return
        finally:
            if following is not None:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)

    async def replace(
        self,
        dn: str,
        attribute: str,
        value: bytes | None,
        controls: Sequence[Control] = (),
        *,
        account: str,
    ) -> None:
        """Put one value, or none. Errors: Refused, and StoreFailed."""
        doing = f"to {'write' if value is not None else 'remove'} {attribute}"
        tried = Tried(self.url, doing, account, dn, len(value or b""))
        await self.ask(
            lambda line: line.replace(dn, attribute, value, controls), tried, Repeat.IF_NOT_BEGUN
        )

    async def ask(
        self, work: Callable[[Line], T], tried: Tried, repeat: Repeat = Repeat.ALWAYS
    ) -> T:
        """The work, done with the connection, in a thread. Errors: Refused, StoreFailed.

        Where a line breaks, the next server is asked at once; where all are busy, we wait.
        """
        async with self._turn:
            lines = len(self.settings.urls) if repeat is Repeat.ALWAYS else 0  # that may break
            servers = len(self.settings.urls)  # that may be busy before we wait
            waiting = Waiting(self._patience, self._clock)
            while True:
                line = await self._signed_in(waiting)
                try:
                    return await self._done(line, work, tried)
                except Unreachable:
                    lines -= 1
                    if lines < 0:
                        raise
                except Busy:  # so it was not carried out
                    servers -= 1
                    if repeat is Repeat.NEVER:
                        raise
                    if servers <= 0 and not await waiting.again():
                        raise

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

    async def _signed_in(self, waiting: Waiting) -> Line:
        """The connection, made if there is none; where all servers are busy, we wait."""
        while self._line is None:
            try:
                self._line = await asyncio.to_thread(self._connect)
            except Busy:
                if not await waiting.again():
                    raise
        return self._line

    async def _done(self, line: Line, work: Callable[[Line], T], tried: Tried) -> T:
        """Errors: Refused; and Unreachable and Busy, after which the next server has its turn."""
        self.requests += 1
        try:
            return await asyncio.to_thread(work, line)
        except asyncio.CancelledError:
            self._line = None  # its thread is still at it; nobody else may be
            raise
        except _library().Answered as answered:
            said: Said = answered.said
            failed = failure(self.store, said, replace(tried, server=line.url))
            if said.code not in LOST | ELSEWHERE | ENDED:
                raise Refused(said, failed) from None
            self._hang_up()
            if said.code not in ENDED:
                self._server = (self._server + 1) % len(self.settings.urls)
            raise failed from None

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
                tried = Tried(url, f"to sign in {bind}", signed_in=False)
                failed = failure(self.store, answered.said, tried)
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
