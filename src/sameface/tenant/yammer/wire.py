"""Yammer's bodies: users with the addresses of their mugshots."""

from __future__ import annotations

import re
from typing import Any

from sameface.tenant.members import COMPANY, DOMAIN, Member

NO_PHOTO = "no_photo.png"
MOST_PX = 1024
_SIZE = re.compile(r"(\d{1,4})x(\d{1,4})")
_NETWORK_ID = 1500000


def user(member: Member, mugshot: str, origin: str) -> dict[str, Any]:
    """One user. `mugshot` is the name of their picture, NO_PHOTO where there is none."""
    images = f"{origin}/mugshot/images"
    return {
        "type": "user",
        "id": member.yammer_id,
        "network_id": _NETWORK_ID,
        "state": "active",
        "guid": None,
        "job_title": member.job_title,
        "department": member.department,
        "full_name": member.name,
        "first_name": member.given_name,
        "last_name": member.surname,
        "name": member.upn.partition("@")[0],
        "email": member.mail,
        "network_name": COMPANY,
        "network_domains": [DOMAIN],
        "activated_at": "2013/10/01 08:00:00 +0000",
        "admin": "true" if member.admin else "false",
        "verified_admin": "true" if member.admin else "false",
        "url": f"{origin}/api/v1/users/{member.yammer_id}",
        "web_url": f"{origin}/{DOMAIN}/users/{member.yammer_id}",
        "mugshot_id": mugshot,
        "mugshot_url": f"{images}/48x48/{mugshot}",
        "mugshot_redirect_url": f"{images}/redirect/48x48/{mugshot}",
        "mugshot_url_template": f"{images}/{{width}}x{{height}}/{mugshot}",
        "mugshot_redirect_url_template": f"{images}/redirect/{{width}}x{{height}}/{mugshot}",
        "contact": {
            "im": {"provider": "", "username": ""},
            "phone_numbers": [],
            "email_addresses": [{"type": "primary", "address": member.mail}],
            "has_fake_email": False,
        },
        "timezone": "UTC",
    }


def mugshot_id(member: Member, change_key: str | None) -> str:
    """The name of somebody's picture; another one for every photo."""
    return NO_PHOTO if change_key is None else f"{member.yammer_id}-{change_key}"


def whose(mugshot: str) -> int | None:
    """The user whose picture it is; None where the name is not one of these."""
    number, _, key = mugshot.partition("-")
    return int(number) if number.isdigit() and key else None


def size_px(text: str) -> int | None:
    """The side of the square for `{width}x{height}`; None where it is no size."""
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    px = max(int(match[1]), int(match[2]))
    return px if 1 <= px <= MOST_PX else None
