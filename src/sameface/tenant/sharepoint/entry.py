"""Who may do what in SharePoint: tokens, rights and digests, in one place."""

from __future__ import annotations

from sameface.tenant.calls import Call
from sameface.tenant.gate import Gate
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import Grant
from sameface.tenant.sharepoint import errors
from sameface.tenant.sharepoint.digests import Digests

_PROFILES = ("Sites.FullControl.All", "User.ReadWrite.All", "AllSites.FullControl")
_FILES = ("Sites.FullControl.All", "AllSites.FullControl")
_READ = ("Sites.Read.All", "AllSites.Read", "User.Read.All", *_PROFILES)


class Entry:
    """Lets callers in."""

    def __init__(self, gate: Gate, digests: Digests) -> None:
        self._gate, self.digests = gate, digests

    def reader(self, call: Call) -> Grant:
        """Anybody who may read; an application by itself only with a certificate."""
        grant = self._gate.grant(call, Resource.SHAREPOINT, errors.unauthorised)
        if grant.person is None and not grant.by_certificate:
            raise errors.app_only_by_secret(call)
        if not grant.may(*_READ):
            raise errors.denied(call)
        return grant

    def file_writer(self, call: Call) -> Grant:
        """Somebody who may write files of User Photos."""
        return self._writer(call, _FILES)

    def profile_writer(self, call: Call, person: str) -> Grant:
        """Somebody who may write that person's profile: the person, or who may write all."""
        grant = self._signed(call)
        if grant.person != person:
            self._check(call, grant, _PROFILES)
        return grant

    def owner(self, call: Call) -> str:
        """The person who signed in, about to change something of their own; the member's id."""
        grant = self._signed(call)
        if grant.person is None:
            raise errors.denied(call)
        return grant.person

    def _writer(self, call: Call, rights: tuple[str, ...]) -> Grant:
        grant = self._signed(call)
        self._check(call, grant, rights)
        return grant

    def _signed(self, call: Call) -> Grant:
        """A token stands for a digest (PnP's clients send none); one that is sent must be good."""
        grant = self.reader(call)
        digest = call.headers.get("x-requestdigest")
        if digest is not None and not self.digests.holds(digest):
            raise errors.digest_expired(call)
        return grant

    def _check(self, call: Call, grant: Grant, rights: tuple[str, ...]) -> None:
        if not grant.may(*rights) or (grant.person is not None and not grant.admin):
            raise errors.denied(call)
