"""Whether a backend service leads to Cloud Run and its like, for which Google has other rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runbook.cloud.compute_place import Place
from runbook.cloud.errors import CloudError
from runbook.commands.language.keys import get
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_GROUP = re.compile(r"/projects/([^/]+)/regions/([^/]+)/networkEndpointGroups/([^/]+)$")


def is_serverless(session: Session, backend_service: Json) -> bool:
    """Reads the groups that could be. One that is gone is none; raises `CloudError`."""
    backends = get(backend_service, ("backends",))
    groups = (
        [get(backend, ("group",)) for backend in backends] if isinstance(backends, list) else []
    )
    found = [_GROUP.search(group) for group in groups if isinstance(group, str)]
    return any(_is_serverless(session, *match.groups()) for match in found if match)


def _is_serverless(session: Session, project: str, region: str, name: str) -> bool:
    try:
        group = session.compute.get("networkEndpointGroups", Place(project, region), name)
    except CloudError as error:
        if error.kind == "NOT_FOUND":
            return False
        raise
    return group.get("networkEndpointType") == "SERVERLESS"
