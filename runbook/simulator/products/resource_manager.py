"""Resource Manager, API v1: the one project that exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.store import Place, Resource

_PROJECT = "resourcemanager/project"


def seed(section: Mapping[str, Any], place: Place) -> dict[str, Resource]:  # Any: YAML
    project = {
        "projectNumber": place.number,
        "projectId": place.project,
        "lifecycleState": "ACTIVE",
        "name": section.get("name", place.project),
        "createTime": "2025-03-04T08:15:30.123456Z",
    }
    optional = {key: section[key] for key in ("labels", "parent") if key in section}
    return {_PROJECT: project | optional}


def get_project(call: Call) -> Resource:
    return call.store.get(_PROJECT) or {}


def list_projects(call: Call) -> Resource:
    return {"projects": [get_project(call)]}


PRODUCT = Product(
    routes=(
        Route("GET", "/v1/projects", list_projects),
        Route("GET", "/v1/projects/{project}", get_project),
    ),
    sections={"project_details": seed},
)
