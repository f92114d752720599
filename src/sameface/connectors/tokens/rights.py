"""What a token says of itself, unverified and for telling people only.

Whether a token is good is for the store to say.
"""

from __future__ import annotations

import base64
import json
from typing import Any


def rights_of(token: str | None) -> frozenset[str]:
    """The roles of an application and the scopes of a person; empty where they cannot be read."""
    claims = _claims(token)
    return frozenset([*_texts(claims, "roles"), *str(claims.get("scp", "")).split()])


def offices_of(token: str | None) -> frozenset[str] | None:
    """The ids of the admin roles of the person who signed in; None for anybody else's token."""
    claims = _claims(token)
    return frozenset(_texts(claims, "wids")) if claims.get("scp") else None


def _claims(token: str | None) -> dict[str, Any]:
    try:
        payload = (token or "").split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _texts(claims: dict[str, Any], name: str) -> list[str]:
    values = claims.get(name)
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []
