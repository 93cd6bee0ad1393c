"""Whether a command on a resource of Google's belongs to an environment."""

from __future__ import annotations

import re

from runbook.cloud.target import Target

_LOCATION = re.compile(r"/(locations|regions|zones)/([^/]+)(?:/|$)")


def outside(project: str, resource: str, target: Target) -> str:
    """Why a resource does not belong to the environment, as a whole sentence, or ""."""
    if project != target.project:
        return f"This command names project {project}; this incident is in {target.project}."
    region = region_of(resource)
    if region not in ("", target.region):
        return f"This command names region {region}; this incident is in {target.region}."
    return ""


def region_of(resource: str) -> str:
    """The region in a full resource name, also that of a zone; "" for what has none."""
    location = _LOCATION.search(resource)
    if location is None or location[2] in ("global", "-"):
        return ""
    return location[2].rpartition("-")[0] if location[1] == "zones" else location[2]
