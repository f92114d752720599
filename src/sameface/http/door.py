"""The door itself: one store's connection, paced, patient and counted.

It raises only `StoreFailed` and its children, sends the store's token to the store's own origin
and nowhere else, and names a failed request without its query.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol

import httpx2 as httpx

from sameface import __version__
from sameface.errors import Garbled, StoreFailed, Unreachable
from sameface.http.answers import TRY_AGAIN, Answer, http_date
from sameface.http.pacing import Clock, Patience, Pool, Quota, SharedQuota, Waiting
from sameface.http.places import Places

AGENT = f"NONISV|Sameface|sameface/{__version__}"
"""How we introduce ourselves; SharePoint throttles the undecorated first (protocols 3.7)."""

_LARGEST_ANSWER_BYTES = 64 * 2**20
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_CONNECTING = (httpx.ConnectError, httpx.ConnectTimeout)
_TRIES_TO_CONNECT = 3

for _name in ("httpx2", "httpcore2"):  # they log whole addresses, signed queries included
    logging.getLogger(_name).setLevel(logging.WARNING)
_log = logging.getLogger("sameface.http")


class Tokens(Protocol):
    """Where the bearer token of a store comes from."""

    async def get(self) -> str:
        """A token that should be good now. Errors: SignInRefused, Unreachable, Busy."""

    def forget(self) -> None:
        """The store did not take the last token; fetch another the next time."""


@dataclass(frozen=True, slots=True)
class _Request:
    """One request as it will be sent, and sent again."""

    method: str
    target: httpx.URL
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    repeatable: bool
    cost: int
    anywhere: bool
    account: str | None

    @property
    def changes(self) -> bool:
        """True for what may change something. It comes before what only reads: it may rest on a
        comparison just made, and the longer it waits, the more likely somebody else is quicker."""
        return self.method not in ("GET", "HEAD")

    @property
    def asked(self) -> str:
        return f"{self.method} {self.target.path}"


class Door:
    """HTTP with one store. Close it in the end.

    `url` is where the store lives; addresses given to `ask` are paths below it or whole ones.
    `tokens` signs by bearer tokens, `auth` in any other way. `requests` counts what was asked,
    however many legs a sign-in has. `pool` is where processes share the quota; `transport` and
    `clock` are the seams for tests.
    """

    def __init__(
        self,
        store: str,
        url: str,
        *,
        tokens: Tokens | None = None,
        auth: httpx.Auth | None = None,
        ca_file: Path | None = None,
        patience: Patience | None = None,
        concurrency: int = 4,
        quota: tuple[int, timedelta] | None = None,
        pool: Pool | None = None,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.store, self.url, self.clock = store, url.rstrip("/"), clock or Clock()
        self.requests = 0
        self._origin = _origin(httpx.URL(self.url))
        self._tokens, self._auth = tokens, auth
        self._ca_file, self._transport = ca_file, transport
        self._patience = patience or Patience()
        self._room = Places(concurrency)
        self._quota = self._shared(quota, pool) if quota else None
        self._closed_until = float("-inf")
        self._http: httpx.AsyncClient | None = None

    def _shared(self, quota: tuple[int, timedelta], pool: Pool | None) -> Quota | SharedQuota:
        """Ours alone, or with all who ask the same store and share that pool."""
        if pool is None:
            return Quota(*quota, self.clock)
        return SharedQuota(f"{self.store} {self.url}", *quota, self.clock, pool)

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        allow: Collection[int] = (),
        account: str | None = None,
        needs: str = "",
        repeatable: bool = False,
        cost: int = 1,
        anywhere: bool = False,
    ) -> Answer:
        """The answer, if it is a success or one of `allow`; otherwise the error it means.

        `needs` says which right a 403 lacks. `repeatable` marks a POST that may be sent twice.
        `cost` is in units of the quota. `anywhere` lets the address lead to another server (and
        lets a server send us on), always without our token.
        """
        request = _Request(
            method,
            self._target(url, anywhere),
            {"user-agent": AGENT, "accept": "application/json", **(headers or {})},
            body,
            repeatable or method in _REPEATABLE,
            cost,
            anywhere,
            account,
        )
        waiting, renewed = self.waiting(), False
        while True:
            signed = await self._sign(request)
            answer = await self._try(request, signed, waiting)
            if answer is None:
                continue
            if answer.status == 401 and "authorization" in signed and not renewed:
                renewed = True  # a token may end in mid-run; one fresh one decides
                self._forget_token()
                continue
            if answer.status < 300 or answer.status in allow:
                return answer
            if not await self._repeats(request, answer, waiting):
                answer.refuse(account=account, needs=needs, tries=waiting.tries)

    def waiting(self) -> Waiting:
        """Fresh patience, for one request or one batch."""
        return Waiting(self._patience, self.clock)

    async def token(self) -> str | None:
        """The store's token, None where none is configured."""
        return None if self._tokens is None else await self._tokens.get()

    def hold(self, seconds: float) -> None:
        """Send nothing for so long: throttled calls count too, so the others wait with the one."""
        self._closed_until = max(self._closed_until, self.clock.ticks() + seconds)

    async def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    def _target(self, url: str, anywhere: bool) -> httpx.URL:
        """The whole address; Garbled where a server hands us one that leads out of its house."""
        whole = url if url.startswith(("http://", "https://")) else self.url + url
        try:
            target = httpx.URL(whole)
        except httpx.InvalidURL:
            raise Garbled(self.store, "gave an address that is none; check `url`") from None
        if not anywhere and _origin(target) != self._origin:
            what = f"gave a link that leads to another server ({target.host}); it was not followed"
            raise Garbled(self.store, what)
        return target

    async def _sign(self, request: _Request) -> dict[str, str]:
        """The headers, with the token where the address is the store's own."""
        if self._tokens is None or _origin(request.target) != self._origin:
            return dict(request.headers)
        return {**request.headers, "authorization": f"Bearer {await self._tokens.get()}"}

    def _forget_token(self) -> None:
        if self._tokens is not None:
            self._tokens.forget()

    async def _try(
        self, request: _Request, headers: dict[str, str], waiting: Waiting
    ) -> Answer | None:
        """One answer; None where the connection broke and was worth another try."""
        try:
            async with AsyncExitStack() as turn:
                if self._quota is not None:
                    spent = self._quota.spend(request.cost, first=request.changes)
                    await turn.enter_async_context(spent)
                await turn.enter_async_context(self._room.one(first=request.changes))
                if (closed_s := self._closed_until - self.clock.ticks()) > 0:
                    await self.clock.sleep(closed_s)
                return await self._send(request, headers)
        except httpx.TransportError as broken:
            if request.repeatable and await self._reconnects(broken, waiting):
                return None
            raise self._broken(broken, request) from None
        except httpx.HTTPError as odd:  # a body that cannot be decoded, redirects without end
            what = f"answered {request.asked} in a way that makes no sense ({type(odd).__name__})"
            raise Garbled(self.store, what, account=request.account) from None

    async def _send(self, request: _Request, headers: dict[str, str]) -> Answer:
        self.requests += 1
        async with self._client().stream(
            request.method,
            request.target,
            headers=headers,
            content=request.body,
            follow_redirects=request.anywhere,
        ) as response:
            read = bytearray()
            async for piece in response.aiter_bytes():
                read += piece
                if len(read) > _LARGEST_ANSWER_BYTES:
                    what = f"answers {request.asked} without end; nothing of it was kept"
                    raise Garbled(self.store, what, account=request.account)
            head = {name.lower(): value for name, value in response.headers.items()}
            at = http_date(head.get("date")) or self.clock.now()
            status = response.status_code
            return Answer(self.store, request.asked, status, head, bytes(read), at)

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(
                verify=tls(self._ca_file),
                timeout=httpx.Timeout(100, connect=10),  # photos in bulk are slow (protocols 1.9)
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=8),
                trust_env=not is_loopback(self.url),  # a proxy cannot reach our own loopback
                transport=self._transport,
                auth=self._auth,
                max_redirects=5,
            )
        return self._http

    async def _reconnects(self, broken: httpx.TransportError, waiting: Waiting) -> bool:
        if untrusted(broken) is not None:
            return False  # a certificate does not become good by asking again
        tries = _TRIES_TO_CONNECT if isinstance(broken, _CONNECTING) else None
        return await waiting.again(tries=tries)

    async def _repeats(self, request: _Request, answer: Answer, waiting: Waiting) -> bool:
        """Wait and ask again? A 429 was not carried out, so anything may be repeated after it."""
        if answer.status not in TRY_AGAIN or not (request.repeatable or answer.status == 429):
            return False
        after_s = answer.retry_after_s
        _log.info("%s answered %s with %d", self.store, answer.asked, answer.status)
        if after_s and waiting.allows(after_s):
            self.hold(after_s)
        return await waiting.again(after_s)

    def _broken(self, broken: httpx.TransportError, request: _Request) -> StoreFailed:
        _, host, port = _origin(request.target)
        doubt = untrusted(broken)
        if doubt is not None:
            what = f"the certificate of {host} is not trusted ({doubt.why}); {doubt.remedy}"
        elif isinstance(broken, _CONNECTING):
            slow = isinstance(broken, httpx.TimeoutException)
            reason = "no answer in time" if slow else "refused, or no such host"
            what = (
                f"no connection to {host}:{port} ({reason}); "
                "check `url` and the network, then try again"
            )
        elif isinstance(broken, httpx.TimeoutException):
            what = f"did not answer {request.asked} in time; try again when it is less busy"
        else:
            what = f"broke off while answering {request.asked}; try again"
        return Unreachable(self.store, what, account=request.account)


def is_loopback(url: str) -> bool:
    """True for an address on this machine itself."""
    host = httpx.URL(url).host
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def tls(ca_file: Path | None) -> ssl.SSLContext | bool:
    """What to trust: only the authorities in that file, or the system's where there is none."""
    return True if ca_file is None else _trusting(ca_file, ca_file.stat().st_mtime_ns)


@cache
def _trusting(ca_file: Path, _: int) -> ssl.SSLContext:
    """Made once per file, and again when the file is another one."""
    return ssl.create_default_context(cafile=str(ca_file))


def sign_in_client(authority: str, ca_file: Path | None) -> httpx.Client:
    """A plain client for the sign-in library, with the same trust and the same rule for proxies."""
    return httpx.Client(
        verify=tls(ca_file),
        timeout=httpx.Timeout(30, connect=10),
        trust_env=not is_loopback(authority),
        headers={"user-agent": AGENT},
    )


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a certificate is not trusted, and who can mend it."""

    why: str
    remedy: str


_NOT_YET, _ENDED, _OTHER_NAMES = 9, 10, (62, 64)  # OpenSSL's numbers


def untrusted(broken: BaseException) -> Doubt | None:
    """Why a certificate was not trusted, where that is what lies under the error."""
    cause: BaseException | None = broken
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            remedy = "name the authority that signed it with `ca-file`"
            if cause.verify_code in _OTHER_NAMES:
                remedy = "write the name that it is made out to in `url`"
            elif cause.verify_code == _ENDED:
                remedy = "its server needs a new one"
            elif cause.verify_code == _NOT_YET:
                remedy = "set this machine's clock right"
            return Doubt(cause.verify_message.rstrip("."), remedy)
        cause = cause.__cause__ or cause.__context__
    return None
