"""What servers say, parsed at the door: an answer, its error code, and the failure it means."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from sameface.errors import (
    Busy,
    Garbled,
    NoSuchAccount,
    NotAllowed,
    OverCeiling,
    SignInRefused,
    WriteRefused,
)

TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said, whole. `at` is the server's own time, ours where it tells none.

    `asked` is the method and path, without the query: addresses may be signed.
    """

    store: str
    asked: str
    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in lower case
    body: bytes = field(repr=False)
    at: datetime

    def json(self) -> Any:
        """The body parsed. Error: Garbled where it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            what = f"answered {self.asked} with something that is not JSON; check `url`"
            raise Garbled(self.store, what) from None

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def retry_after_s(self) -> float | None:
        return retry_after_s(self.headers.get("retry-after"), self.at)

    def refuse(self, *, account: str | None = None, needs: str = "", tries: int = 1) -> NoReturn:
        """Raise what the status means; `needs` says which right a 403 lacks."""
        store, asked = self.store, self.asked
        code = error_code(self.body)
        said = f"{self.status} {code}" if code else str(self.status)
        if self.status == 401:
            what = f"does not accept our sign-in ({said} for {asked}); check its credentials"
            raise SignInRefused(store, what, account=account)
        if self.status == 403:
            need = f"give it {needs}" if needs else "ask its administrator for the right to do this"
            raise NotAllowed(store, f"refuses {asked} ({said}); {need}", account=account)
        if self.status == 404 and account is not None:
            what = f"does not know the account ({said}); it may be renamed or deleted by now"
            raise NoSuchAccount(store, what, account=account)
        if self.status == 413:
            what = f"does not take that many bytes ({said} for {asked}); send a smaller photo"
            raise OverCeiling(store, what, account=account)
        if self.status in TRY_AGAIN:
            after_s = self.retry_after_s
            wait = f"wait {after_s:.0f} s" if after_s else "wait a while"
            times = "once" if tries == 1 else f"{tries} times"
            what = f"is busy or out of order ({said} for {asked}, {times}); {wait} and try again"
            raise Busy(store, what, account=account)
        if 400 <= self.status < 500 and not asked.startswith("GET "):
            what = f"does not take {asked} ({said}); look that code up in its manual"
            raise WriteRefused(store, what, account=account)
        raise Garbled(store, f"answered {asked} with {said}; check `url`", account=account)


def error_code(body: bytes) -> str:
    """`error.code` of Graph, `odata.error.code` of SharePoint, `error` of a sign-in; else ""."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    error = told.get("error", told.get("odata.error"))
    code = error.get("code") if isinstance(error, dict) else error
    return "".join(c for c in str(code or "") if c.isprintable())[:80]


def retry_after_s(header: str | None, at: datetime) -> float | None:
    """Seconds to wait; a date is measured against the server's own time `at`, not ours."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    until = http_date(header)
    return None if until is None else max(0.0, (until - at).total_seconds())


def http_date(text: str | None) -> datetime | None:
    """A date as HTTP writes it, in UTC; None where it is none."""
    try:
        return None if text is None else parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
