"""Signing in with a browser: authorization codes with PKCE, device codes, signing out."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from sameface.tenant.calls import Answer, Call, Declined, json_answer
from sameface.tenant.login import errors, pages, scopes, wire
from sameface.tenant.login.clients import Clients, Form
from sameface.tenant.login.pending import Pending, Redeemable, Stage
from sameface.tenant.login.people import People
from sameface.tenant.login.registrations import Registration

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_KEPT = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method"),
)
_INTERVAL_S = 5


class Browser:
    """The pages, and what becomes of what people do on them. Devices ask `speed` times as often."""

    def __init__(
        self,
        clients: Clients,
        registered: Mapping[str, Registration],
        people: People,
        pending: Pending,
        speed: float,
    ) -> None:
        self._clients, self._registered, self._people = clients, registered, people
        self._pending, self._speed = pending, speed

    # --- authorization codes -------------------------------------------------------------------

    async def authorize(self, call: Call, tenant: str) -> Answer:
        """The sign-in page, and after it the way back with a code, or with an error."""
        self._people.known(call, tenant)
        posted = call.method == "POST"
        told = dict(parse_qsl(call.body.decode("utf-8", "replace"))) if posted else call.query
        try:
            app = self._clients.named(call, told)
            if not _is_registered(told.get("redirect_uri", "")):
                raise errors.wrong_redirect(call, told.get("redirect_uri", ""), app.client_id)
        except Declined as declined:
            return pages.said("Sign in", errors.description(declined), 400)
        try:
            return self._authorized(call, told, app, posted=posted)
        except Declined as declined:
            return _back(told, errors.returned(declined))

    def _authorized(self, call: Call, told: Form, app: Registration, *, posted: bool) -> Answer:
        if told.get("response_type") != "code":
            raise errors.wrong_response_type(call, told.get("response_type", ""))
        asked = scopes.asked(told.get("scope", ""))
        scopes.check_consent(call, app, self._registered, asked)
        if told.get("prompt") == "none":
            raise errors.nobody_signed_in(call)
        hidden = {name: told[name] for name in _KEPT if name in told}
        if not posted:
            return pages.sign_in(hidden, told.get("login_hint", ""))
        member = self._people.signed_in(told)
        if member is None:
            return pages.sign_in(hidden, told.get("username", ""), wrong=True)
        code = self._pending.issue(
            Redeemable(
                client_id=app.client_id,
                person=member.id,
                redirect_uri=told["redirect_uri"],
                scopes=asked,
                nonce=told.get("nonce", ""),
                challenge=told.get("code_challenge", ""),
                method=told.get("code_challenge_method", "plain"),
                ends=self._pending.ends(),
            )
        )
        return _back(told, {"code": code, "client_info": wire.client_info(member)})

    def redeemed(self, call: Call, form: Form, app: Registration, *, proved: bool) -> Redeemable:
        """What a code stands for. Raises `Declined` where it, or who brings it, is not right."""
        code = form.get("code", "")
        found = self._pending.redeem(code)
        if found is None:
            used = self._pending.was_redeemed(code)
            raise errors.used_code(call) if used else errors.wrong_code(call)
        if self._pending.has_ended(found.ends):
            raise errors.late_code(call)
        if found.client_id != app.client_id:
            raise errors.wrong_code(call)
        if found.redirect_uri != form.get("redirect_uri", found.redirect_uri):
            raise errors.other_redirect(call)
        if not found.is_proved_by(form.get("code_verifier", "")):
            raise errors.wrong_verifier(call)
        if not proved and not found.challenge:
            raise errors.no_credential(call)
        return found

    # --- device codes --------------------------------------------------------------------------

    async def device_code(self, call: Call, tenant: str) -> Answer:
        """A code for a device without a browser, and where a person is to type it."""
        self._people.known(call, tenant)
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        app = self._clients.named(call, form)
        asked = scopes.asked(form.get("scope", ""))
        scopes.check_consent(call, app, self._registered, asked)
        flow = self._pending.begin_device(app.client_id, asked)
        there = f"{call.origin}/common/oauth2/deviceauth"
        return json_answer(
            {
                "user_code": flow.user_code,
                "device_code": flow.device_code,
                "verification_uri": there,
                "expires_in": int(self._pending.life_s),
                "interval": int(_INTERVAL_S / self._speed),
                "message": f"To sign in, use a web browser to open the page {there} and enter the "
                f"code {flow.user_code} to authenticate.",
            }
        )

    async def device_page(self, call: Call) -> Answer:
        """Where people type the code of a device."""
        if call.method != "POST":
            return pages.device(code=call.query.get("otc", ""))
        told = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        flow = self._pending.of_user_code(told.get("otc", ""))
        if flow is None:
            return pages.device(trouble="That code did not work. Check it and try again.")
        if told.get("decision") == "decline":
            self._pending.decide(flow, None)
            return pages.said("Sign in", "The device was not signed in. You may close this page.")
        member = self._people.signed_in(told)
        if member is None:
            return pages.device(code=flow.user_code, trouble="The name or the password is wrong.")
        self._pending.decide(flow, member.id)
        return pages.said("Sign in", "The device is signed in. You may close this page.")

    def granted(self, call: Call, form: Form, app: Registration) -> tuple[str, tuple[str, ...]]:
        """Person and scopes of a device that was signed in. Raises `Declined` until it is."""
        flow = self._pending.of_device_code(form.get("device_code", ""))
        if flow is None or flow.client_id != app.client_id:
            raise errors.wrong_device_code(call)
        if flow.stage is Stage.PENDING and self._pending.has_ended(flow.ends):
            self._pending.end_device(flow)
            raise errors.late_device(call)
        if flow.stage is Stage.PENDING:
            raise errors.pending(call)
        self._pending.end_device(flow)
        if flow.stage is Stage.DECLINED:
            raise errors.declined(call)
        return flow.person, flow.scopes

    # --- signing out ---------------------------------------------------------------------------

    async def sign_out(self, call: Call, tenant: str) -> Answer:
        """Nobody stays signed in here, so that there is only the way back."""
        self._people.known(call, tenant)
        back = call.query.get("post_logout_redirect_uri", "")
        if back and _is_registered(back):
            return Answer(302, headers={"Location": back})
        return pages.said("Signed out", "You are signed out. You may close this page.")


def _back(told: Form, result: Mapping[str, str]) -> Answer:
    """The way back to the application, in the manner that it asked for."""
    to, fields = told["redirect_uri"], dict(result)
    if "state" in told:
        fields["state"] = told["state"]
    mode = told.get("response_mode", "query")
    if mode == "form_post":
        return pages.posting(to, fields)
    mark = "#" if mode == "fragment" else "&" if urlsplit(to).query else "?"
    return Answer(302, headers={"Location": f"{to}{mark}{urlencode(fields)}"})


def _is_registered(uri: str) -> bool:
    """Every application here may come back to the loopback, and nowhere else."""
    place = urlsplit(uri)
    return place.scheme in ("http", "https") and place.hostname in _LOOPBACK
