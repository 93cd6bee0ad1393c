"""Lists of Compute Engine: of one place, of several, or of all at once.

gcloud passes over a scope that Google refuses or cannot reach. Here such a list ends with
`PartlyReadError`, which holds what could be read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runbook.cloud.compute_collections import COLLECTIONS
from runbook.cloud.compute_place import Place
from runbook.cloud.connections import Untyped
from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.errors import CloudError, PartlyReadError
from runbook.document.definition import Json

Resource = dict[str, Json]
_PAGE = 500
_PARTIAL = "&returnPartialSuccess=true"
"""Asks for what can be read although a scope cannot; Google's description does not name it."""
_HARMLESS = ("NO_RESULTS_ON_PAGE", "")


class ComputeLists:
    """Page by page, each page a read of its own."""

    def __init__(self, api: DiscoveryApi) -> None:
        self._api = api

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
        ask = self._api.collection(collection).aggregatedList
        for page in self._pages(collection, lambda token: _of_all_scopes(ask, project, token)):
            missed += _missed(page)
            for scope, content in _scopes(page):
                items = content.get(collection)
                found.setdefault(scope, []).extend(items if isinstance(items, list) else [])
        listed = [item for scope in sorted(found) for item in found[scope]]
        if missed:
            raise PartlyReadError("UNAVAILABLE", _incomplete(missed), listed)
        return listed

    def _of_place(self, collection: str, place: Place) -> list[Json]:
        ask = self._api.collection(COLLECTIONS[collection].at(place)).list
        found: list[Json] = []
        for page in self._pages(collection, lambda token: _of_one(ask, place, token)):
            items = page.get("items")
            found += items if isinstance(items, list) else []
        return found

    def _pages(self, collection: str, ask: Callable[[Json], Untyped]) -> Sequence[Resource]:
        """`ask` makes the request for the page behind a token."""
        pages: list[Resource] = []
        token: Json = None
        while token or not pages:
            pages.append(self._api.read(ask(token), f"compute.{collection}.list"))
            token = pages[-1].get("nextPageToken")
        return pages


def _of_one(ask: Callable[..., Untyped], place: Place, token: Json) -> Untyped:
    return ask(**place.names, maxResults=_PAGE, pageToken=token)


def _of_all_scopes(ask: Callable[..., Untyped], project: str, token: Json) -> Untyped:
    request = ask(project=project, includeAllScopes=True, maxResults=_PAGE, pageToken=token)
    request.uri += _PARTIAL
    return request


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
