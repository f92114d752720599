"""Where Graph's resources are found, under `/v1.0` and `/beta`."""

from __future__ import annotations

from collections.abc import Iterable

from sameface.tenant.calls import Answer, Call, json_answer
from sameface.tenant.faults import Faults
from sameface.tenant.gate import Gate
from sameface.tenant.graph import batch, errors, quotas, wire
from sameface.tenant.graph.groups import Groups
from sameface.tenant.graph.photos import Photos
from sameface.tenant.graph.policy import Policy
from sameface.tenant.graph.users import ME, Users
from sameface.tenant.login.registrations import Resource
from sameface.tenant.login.tokens import Grant
from sameface.tenant.organisation import Organisation
from sameface.tenant.quotas import Charge, Meter, Tariff
from sameface.tenant.routing import Routes

VERSIONS = ("v1.0", "beta")
_POLICY = "admin/people/photoupdatesettings"


class Graph:
    """The service. `serve` answers a part of a batch as if it had come by itself."""

    name = "graph"

    def __init__(
        self, organisation: Organisation, gate: Gate, faults: Faults, serve: batch.Serve
    ) -> None:
        self._gate, self._faults, self._serve = gate, faults, serve
        self._members = organisation.members
        self.tariff = Tariff(self._charges, self._too_many, quotas.headers)
        users = Users(organisation, gate)
        policy, groups = Policy(organisation, gate), Groups(organisation, gate)
        photos = Photos(organisation, gate, users, policy, self._one_pixel)
        self.routes = Routes()
        self.routes.add("POST", "$batch", self.batch)
        self.routes.add("GET", "users", users.many)
        self.routes.add("GET", "users/$count", users.count)
        self.routes.add("GET", "users/delta", users.delta)
        self.routes.add("GET", "users/delta()", users.delta)
        self.routes.add("GET", "users/{user}", users.one)
        self.routes.add("GET", "users/{user}/photo", photos.metadata)
        self.routes.add("GET", "users/{user}/photos", photos.sizes)
        self.routes.add("GET", "users/{user}/photos/{size}", photos.metadata)
        self.routes.add("GET", "users/{user}/photo/$value", photos.value)
        self.routes.add("GET", "users/{user}/photos/{size}/$value", photos.value)
        self.routes.add("PUT PATCH", "users/{user}/photo/$value", photos.put)
        self.routes.add("DELETE", "users/{user}/photo/$value", photos.delete)
        self.routes.add("GET", "users/{user}/mailboxsettings/userpurpose", users.purpose)
        self.routes.add("GET", "groups", groups.many)
        self.routes.add("GET", "groups/{group}", groups.one)
        self.routes.add("GET", "groups/{group}/members", groups.members)
        for kind in ("groups", "teams"):
            self.routes.add("GET", f"{kind}/{{group}}/photo", groups.photo)
            self.routes.add("GET", f"{kind}/{{group}}/photos/{{size}}", groups.photo)
            self.routes.add("GET", f"{kind}/{{group}}/photo/$value", groups.value)
            self.routes.add("GET", f"{kind}/{{group}}/photos/{{size}}/$value", groups.value)
            self.routes.add("PUT PATCH", f"{kind}/{{group}}/photo/$value", groups.put)
        self.routes.add("GET", "organization", self.organization)
        self.routes.add("GET", _POLICY, policy.read)
        self.routes.add("PATCH", _POLICY, policy.change)
        self.routes.add("DELETE", _POLICY, policy.clear)
        self.routes.add("DELETE", f"{_POLICY}/$ref", policy.clear)

    def segments(self, call: Call) -> list[str]:
        """The path below the version; `me` is a user like others."""
        segments = call.path.strip("/").split("/")[1:]
        return ["users", ME, *segments[1:]] if segments[:1] == [ME] else segments

    def headers(self, call: Call) -> dict[str, str]:
        return {"request-id": call.request_id, "client-request-id": call.client_request_id}

    def by_status(self, call: Call, status: int) -> Answer:
        return errors.by_status(call, status)

    async def batch(self, call: Call) -> Answer:
        self._gate.grant(call, Resource.GRAPH, errors.unauthorised)
        return await batch.run(call, self._serve, lambda: self._struck(call, "swapped"))

    async def organization(self, call: Call) -> Answer:
        """The tenant itself: for any token, as Graph tells at least its name."""
        self._gate.grant(call, Resource.GRAPH, errors.unauthorised)
        body = {
            "@odata.context": wire.context(call, "organization"),
            "value": [wire.organization()],
        }
        return json_answer(body)

    def _charges(self, call: Call, grant: Grant) -> Iterable[Charge]:
        return quotas.charges(call, grant, self._members)

    def _too_many(self, call: Call, over: Meter) -> Answer:
        mailbox = over.charge.limit if quotas.is_of_mailbox(over) else None
        return errors.too_many(call, over.retry_after_s, of_mailbox=mailbox)

    def _one_pixel(self, call: Call) -> bool:
        """Whether somebody ordered form A of "no photo" for this call."""
        return self._struck(call, "one-pixel")

    def _struck(self, call: Call, kind: str) -> bool:
        fault = self._faults.strikes(self.name, call.method, call.path, call.path, kinds=(kind,))
        return fault is not None
