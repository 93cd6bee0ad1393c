"""The application's own hosts: their health pages follow the state of connector and database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator.condition import components, faults_of_application
from runbook.simulator.needs import APPLICATION
from runbook.simulator.routing import Call, Product, Reply, Route
from runbook.simulator.store import Place, Resource

_SERVICES = {"/auth/health": "auth", "/health/infrastructure": "infrastructure"}


def seed(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    return {APPLICATION: dict(section)} if section else {}


def health(call: Call) -> Reply:
    """200, or 503 with the component that is to blame."""
    faults = faults_of_application(call.store)
    told = {
        name: {"status": "unhealthy" if name in faults else "healthy", "detail": faults.get(name)}
        for name in components(call.store)
    }
    body: Resource = {
        "status": "unhealthy" if faults else "healthy",
        "service": _SERVICES.get(call.path, "backend"),
        "host": call.host,
        "components": told,
        "errors": list(faults.values()),
        "timestamp": call.store.time(),
    }
    return Reply(body, status=503 if faults else 200)


PRODUCT = Product(
    routes=tuple(
        Route("GET", path, health, on_site=True)
        for path in ("/", "/health", "/auth/health", "/health/infrastructure")
    ),
    sections={"application": seed},
)
