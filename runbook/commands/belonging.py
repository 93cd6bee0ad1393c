"""Whether a command on a resource of Google's belongs to an environment."""

from __future__ import annotations

import re

from runbook.cloud.target import Target

_LOCATION = re.compile(r"/(locations|regions|zones)/([^/]+)(?:/|$)")


def outside(project: str, resource: str, target: Target) -> str:
    """Why a resource does not belong to the environment, as a whole sentence, or ""."""
    if project != target.project:
        return f"This command names project {project}; this incident is in {target.project}."
    location = _LOCATION.search(resource)
    if location is None or location[2] in ("global", "-"):
        return ""
    region = location[2].rpartition("-")[0] if location[1] == "zones" else location[2]
    if region != target.region:
        return f"This command names region {region}; this incident is in {target.region}."
    return ""
