"""Cloud Run services and revisions, in the shape of the v1 API that runbooks speak."""

from __future__ import annotations

from collections.abc import Callable

from runbook.cloud import operations
from runbook.cloud.connections import Untyped
from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.errors import PartlyReadError
from runbook.cloud.target import Target
from runbook.document.definition import Json

_MOST_ON_A_PAGE = 500


class Run:
    """A region's services are asked for at the region's own address, all at one for all."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "run", "v1")

    def service(self, project: str, region: str, name: str) -> dict[str, Json]:
        request = self._services(region).get(name=_service_name(project, name))
        return self._api.read(request, "run.services.get")

    def services(self, project: str, region: str = "") -> list[Json]:
        """Those of one region or of all. Raises `PartlyReadError` where a region is silent."""
        if region:
            return self._listed(self._services(region).list, f"namespaces/{project}", "services")
        everywhere = self._api.collection("projects", "locations", "services")
        return self._listed(everywhere.list, f"projects/{project}/locations/-", "services")

    def revisions(self, project: str, region: str, service: str = "") -> list[Json]:
        """All revisions of the region, or those of one service."""
        selector = f"serving.knative.dev/service = {service}" if service else None
        collection = self._regional(region, "revisions")
        parent = f"namespaces/{project}"
        return self._listed(collection.list, parent, "revisions", labelSelector=selector)

    def revision(self, project: str, region: str, name: str) -> dict[str, Json]:
        request = self._regional(region, "revisions").get(
            name=f"namespaces/{project}/revisions/{name}"
        )
        return self._api.read(request, "run.revisions.get")

    def replace_service(
        self, project: str, region: str, name: str, body: dict[str, Json]
    ) -> dict[str, Json]:
        """Sends the whole service; Google refuses it when its `resourceVersion` is not the last."""
        request = self._services(region).replaceService(
            name=_service_name(project, name), body=body
        )
        return self._api.change(request, "run.services.update")

    def wait(
        self,
        project: str,
        region: str,
        service: dict[str, Json],
        emit: Callable[[str], None],
    ) -> dict[str, Json]:
        """The service once Google has come to an end with its last change, well or badly."""
        name = _text_in(service, "metadata", "name")
        seen = [service]

        def look() -> operations.Operation:
            seen.append(self.service(project, region, name))
            return operations.Operation(name, _is_settled(seen[-1]))

        first = operations.Operation(name, _is_settled(service))
        operations.wait(first, look, emit=emit, deadline=self._api.target.deadline)
        return seen[-1]

    def _listed(
        self, list_page: Untyped, parent: str, kind: str, **chosen: str | None
    ) -> list[Json]:
        items: list[Json] = []
        unreachable: list[Json] = []
        token: Json = None
        while True:
            request = list_page(
                parent=parent, limit=_MOST_ON_A_PAGE, **chosen, **{"continue": token}
            )
            answer = self._api.read(request, f"run.{kind}.list")
            items += _list_in(answer, "items")
            unreachable += _list_in(answer, "unreachable")
            metadata = answer.get("metadata")
            token = metadata.get("continue") if isinstance(metadata, dict) else None
            if not token:
                return _whole(items, unreachable)

    def _services(self, region: str) -> Untyped:
        return self._regional(region, "services")

    def _regional(self, region: str, kind: str) -> Untyped:
        address = f"https://{region}-run.googleapis.com/"
        return self._api.collection("namespaces", kind, address=address)


def _service_name(project: str, name: str) -> str:
    return f"namespaces/{project}/services/{name}"


def _whole(items: list[Json], unreachable: list[Json]) -> list[Json]:
    """gcloud only warns of regions that did not answer; a list that lacks some must not pass."""
    if unreachable:
        regions = ", ".join(sorted(str(region) for region in unreachable))
        message = f"The following Cloud Run regions did not respond: {regions}."
        raise PartlyReadError("UNAVAILABLE", message, items)
    return items


def _is_settled(service: dict[str, Json]) -> bool:
    """Ready or failed, and so for the generation that was asked for."""
    status = service.get("status")
    conditions = _list_in(status, "conditions") if isinstance(status, dict) else []
    ready = [one for one in conditions if isinstance(one, dict) and one.get("type") == "Ready"]
    observed = _text_in(service, "status", "observedGeneration")
    is_fresh = observed in ("", _text_in(service, "metadata", "generation"))
    return is_fresh and any(one.get("status") in ("True", "False") for one in ready)


def _text_in(service: dict[str, Json], part: str, field: str) -> str:
    found = service.get(part)
    value = found.get(field) if isinstance(found, dict) else None
    return "" if value is None else str(value)


def _list_in(answer: dict[str, Json], field: str) -> list[Json]:
    found = answer.get(field)
    return found if isinstance(found, list) else []
