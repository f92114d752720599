"""Exchange Web Services through one door: photos, and who is in a group (protocols 2.2)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sameface.connectors.exchange import soap
from sameface.errors import (
    Busy,
    Garbled,
    NoSuchAccount,
    NotAllowed,
    OverCeiling,
    SignInRefused,
    StoreFailed,
    WriteRefused,
)
from sameface.http import Answer, Door

PATH = "/ews/exchange.asmx"

READS = "a mailbox of its own in this Exchange"
WRITES = "the management role ApplicationImpersonation"

_BUSY = {
    "ErrorServerBusy",
    "ErrorExceededConnectionCount",
    "ErrorInternalServerError",
    "ErrorInternalServerTransientError",
    "ErrorMailboxStoreUnavailable",
    "ErrorTimeoutExpired",
    "ErrorTooManyObjectsOpened",
}
_DENIED = {"ErrorAccessDenied", "ErrorImpersonateUserDenied", "ErrorImpersonationDenied"}
_STRANGER = {
    "ErrorNonExistentMailbox",
    "ErrorMissingEmailAddress",
    "ErrorInvalidSmtpAddress",
    "ErrorNameResolutionNoResults",
    "ErrorNoSuchUser",
    "ErrorRecipientNotFound",
}
_TOO_OLD = {"ErrorInvalidServerVersion", "ErrorIncorrectSchemaVersion"}
_LARGE = {"ErrorMessageSizeExceeded", "ErrorPhotoTooLarge"}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as Exchange serves it at one size; `key` is its etag, a digest where it has none."""

    data: bytes = field(repr=False)
    key: str


class ExchangeClient:
    """One Exchange. Errors of all methods: StoreFailed."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.release: tuple[int, int] | None = None  # as the last answer told it

    async def photo(self, mail: str, px: int) -> tuple[Photo | None, Answer]:
        """Somebody's photo, None for Exchange's spellings of "none": a 404, or no picture data."""
        answer, said = await self._ask(soap.GET, soap.get_photo(mail, px), mail, needs=READS)
        if said is None or not said.picture:
            return None, answer
        etag = answer.headers.get("etag", "").strip('"')
        key = etag or hashlib.sha256(said.picture).hexdigest()
        return Photo(said.picture, key), answer

    async def put(self, mail: str, photo: bytes) -> None:
        """Put somebody's photo there; Exchange makes its sizes itself. May safely be repeated."""
        await self._ask(soap.SET, soap.set_photo(mail, photo), mail, needs=WRITES)

    async def members(self, group: str) -> tuple[soap.Member, ...]:
        """Who is in a distribution group, and in the groups in it, each once, in any order."""
        found: dict[str, soap.Member] = {}
        groups = [group]
        for one in groups:  # grows meanwhile
            _, said = await self._ask(soap.EXPAND, soap.expand(one), None, needs=READS)
            for member in () if said is None else said.members:
                if member.kind.endswith("DL") and member.mail not in groups:
                    groups.append(member.mail)
                elif member.kind == "Mailbox" and member.mail:
                    found[member.mail.lower()] = member
        return tuple(found.values())

    async def _ask(
        self, operation: str, body: bytes, mail: str | None, *, needs: str
    ) -> tuple[Answer, soap.Said | None]:
        """An answer and what it says; None is said where Exchange answers 404 about a photo.

        What is busy says so in its own words, on HTTP 200 or 500; it is asked again in its time.
        """
        waiting = self._door.waiting()
        headers = {
            "content-type": "text/xml; charset=utf-8",
            "accept": "text/xml",
            "soapaction": soap.action(operation),
        }
        if mail is not None:
            headers["x-anchormailbox"] = mail
        while True:
            answer = await self._door.ask(
                "POST",
                PATH,
                headers=headers,
                body=body,
                allow=(404, 500),
                account=mail,
                needs=needs,
                repeatable=True,
            )
            if answer.status == 404 and operation == soap.GET:
                return answer, None
            if answer.status == 500 and mail is None and soap.is_none(answer.body):
                if await waiting.again():
                    continue
                answer.refuse(tries=waiting.tries)
            said = self._said(answer, mail)
            self.release = said.release or self.release
            if said.code == "NoError":
                return answer, said
            after_s = max(said.back_off_s or 0.0, answer.retry_after_s or 0.0)
            if said.code not in _BUSY or not waiting.allows(after_s):
                raise self._failure(operation, said, mail, needs)
            self._door.hold(after_s)
            if not await waiting.again(after_s):
                raise self._failure(operation, said, mail, needs)

    def _said(self, answer: Answer, mail: str | None) -> soap.Said:
        """Error: NoSuchAccount for a 500 that is no SOAP, which is what a stranger gets (2.2)."""
        try:
            return soap.said(answer.body)
        except soap.NotSoap as wrong:
            if answer.status == 500 and mail is not None:
                what = f"does not know the address ({answer.status}); it may be renamed or deleted"
                raise NoSuchAccount(self._door.store, what, account=mail) from None
            what = f"gave an answer that {wrong} ({answer.status}); check `url`"
            raise Garbled(self._door.store, what, account=mail) from None

    def _failure(  # noqa: PLR0911 - a table
        self, operation: str, said: soap.Said, mail: str | None, needs: str
    ) -> StoreFailed:
        store, code = self._door.store, said.code
        answer = f"answered {operation} with {code}"
        if code in _BUSY:
            return Busy(store, f"{answer}; it is busy, try again later", account=mail)
        if code in _DENIED:
            return NotAllowed(store, f"{answer}; give the account {needs}", account=mail)
        if code in _STRANGER and mail is None:
            return NotAllowed(store, f"{answer}; correct `group` in sameface.toml")
        if code in _STRANGER:
            return NoSuchAccount(store, f"{answer}; it may be renamed or deleted", account=mail)
        if code in _TOO_OLD:
            what = f"{answer}; photos are written from Exchange 2016 on: set mode to read"
            return NotAllowed(store, what, account=mail)
        if code in _LARGE:
            return OverCeiling(store, f"{answer}; render the photo smaller", account=mail)
        if code == "ErrorTokenSerializationDenied":
            return SignInRefused(store, f"{answer}; check the application's permissions")
        if operation == soap.SET:
            return WriteRefused(store, f"{answer}; nothing was written", account=mail)
        return Garbled(store, f"{answer}; look that code up in Exchange's manual", account=mail)
