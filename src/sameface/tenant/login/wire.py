"""The bodies of Entra ID's sign-in: tokens, discovery, keys."""

from __future__ import annotations

import base64
import json
from typing import Any

from sameface.tenant.groups import groups as everybodys_groups
from sameface.tenant.members import TENANT_ID, Member, Members


def token(access_token: str, life_s: int) -> dict[str, Any]:
    """The reply to a good request for a token."""
    return {
        "token_type": "Bearer",
        "expires_in": life_s,
        "ext_expires_in": life_s,
        "access_token": access_token,
    }


def client_info(member: Member) -> str:
    """Who it is, for the token cache of msal."""
    told = json.dumps({"uid": member.object_id, "utid": TENANT_ID}).encode()
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def user_info(member: Member) -> dict[str, Any]:
    """Who a person is, as OpenID Connect's claims."""
    return {
        "sub": member.object_id,
        "name": member.name,
        "given_name": member.given_name,
        "family_name": member.surname,
        "email": member.mail,
    }


def groups(members: Members, member: Member) -> list[str]:
    """The object ids of the groups that a person is in."""
    return [group.object_id for group in everybodys_groups(members) if group.has(member)]


def discovery(authority: str, base: str, origin: str) -> dict[str, Any]:
    """The OpenID configuration of an authority; `base` is where its endpoints lie."""
    return {
        "issuer": f"{authority}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "userinfo_endpoint": f"{origin}/oidc/userinfo",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
    }


def instances(host: str, tenant: str, origin: str) -> dict[str, Any]:
    """The reply to instance discovery: this host speaks for itself."""
    return {
        "tenant_discovery_endpoint": f"{origin}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }
