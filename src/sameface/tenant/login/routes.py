"""Where Entra ID's sign-in is found: tokens, pages for people, discovery and keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.login import errors, scopes, wire
from sameface.tenant.login.browser import Browser
from sameface.tenant.login.clients import Clients, Form
from sameface.tenant.login.pending import LIFE, Pending
from sameface.tenant.login.people import People
from sameface.tenant.login.registrations import Registration, granted
from sameface.tenant.login.tokens import BadToken, Issuer
from sameface.tenant.members import DOMAIN, TENANT_ID, Member, Members
from sameface.tenant.routing import Routes

_DEVICE = ("urn:ietf:params:oauth:grant-type:device_code", "device_code")


class Login:
    """The sign-in service. `password` is that of every person here: nobody's data is real."""

    name = "login"

    def __init__(
        self,
        issuer: Issuer,
        registered: Mapping[str, Registration],
        members: Members,
        password: str,
        *,
        speed: float = 1.0,
        code_life: timedelta = LIFE,
    ) -> None:
        self._issuer, self._registered, self._members = issuer, registered, members
        self._clients, self._people = Clients(registered), People(members, password)
        self._browser = Browser(self._clients, registered, self._people, Pending(code_life), speed)
        self.routes = Routes()
        add = self.routes.add
        add("GET", "common/discovery/instance", self.instances)
        add("GET", "common/userrealm/{user}", self.realm)
        add("GET", "{tenant}/v2.0/.well-known/openid-configuration", self.discovery)
        add("GET", "{tenant}/.well-known/openid-configuration", self.discovery)
        add("GET", "{tenant}/discovery/v2.0/keys", self.keys)
        add("POST", "{tenant}/oauth2/v2.0/token", self.token)
        add("GET POST", "{tenant}/oauth2/v2.0/authorize", self._browser.authorize)
        add("POST", "{tenant}/oauth2/v2.0/devicecode", self._browser.device_code)
        add("GET POST", "common/oauth2/deviceauth", self._browser.device_page)
        add("GET", "{tenant}/oauth2/v2.0/logout", self._browser.sign_out)
        add("GET POST", "oidc/userinfo", self.user_info)

    def segments(self, call: Call) -> list[str]:
        return call.path.strip("/").split("/")

    def headers(self, call: Call) -> dict[str, str]:
        return {"x-ms-request-id": call.request_id, "client-request-id": call.client_request_id}

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    async def instances(self, call: Call) -> Answer:
        """Which hosts are one cloud: ours is a cloud of its own."""
        return json_answer(wire.instances(urlsplit(call.origin).netloc, TENANT_ID, call.origin))

    async def realm(self, call: Call, user: str) -> Answer:  # noqa: ARG002
        """Where a person signs in: here, not with a federation server."""
        return json_answer({"ver": "1.0", "account_type": "Managed", "domain_name": DOMAIN})

    async def discovery(self, call: Call, tenant: str) -> Answer:
        self._people.known(call, tenant)
        authority = f"{call.origin}/{TENANT_ID}"
        return json_answer(wire.discovery(authority, f"{call.origin}/{tenant}", call.origin))

    async def keys(self, call: Call, tenant: str) -> Answer:
        self._people.known(call, tenant)
        return json_answer({"keys": [self._issuer.public_key()]})

    async def user_info(self, call: Call) -> Answer:
        """Who a person's token for Graph speaks for."""
        try:
            grant = self._issuer.read(call.bearer or "")
        except BadToken as why:
            raise errors.wrong_token(call, str(why)) from None
        member = self._people.member(grant.person or "")
        if member is None:
            raise errors.wrong_token(call, "The token is not a person's.")
        return json_answer(wire.user_info(member))

    async def token(self, call: Call, tenant: str) -> Answer:
        """Tokens for an application, or for a person: by code, device, password, or refreshed."""
        self._people.known(call, tenant)
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        grant_type = form.get("grant_type", "")
        if not grant_type:
            raise errors.missing(call, "grant_type")
        app = self._clients.named(call, form)
        proof = self._clients.proved(call, form, app)
        asked = scopes.asked(form.get("scope", ""))
        if grant_type == "client_credentials":
            return self._for_app(call, form, app, proof)
        if grant_type == "password":
            member = self._people.signed_in(form)
            if member is None:
                raise errors.wrong_password(call)
            return self._for_person(call, app, member, asked)
        if grant_type == "refresh_token":
            member = self._refreshing(call, form, app)
            return self._for_person(call, app, member, asked, refreshed=True)
        if grant_type == "authorization_code":
            found = self._browser.redeemed(call, form, app, proved=proof is not None)
            member = self._members[found.person]
            return self._for_person(call, app, member, found.scopes, nonce=found.nonce)
        if grant_type in _DEVICE:
            person, asked = self._browser.granted(call, form, app)
            return self._for_person(call, app, self._members[person], asked)
        raise errors.unknown_grant(call, grant_type)

    # --- tokens --------------------------------------------------------------------------------

    def _for_app(self, call: Call, form: Form, app: Registration, proof: str | None) -> Answer:
        if proof is None:
            raise errors.no_credential(call)
        scope = form.get("scope", "")
        if not scope.endswith(f"/{scopes.DEFAULT}"):
            raise errors.not_default(call, scope) if scope else errors.missing(call, "scope")
        audience = scopes.audience(call, [scope])
        token = self._issuer.for_app(app, audience, by_certificate=proof == "certificate")
        return self._told(wire.token(token, self._life_s))

    def _for_person(
        self,
        call: Call,
        app: Registration,
        member: Member,
        asked: tuple[str, ...],
        nonce: str = "",
        *,
        refreshed: bool = False,
    ) -> Answer:
        scopes.check_consent(call, app, self._registered, asked)
        audience = scopes.audience(call, asked)
        told = wire.token(self._issuer.for_person(app, audience, member), self._life_s)
        told["scope"] = " ".join(sorted(granted(app.scopes, audience)))
        if "offline_access" in asked or refreshed:
            told["refresh_token"] = self._issuer.refresh_token(app, member)
        if "openid" in asked:
            issuer = f"{call.origin}/{TENANT_ID}/v2.0"
            groups = wire.groups(self._members, member)
            told["id_token"] = self._issuer.id_token(app, member, issuer, nonce, groups)
            told["client_info"] = wire.client_info(member)
        return self._told(told)

    def _refreshing(self, call: Call, form: Form, app: Registration) -> Member:
        try:
            client_id, person = self._issuer.read_refresh(form.get("refresh_token", ""))
        except BadToken:
            raise errors.wrong_refresh(call) from None
        member = self._people.member(person)
        if client_id != app.client_id or member is None:
            raise errors.wrong_refresh(call)
        return member

    def _told(self, body: dict[str, object]) -> Answer:
        return json_answer(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    @property
    def _life_s(self) -> int:
        return int(self._issuer.life.total_seconds())
