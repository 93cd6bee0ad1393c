"""Log entries and sinks."""

from __future__ import annotations

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json

_MOST_ON_A_PAGE = 1000


class Logs:
    """Parents and sinks by full name: "projects/P", "projects/P/sinks/S"."""

    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "logging", "v2")

    def entries(self, parent: str, condition: str, order: str, limit: int = 0) -> list[Json]:
        """Entries that Google finds by `condition`, in `order` ("timestamp desc"), page by page.

        `limit` is the most to ask for, 0 all of them.
        """
        found: list[Json] = []
        body: dict[str, Json] = {
            "resourceNames": [parent],
            "orderBy": order,
            "pageSize": min(limit or _MOST_ON_A_PAGE, _MOST_ON_A_PAGE),
        }
        if condition:
            body["filter"] = condition
        while True:
            request = self._api.collection("entries").list(body=body)
            answer = self._api.read(request, "logging.logEntries.list")
            page = answer.get("entries")
            found += page if isinstance(page, list) else []
            token = answer.get("nextPageToken")
            if not token or (limit and len(found) >= limit):
                return found[:limit] if limit else found
            body = {**body, "pageToken": token}

    def sink(self, name: str) -> dict[str, Json]:
        request = self._api.collection("projects", "sinks").get(sinkName=name)
        return self._api.read(request, "logging.sinks.get")

    def sinks(self, parent: str) -> list[Json]:
        sinks = self._api.collection("projects", "sinks")
        return self._api.read_all(sinks.list, "sinks", "logging.sinks.list", parent=parent)

    def create_sink(self, parent: str, body: dict[str, Json]) -> dict[str, Json]:
        """The sink with the identity that will write, one of its own."""
        sinks = self._api.collection("projects", "sinks")
        request = sinks.create(parent=parent, body=body, uniqueWriterIdentity=True)
        return self._api.change(request, "logging.sinks.create")

    def delete_sink(self, name: str) -> None:
        request = self._api.collection("projects", "sinks").delete(sinkName=name)
        self._api.change(request, "logging.sinks.delete")
