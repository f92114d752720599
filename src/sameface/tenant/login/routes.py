"""Where Entra ID's sign-in is found: the token endpoint, discovery and keys."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import hashes

from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.login import errors, wire
from sameface.tenant.login.registrations import HOSTS, Registration, Resource, granted
from sameface.tenant.login.tokens import BadToken, Issuer
from sameface.tenant.members import DOMAIN, TENANT_ID, Member, Members
from sameface.tenant.routing import Routes

_AUTHORITIES = ("common", "organizations", TENANT_ID, DOMAIN)
_SIGN_IN_SCOPES = {"openid", "profile", "email", "offline_access"}
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_DEFAULT = ".default"

Form = Mapping[str, str]


class Login:
    """The sign-in service. `password` is that of every person here: nobody's data is real."""

    name = "login"

    def __init__(
        self,
        issuer: Issuer,
        registered: Mapping[str, Registration],
        members: Members,
        password: str,
    ) -> None:
        self._issuer, self._registered = issuer, registered
        self._members, self._password = members, password
        self.routes = Routes()
        self.routes.add("GET", "common/discovery/instance", self.instances)
        self.routes.add("GET", "common/userrealm/{user}", self.realm)
        self.routes.add("GET", "{tenant}/v2.0/.well-known/openid-configuration", self.discovery)
        self.routes.add("GET", "{tenant}/.well-known/openid-configuration", self.discovery)
        self.routes.add("GET", "{tenant}/discovery/v2.0/keys", self.keys)
        self.routes.add("POST", "{tenant}/oauth2/v2.0/token", self.token)

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
        self._known(call, tenant)
        authority = f"{call.origin}/{TENANT_ID}"
        return json_answer(wire.discovery(authority, f"{call.origin}/{tenant}"))

    async def keys(self, call: Call, tenant: str) -> Answer:
        self._known(call, tenant)
        return json_answer({"keys": [self._issuer.public_key()]})

    async def token(self, call: Call, tenant: str) -> Answer:
        """Tokens by client credentials, by a person's password, or by a refresh token."""
        self._known(call, tenant)
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        grant_type = form.get("grant_type", "")
        if not grant_type:
            raise errors.missing(call, "grant_type")
        app = self._application(call, form)
        if grant_type == "client_credentials":
            return self._for_app(call, form, app)
        if grant_type == "password":
            return self._for_person(call, form, app, self._signing_in(call, form))
        if grant_type == "refresh_token":
            return self._for_person(call, form, app, self._refreshing(call, form, app))
        raise errors.unknown_grant(call, grant_type)

    # --- tokens --------------------------------------------------------------------------------

    def _for_app(self, call: Call, form: Form, app: Registration) -> Answer:
        proved = self._proved(call, form, app)
        if proved is None:
            raise errors.no_credential(call)
        scope = form.get("scope", "")
        if not scope.endswith(f"/{_DEFAULT}"):
            raise errors.not_default(call, scope) if scope else errors.missing(call, "scope")
        audience = self._audience(call, scope)
        token = self._issuer.for_app(app, audience, by_certificate=proved == "certificate")
        return self._told(wire.token(token, self._life_s))

    def _for_person(self, call: Call, form: Form, app: Registration, member: Member) -> Answer:
        self._proved(call, form, app)
        scopes = form.get("scope", "").split() or [f"https://graph.microsoft.com/{_DEFAULT}"]
        named = [scope for scope in scopes if scope not in _SIGN_IN_SCOPES]
        audience = self._audience(call, named[0]) if named else Resource.GRAPH
        told = wire.token(self._issuer.for_person(app, audience, member), self._life_s)
        told["scope"] = " ".join(sorted(granted(app.scopes, audience)))
        if "offline_access" in scopes or form["grant_type"] == "refresh_token":
            told["refresh_token"] = self._issuer.refresh_token(app, member)
        if "openid" in scopes:
            issuer = f"{call.origin}/{TENANT_ID}/v2.0"
            told["id_token"] = self._issuer.id_token(app, member, issuer)
            told["client_info"] = wire.client_info(member)
        return self._told(told)

    def _told(self, body: dict[str, object]) -> Answer:
        return json_answer(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    @property
    def _life_s(self) -> int:
        return int(self._issuer.life.total_seconds())

    def _audience(self, call: Call, scope: str) -> str:
        """The service a scope belongs to; a scope without a service is Graph's.

        All services share the tenant's one origin, so a scope that begins with it is for all.
        """
        name, _, _ = scope.rpartition("/")
        if not name:
            return Resource.GRAPH
        if name.removeprefix("api://") in set(Resource):
            return Resource(name.removeprefix("api://"))
        host = urlsplit(name).hostname or ""
        if host in HOSTS:
            return HOSTS[host]
        if host.endswith(".sharepoint.com"):
            return Resource.SHAREPOINT
        if host == urlsplit(call.origin).hostname:
            return call.origin
        raise errors.unknown_resource(call, name)

    # --- who asks ------------------------------------------------------------------------------

    def _known(self, call: Call, tenant: str) -> None:
        if tenant.lower() not in _AUTHORITIES:
            raise errors.unknown_tenant(call, tenant)

    def _application(self, call: Call, form: Form) -> Registration:
        client_id = form.get("client_id") or _basic(call)[0] or _asserted(form)
        if not client_id:
            raise errors.missing(call, "client_id")
        app = self._registered.get(client_id)
        if app is None:
            raise errors.unknown_client(call, client_id)
        return app

    def _proved(self, call: Call, form: Form, app: Registration) -> str | None:
        """How the application proved who it is; None where it did not try."""
        if form.get("client_assertion_type") == _ASSERTION:
            self._check_assertion(call, form.get("client_assertion", ""), app)
            return "certificate"
        secret = form.get("client_secret") or _basic(call)[1]
        if not secret:
            return None
        if not secrets.compare_digest(secret.encode(), app.secret.encode()):
            raise errors.wrong_secret(call, app.client_id)
        return "secret"

    def _check_assertion(self, call: Call, assertion: str, app: Registration) -> None:
        """The assertion must be signed with the registered key, for us, by this application."""
        if app.certificate is None:
            raise errors.wrong_assertion(call, "No certificate is registered.")
        key = app.certificate.public_key()
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(
                assertion,
                key,  # type: ignore[arg-type]
                ["RS256", "PS256"],
                options={"verify_aud": False, "require": ["aud", "exp", "iss", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise errors.wrong_assertion(call, "It is expired.") from None
        except jwt.PyJWTError:
            raise errors.wrong_assertion(call, "The key was not found.") from None
        named = header.get("x5t#S256") or header.get("x5t")
        if named is not None and named.rstrip("=") not in _thumbprints(app):
            raise errors.wrong_assertion(call, "The certificate is not registered.")
        if {claims["iss"], claims["sub"]} != {app.client_id}:
            raise errors.wrong_assertion(call, "Issuer and subject must be the application.")
        if urlsplit(claims["aud"]).path.split("/")[1:2] != call.path.split("/")[1:2]:
            raise errors.wrong_assertion(call, "The audience is another endpoint.")

    def _signing_in(self, call: Call, form: Form) -> Member:
        member = self._members.find(form.get("username", ""))
        given = form.get("password", "").encode()
        if member is None or not secrets.compare_digest(given, self._password.encode()):
            raise errors.wrong_password(call)
        return member

    def _refreshing(self, call: Call, form: Form, app: Registration) -> Member:
        try:
            client_id, person = self._issuer.read_refresh(form.get("refresh_token", ""))
        except BadToken:
            raise errors.wrong_refresh(call) from None
        if client_id != app.client_id or person not in self._members:
            raise errors.wrong_refresh(call)
        return self._members[person]


def _basic(call: Call) -> tuple[str, str]:
    """Client id and secret from an Authorization header, empty where there is none."""
    scheme, _, told = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(told).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote(name), unquote(secret)


def _asserted(form: Form) -> str:
    """The client id that an assertion names, unproved."""
    try:
        claims = jwt.decode(form.get("client_assertion", ""), options={"verify_signature": False})
    except jwt.PyJWTError:
        return ""
    return str(claims.get("iss", ""))


def _thumbprints(app: Registration) -> set[str]:
    assert app.certificate is not None
    sha1 = app.certificate.fingerprint(hashes.SHA1())  # noqa: S303 - what x5t means (RFC 7515)
    sha256 = app.certificate.fingerprint(hashes.SHA256())
    return {base64.urlsafe_b64encode(digest).decode().rstrip("=") for digest in (sha1, sha256)}
