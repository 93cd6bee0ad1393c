"""Certificate Manager: certificates, read only. They live in `locations/global`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.renewal import kept_new
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource

_MADE = "2025-12-18T15:20:11.482913Z"


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    parent = f"projects/{place.project}/locations/global/certificates"
    return {
        f"certificatemanager/{parent}/{name}": {
            "name": f"{parent}/{name}",
            "createTime": _MADE,
            "updateTime": _MADE,
            "scope": "DEFAULT",
        }
        | body
        for name, body in kept_new(section).items()
    }


def get_certificate(call: Call) -> Resource:
    name = call.params["certificate"]
    found = call.store.get(f"{_parent(call)}/{name}")
    if found is None:
        place, location = call.store.place, call.params["location"]
        path = f"projects/{place.project}/locations/{location}/certificates/{name}"
        raise Refusal(404, f"Resource '{path}' was not found")
    return found


def list_certificates(call: Call) -> Resource:
    return page(call, "certificates", call.store.under(_parent(call)))


def _parent(call: Call) -> str:
    """The collection of a location; `-` is all locations, which are one."""
    asked = call.params["location"]
    location = "global" if asked == "-" else asked
    place = call.store.place
    return f"certificatemanager/projects/{place.project}/locations/{location}/certificates"


_CERTIFICATES = "/v1/projects/{project}/locations/{location}/certificates"

PRODUCT = Product(
    routes=(
        Route("GET", _CERTIFICATES, list_certificates),
        Route("GET", _CERTIFICATES + "/{certificate}", get_certificate),
    ),
    sections={"certificates": seed},
)
