"""Lists of Compute Engine: of one place, of several, or of all at once.

gcloud passes over a scope that Google refuses or cannot reach. Here such a list ends with
`PartlyReadError`, which holds what could be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from requests import PreparedRequest, Response

from runbook.cloud.authorities import Adapter
from runbook.cloud.calls import Calls
from runbook.cloud.compute_collections import COLLECTIONS, Untyped
from runbook.cloud.compute_messages import as_rest
from runbook.cloud.compute_place import Place
from runbook.cloud.connections import Connection
from runbook.cloud.errors import CloudError, PartlyReadError
from runbook.cloud.target import Target
from runbook.document.definition import Json

Resource = dict[str, Json]
_PAGE = 500
_HARMLESS = ("NO_RESULTS_ON_PAGE", "")


class ComputeLists:
    """Page by page, each page a read of its own."""

    def __init__(self, target: Target) -> None:
        self._connection = Connection(target)
        self._calls = Calls(target)

    def of(self, collection: str, places: Sequence[Place]) -> list[Json]:
        """What is in the places, in their order."""
        found: list[Json] = []
        missed: list[tuple[Place, CloudError]] = []
        for place in places:
            try:
                found += self._of_place(collection, place)
            except CloudError as error:
                missed.append((place, error))
        if not missed:
            return found
        if len(missed) == len(places):
            raise missed[0][1]
        first = missed[0][1]
        words = [f"{place.scope}: {error.message}" for place, error in missed]
        raise PartlyReadError(first.kind, _incomplete(words), found, advice=first.advice)

    def everywhere(self, collection: str, project: str) -> list[Json]:
        """What is in all scopes, by the scopes' names."""
        found: dict[str, list[Json]] = {}
        missed: list[str] = []
        client = self._partial_client(COLLECTIONS[collection].everywhere)
        request: dict[str, Untyped] = {"project": project, "include_all_scopes": True}
        for page in self._pages(client.aggregated_list, collection, request):
            missed += _missed(page)
            for scope, content in _scopes(page):
                items = content.get(COLLECTIONS[collection].many)
                found.setdefault(scope, []).extend(items if isinstance(items, list) else [])
        listed = [item for scope in sorted(found) for item in found[scope]]
        if missed:
            raise PartlyReadError("UNAVAILABLE", _incomplete(missed), listed)
        return listed

    def _of_place(self, collection: str, place: Place) -> list[Json]:
        described = COLLECTIONS[collection]
        kind = described.in_global
        if place.region or place.zone:
            kind = described.in_region if place.region else described.in_zone
        client: Untyped = self._connection.compute_client(kind)
        found: list[Json] = []
        for page in self._pages(client.list, collection, dict(place.names)):
            items = page.get("items")
            found += items if isinstance(items, list) else []
        return found

    def _pages(
        self, ask: Untyped, collection: str, request: dict[str, Untyped]
    ) -> Sequence[Resource]:
        pages: list[Resource] = []
        token: Json = ""
        while token is not None:
            asked = {**request, "max_results": _PAGE, "page_token": token or None}

            def send(seconds: float, asked: dict[str, Untyped] = asked) -> Resource:
                pager = ask(request=asked, retry=None, timeout=seconds)
                return as_rest(next(iter(pager.pages)))

            pages.append(self._calls.read(send, permission=f"compute.{collection}.list"))
            token = pages[-1].get("nextPageToken")
        return pages

    def _partial_client(self, kind: Untyped) -> Untyped:
        client: Untyped = self._connection.compute_client(_for_lists(kind))
        for scheme in ("https://", "http://"):
            client.transport._session.mount(scheme, _PARTIAL)
        return client


class _Partial(Adapter):
    """Asks for what can be read although a scope cannot; typed requests have no field for it."""

    def send(self, request: PreparedRequest, *args: Untyped, **kwargs: Untyped) -> Response:
        request.prepare_url(request.url or "", {"returnPartialSuccess": "true"})
        return super().send(request, *args, **kwargs)


_PARTIAL = _Partial()


@cache
def _for_lists(kind: Untyped) -> Untyped:
    """The same client again, kept apart from the one that reads and changes."""
    return type(f"Aggregated{kind.__name__}", (kind,), {})


def _scopes(page: Resource) -> list[tuple[str, Resource]]:
    items = page.get("items")
    pairs = items.items() if isinstance(items, dict) else ()
    return [(scope, listed) for scope, listed in pairs if isinstance(listed, dict)]


def _missed(page: Resource) -> list[str]:
    """A sentence for each scope that Google did not read."""
    unreachable = page.get("unreachables")
    missed = [
        f"{scope} is unreachable."
        for scope in (unreachable if isinstance(unreachable, list) else ())
    ]
    for scope, listed in (("the project", page), *_scopes(page)):
        warning = listed.get("warning")
        if isinstance(warning, dict) and warning.get("code", "") not in _HARMLESS:
            missed.append(f"{scope}: {warning.get('message') or warning.get('code')}")
    return missed


def _incomplete(missed: Sequence[str]) -> str:
    return f"The list is incomplete. {' '.join(missed)}"
