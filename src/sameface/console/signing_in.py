"""Signing in: by the one-time link of the terminal, or with the organisation's own provider."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sameface.console.access import Access
from sameface.console.answering import Handler
from sameface.console.guard import Doorway, cookie_of
from sameface.console.oidc import Provider
from sameface.console.pages import Pages, home
from sameface.console.roles import Role, Who
from sameface.console.sessions import Sessions
from sameface.console.texts import say
from sameface.errors import SignInRefused
from sameface.http import Clock

_PATIENCE = timedelta(minutes=10)
_MOST = 5_000
_STATE = "sameface-state"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A sign-in that was begun and not finished; `binding` is in the browser's own cookie."""

    binding: str
    verifier: str
    nonce: str
    to: str
    at: datetime


class SigningIn:
    """The routes of it."""

    def __init__(
        self,
        access: Access,
        sessions: Sessions,
        doorway: Doorway,
        pages: Pages,
        *,
        provider: Provider | None,
        clock: Clock,
        used: Callable[[], None],
    ) -> None:
        self._access, self._sessions, self._doorway = access, sessions, doorway
        self._provider, self._pages, self._clock, self._used = provider, pages, clock, used
        self._attempts: dict[str, _Attempt] = {}

    @property
    def handlers(self) -> Mapping[str, Handler]:
        return {
            "enter": self.enter,
            "sign-in": self.begin,
            "signed-in": self.finish,
            "sign-out": self.leave,
        }

    async def enter(self, request: Request) -> Response:
        """`/enter?token=`: the one-time link, for who runs the console."""
        if not self._access.opens(request.query_params.get("token", "")):
            page = self._pages.told(say("enter.spent-title"), say("enter.spent"))
            return HTMLResponse(page, 403)
        self._used()
        return self._welcomed(request, Who(say("enter.name"), Role.ADMINISTRATOR), "/")

    async def begin(self, request: Request) -> Response:
        """`/sign-in?to=`: to the provider, with a proof key that only this browser's return has."""
        if self._provider is None:
            return HTMLResponse(self._pages.told(say("door.title"), say("door.link")), 404)
        self._drop_old()
        state, binding, verifier, nonce = (secrets.token_urlsafe(32) for _ in range(4))
        to = _local(request.query_params.get("to", ""))
        self._attempts[state] = _Attempt(binding, verifier, nonce, to, self._clock.now())
        address = await self._provider.address(self._back(request), state, verifier, nonce)
        response = RedirectResponse(address, 303)
        self._doorway.set_cookie(response, request.scope, binding, name=_STATE, lax=True)
        return response

    async def finish(self, request: Request) -> Response:
        """`/signed-in?code=&state=`: what the provider says, proved, and a session for it."""
        asked = request.query_params
        attempt = self._attempts.pop(asked.get("state", ""), None)
        binding = cookie_of(_told(request), self._doorway.cookie(request.scope, _STATE))
        if self._provider is None or attempt is None or binding != attempt.binding:
            return self._refused(say("sign-in.stale"))
        if "code" not in asked:
            return self._refused(say("sign-in.denied"))
        try:
            who = await self._provider.who(
                asked["code"], self._back(request), attempt.verifier, attempt.nonce
            )
        except SignInRefused as refused:
            return self._refused(refused.sentence())
        response = self._welcomed(request, who, attempt.to or home(who))
        self._doorway.drop_cookie(response, request.scope, _STATE)
        return response

    async def leave(self, request: Request) -> Response:
        """The session ends here and now."""
        cookie = cookie_of(_told(request), self._doorway.cookie(request.scope))
        self._sessions.end(cookie)
        response = HTMLResponse(self._pages.told(say("left.title"), say("left.text")))
        self._doorway.drop_cookie(response, request.scope)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _welcomed(self, request: Request, who: Who, to: str) -> Response:
        """A page that leads on, not a redirection: cookies that only this site may send do not
        follow one that came from another site's link."""
        cookie = self._sessions.begin(who)
        response = HTMLResponse(self._pages.told(say("enter.title"), say("enter.text"), onward=to))
        self._doorway.set_cookie(response, request.scope, cookie)
        return response

    def _refused(self, why: str) -> Response:
        page = self._pages.told(say("sign-in.refused"), why, to="/sign-in")
        return HTMLResponse(page, 403)

    def _back(self, request: Request) -> str:
        base = self._doorway.url or str(request.base_url).rstrip("/")
        return f"{base}/signed-in"

    def _drop_old(self) -> None:
        now = self._clock.now()
        fresh = [(k, a) for k, a in self._attempts.items() if now - a.at < _PATIENCE]
        self._attempts = dict(fresh[-_MOST:])


def _told(request: Request) -> str:
    return request.headers.get("cookie", "")


def _local(to: str) -> str:
    """A path of our own pages, "" where it is anything else."""
    parts = urlsplit(to) if to.isprintable() else urlsplit("")
    good = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return to if good and not to.startswith(("//", "/\\")) and "\\" not in to else ""
