"""Compute Engine through the typed client, handed on as the REST API's JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from google.cloud import compute_v1

from runbook.cloud import operations
from runbook.cloud.calls import Calls
from runbook.cloud.compute_collections import COLLECTIONS, Collection, Untyped
from runbook.cloud.compute_lists import ComputeLists
from runbook.cloud.compute_messages import as_rest
from runbook.cloud.compute_place import Place
from runbook.cloud.connections import Connection
from runbook.cloud.target import Target
from runbook.document.definition import Json

Resource = dict[str, Json]


class Compute:
    """Collections are named as in a resource's path: "healthChecks". `retry=None` everywhere: the
    client's own policy repeats a read for ten minutes."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._connection = Connection(target)
        self._calls = Calls(target)
        self.lists = ComputeLists(target)

    def get(self, collection: str, place: Place, name: str) -> Resource:
        described = COLLECTIONS[collection]
        client = self._client(described, place)
        request = {**place.names, described.one: name}

        def send(seconds: float) -> Resource:
            return as_rest(client.get(request=request, retry=None, timeout=seconds))

        return self._calls.read(send, permission=f"compute.{collection}.get")

    def health(self, place: Place, backend_service: str, group: str) -> Resource:
        """The health of one group behind a backend service."""
        client = self._client(COLLECTIONS["backendServices"], place)
        request = {
            **place.names,
            "backend_service": backend_service,
            "resource_group_reference_resource": {"group": group},
        }

        def send(seconds: float) -> Resource:
            return as_rest(client.get_health(request=request, retry=None, timeout=seconds))

        return self._calls.read(send, permission="compute.backendServices.get")

    def insert(
        self, collection: str, place: Place, body: Resource, request_id: str
    ) -> operations.Operation:
        described = COLLECTIONS[collection]
        request = {**place.names, described.body: _message(described, body)}
        return self._change(collection, "insert", "create", place, request, request_id)

    def patch(
        self, collection: str, place: Place, name: str, body: Resource, request_id: str
    ) -> operations.Operation:
        """Merges `body` into the resource."""
        request = _request_about(collection, place, name, body)
        return self._change(collection, "patch", "update", place, request, request_id)

    def update(
        self, collection: str, place: Place, name: str, body: Resource, request_id: str
    ) -> operations.Operation:
        """Puts `body` in the place of the resource."""
        request = _request_about(collection, place, name, body)
        return self._change(collection, "update", "update", place, request, request_id)

    def delete(
        self, collection: str, place: Place, name: str, request_id: str
    ) -> operations.Operation:
        request = {**place.names, COLLECTIONS[collection].one: name}
        return self._change(collection, "delete", "delete", place, request, request_id)

    def wait(
        self, place: Place, operation: operations.Operation, emit: Callable[[str], None]
    ) -> operations.Operation:
        """Looks by ourselves: the client's own waiting asks Google whatever the endpoint is."""
        kind = (
            compute_v1.RegionOperationsClient if place.region else compute_v1.GlobalOperationsClient
        )
        client: Untyped = self._connection.compute_client(kind)
        request = {**place.names, "operation": operation.name}

        def send(seconds: float) -> Resource:
            return as_rest(client.get(request=request, retry=None, timeout=seconds))

        def look() -> operations.Operation:
            permission = f"compute.{'region' if place.region else 'global'}Operations.get"
            return operations.of_compute(self._calls.read(send, permission=permission))

        return operations.wait(operation, look, emit=emit, deadline=self._target.deadline)

    def _change(
        self,
        collection: str,
        method: str,
        verb: str,
        place: Place,
        request: dict[str, Untyped],
        request_id: str,
    ) -> operations.Operation:
        """Asks once. Google does nothing a second time for a `request_id` that it knows."""
        change = getattr(self._client(COLLECTIONS[collection], place), f"{method}_unary")
        request = {**request, "request_id": request_id}

        def send(seconds: float) -> Resource:
            return as_rest(change(request=request, retry=None, timeout=seconds))

        answer = self._calls.change(send, permission=f"compute.{collection}.{verb}")
        return operations.of_compute(answer)

    def _client(self, collection: Collection, place: Place) -> Untyped:
        kind = collection.in_global
        if place.region or place.zone:
            kind = collection.in_region if place.region else collection.in_zone
        client: Untyped = self._connection.compute_client(kind)
        return client


def _request_about(collection: str, place: Place, name: str, body: Resource) -> dict[str, Untyped]:
    described = COLLECTIONS[collection]
    return {**place.names, described.one: name, described.body: _message(described, body)}


def _message(collection: Collection, body: Resource) -> Untyped:
    return collection.message.from_json(json.dumps(body))
