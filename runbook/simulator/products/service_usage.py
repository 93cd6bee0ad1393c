"""Service Usage: which of Google's APIs the project has switched on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator import expressions
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    """Each API by name with its title; one whose title is `[title, DISABLED]` is switched off."""
    parent = f"projects/{place.number}"
    services: dict[str, Resource] = {}
    for name, told in section.items():
        title, state = told if isinstance(told, list) else (told, "ENABLED")
        services[f"serviceusage/{parent}/services/{name}"] = {
            "name": f"{parent}/services/{name}",
            "config": {"name": name, "title": title},
            "state": state,
            "parent": parent,
        }
    return services


def list_services(call: Call) -> Resource:
    fits = expressions.compiled(call.query.get("filter", ""))
    return page(call, "services", [one for one in _services(call) if fits(one)])


def get_service(call: Call) -> Resource:
    for service in _services(call):
        if service["config"]["name"] == call.params["service"]:
            return service
    raise Refusal(403, f"Not found or permission denied for service: {call.params['service']}.")


def _services(call: Call) -> list[Resource]:
    return call.store.under(f"serviceusage/projects/{call.store.place.number}/services")


PRODUCT = Product(
    routes=(
        Route("GET", "/v1/projects/{project}/services", list_services),
        Route("GET", "/v1/projects/{project}/services/{service}", get_service),
    ),
    sections={"services": seed},
)
