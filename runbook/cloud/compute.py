"""Compute Engine: resources, lists, changes and their operations."""

from __future__ import annotations

from collections.abc import Callable

from runbook.cloud import operations
from runbook.cloud.compute_collections import COLLECTIONS
from runbook.cloud.compute_lists import ComputeLists
from runbook.cloud.compute_place import Place
from runbook.cloud.connections import Untyped
from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json

Resource = dict[str, Json]


class Compute:
    """Collections are named as in a resource's path: "healthChecks"."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "compute", "v1")
        self.lists = ComputeLists(self._api)

    def get(self, collection: str, place: Place, name: str) -> Resource:
        request = self._in(collection, place).get(**_named(collection, place, name))
        return self._api.read(request, f"compute.{collection}.get")

    def health(self, place: Place, backend_service: str, group: str) -> Resource:
        """The health of one group behind a backend service."""
        named = _named("backendServices", place, backend_service)
        request = self._in("backendServices", place).getHealth(**named, body={"group": group})
        return self._api.read(request, "compute.backendServices.get")

    def insert(
        self, collection: str, place: Place, body: Resource, request_id: str
    ) -> operations.Operation:
        insert = self._in(collection, place).insert
        request = insert(**place.names, body=body, requestId=request_id)
        return self._change(collection, "create", request)

    def patch(
        self, collection: str, place: Place, name: str, body: Resource, request_id: str
    ) -> operations.Operation:
        """Merges `body` into the resource."""
        named = _named(collection, place, name)
        request = self._in(collection, place).patch(**named, body=body, requestId=request_id)
        return self._change(collection, "update", request)

    def update(
        self, collection: str, place: Place, name: str, body: Resource, request_id: str
    ) -> operations.Operation:
        """Puts `body` in the place of the resource."""
        named = _named(collection, place, name)
        request = self._in(collection, place).update(**named, body=body, requestId=request_id)
        return self._change(collection, "update", request)

    def delete(
        self, collection: str, place: Place, name: str, request_id: str
    ) -> operations.Operation:
        named = _named(collection, place, name)
        request = self._in(collection, place).delete(**named, requestId=request_id)
        return self._change(collection, "delete", request)

    def wait(
        self, place: Place, operation: operations.Operation, emit: Callable[[str], None]
    ) -> operations.Operation:
        kind = "regionOperations" if place.region else "globalOperations"
        collection = self._api.collection(kind)

        def look() -> operations.Operation:
            request = collection.get(**place.names, operation=operation.name)
            return operations.of_compute(self._api.read(request, f"compute.{kind}.get"))

        return operations.wait(operation, look, emit=emit, deadline=self._api.target.deadline)

    def _change(self, collection: str, verb: str, request: Untyped) -> operations.Operation:
        """Asks once. Google does nothing a second time for a `requestId` that it knows."""
        answer = self._api.change(request, f"compute.{collection}.{verb}")
        return operations.of_compute(answer)

    def _in(self, collection: str, place: Place) -> Untyped:
        return self._api.collection(COLLECTIONS[collection].at(place))


def _named(collection: str, place: Place, name: str) -> dict[str, str]:
    return {**place.names, COLLECTIONS[collection].one: name}
