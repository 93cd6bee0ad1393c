"""What all Compute Engine collections have in common: the routes that read and change them.

A collection is described by a `Collection` in its own file under `products/`; `routes_of` and
`seed_of` make it answer.
"""

from __future__ import annotations

from runbook.simulator.compute_changes import change_of, delete_from, get_from, insert_into
from runbook.simulator.compute_collections import Collection
from runbook.simulator.compute_lists import aggregated_list_of, list_of
from runbook.simulator.routing import Handler, Route

PROJECT = "/compute/v1/projects/{project}"
SCOPES = {"global": "global", "regions": "regions/{region}", "zones": "zones/{zone}"}
READS = ("GET",)
CHANGES = ("GET", "POST", "PATCH", "PUT", "DELETE")


def routes_of(collection: Collection, *, methods: tuple[str, ...] = CHANGES) -> tuple[Route, ...]:
    """Its lists and its resources in each scope; `methods` are those that its API has."""
    routes = [route for kind in collection.scopes for route in _in_scope(collection, kind)]
    if collection.aggregated:
        path = f"{PROJECT}/aggregated/{collection.name}"
        routes.append(Route("GET", path, aggregated_list_of(collection)))
    return tuple(route for route in routes if route.method in methods)


def deeds(collection: Collection, verb: str, handler: Handler) -> tuple[Route, ...]:
    """`POST …/NAME/VERB` in each scope of a collection."""
    return tuple(
        Route("POST", f"{PROJECT}/{SCOPES[kind]}/{collection.name}/{{name}}/{verb}", handler)
        for kind in collection.scopes
    )


def _in_scope(collection: Collection, kind: str) -> list[Route]:
    many = f"{PROJECT}/{SCOPES[kind]}/{collection.name}"
    one = f"{many}/{{name}}"
    return [
        Route("GET", many, list_of(collection)),
        Route("GET", one, get_from(collection)),
        Route("POST", many, insert_into(collection)),
        Route("PATCH", one, change_of(collection, "patch")),
        Route("PUT", one, change_of(collection, "update")),
        Route("DELETE", one, delete_from(collection)),
    ]
