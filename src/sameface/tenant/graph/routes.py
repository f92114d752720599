"""Where Graph's resources are found, under `/v1.0` and `/beta`."""

from __future__ import annotations

from sameface.tenant.calls import Answer, Call
from sameface.tenant.faults import Faults
from sameface.tenant.gate import Gate
from sameface.tenant.graph import batch, errors
from sameface.tenant.graph.photos import Photos
from sameface.tenant.graph.users import ME, Users
from sameface.tenant.login.registrations import Resource
from sameface.tenant.organisation import Organisation
from sameface.tenant.routing import Routes

VERSIONS = ("v1.0", "beta")


class Graph:
    """The service. `serve` answers a part of a batch as if it had come by itself."""

    name = "graph"

    def __init__(
        self, organisation: Organisation, gate: Gate, faults: Faults, serve: batch.Serve
    ) -> None:
        self._gate, self._faults, self._serve = gate, faults, serve
        users = Users(organisation, gate)
        photos = Photos(organisation, gate, users, self._one_pixel)
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
        return await batch.run(call, self._serve)

    def _one_pixel(self, call: Call) -> bool:
        """Whether somebody ordered form A of "no photo" for this call."""
        struck = self._faults.strikes(
            self.name, call.method, call.path, call.path, kinds=("one-pixel",)
        )
        return struck is not None
