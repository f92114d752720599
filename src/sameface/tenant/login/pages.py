"""The sign-in pages: plain HTML, for people and for tests that drive a browser."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from sameface.tenant.calls import Answer
from sameface.tenant.members import COMPANY

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
}
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem;"
    "color-scheme:light dark}label,input,button{display:block;width:100%;box-sizing:border-box}"
    "input,button{font:inherit;padding:.5rem;margin:.25rem 0 1rem}"
)


def sign_in(hidden: Mapping[str, str], name: str, *, wrong: bool = False) -> Answer:
    """Asks for name and password; `hidden` comes back with them, `name` is filled in."""
    trouble = "The name or the password is wrong. Try again." if wrong else ""
    return _form("Sign in", trouble, hidden, _person(name), "<button>Sign in</button>")


def device(*, code: str = "", trouble: str = "") -> Answer:
    """Asks for the code that a device shows, and for who signs it in."""
    field = (
        '<label for="otc">Code shown on the device</label>'
        f'<input id="otc" name="otc" value="{escape(code)}" autocomplete="off" required>'
    )
    buttons = (
        '<button name="decision" value="allow">Sign in</button>'
        '<button name="decision" value="decline">Decline</button>'
    )
    return _form("Sign in on another device", trouble, {}, field + _person(""), buttons)


def said(title: str, text: str, status: int = 200) -> Answer:
    """A page with one sentence."""
    return _page(title, f'<p role="status">{escape(text)}</p>', status)


def posting(to: str, fields: Mapping[str, str]) -> Answer:
    """Hands the result over as a form (`response_mode=form_post`)."""
    form = f'<form method="post" action="{escape(to)}">{_hidden(fields)}<button>Continue</button>'
    return _page("Continue", f"{form}</form>", 200)


def _person(name: str) -> str:
    return (
        '<label for="username">Name</label>'
        f'<input id="username" name="username" value="{escape(name)}" autocomplete="username"'
        ' required><label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        " required>"
    )


def _form(title: str, trouble: str, hidden: Mapping[str, str], fields: str, buttons: str) -> Answer:
    alert = f'<p role="alert">{escape(trouble)}</p>' if trouble else ""
    form = f'<form method="post">{_hidden(hidden)}{fields}{buttons}</form>'
    return _page(title, alert + form, 200)


def _hidden(fields: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )


def _page(title: str, inside: str, status: int) -> Answer:
    told = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1><p>{COMPANY}, a local tenant</p>{inside}</main>"
        "</body></html>"
    )
    return Answer(status, told.encode(), "text/html; charset=utf-8", dict(_HEADERS))
