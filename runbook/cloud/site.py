"""What a simulator says of the hosts it answers for: their names, certificates and sockets."""

from __future__ import annotations

import httpx

from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.errors import CloudError
from runbook.cloud.target import Target
from runbook.cloud.trust import no_trust
from runbook.document.definition import Json


def route_of(host: str, target: Target) -> str:
    """The base URL that answers for `host`, without a slash at its end, or "" for the host itself.

    Raises `CloudError` for a route of an environment that is not simulated.
    """
    base = target.routes.get(host)
    if base is None:
        return ""
    if not target.is_simulated:
        raise CloudError("DENIED", "Only a simulated environment answers for other hosts.")
    check_endpoint(base)
    return base.rstrip("/")


def is_simulator(endpoint: str) -> bool:
    """Whether a simulator answers there, and not another service of this machine."""
    try:
        found = _asked(f"{endpoint.rstrip('/')}/_simulator/faults", 5.0).json()
    except (httpx.HTTPError, ValueError):
        return False
    return isinstance(found, dict) and isinstance(found.get("faults"), list)


def told_by_site(base: str, subject: str, target: Target, **asked: str) -> dict[str, Json]:
    """What the simulator at `base` says of `subject` (dns, certificate, websocket)."""
    url = f"{base}/_simulator/site/{subject}"
    try:
        answer = _asked(url, target.read_timeout, **asked)
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise CloudError("UNAVAILABLE", f"The simulator does not answer: {error}") from error
    if answer.status_code == httpx.codes.NOT_FOUND or not isinstance(found, dict):
        raise CloudError("NOT_FOUND", f"The simulator knows nothing of {asked.get('host')}.")
    return found


def _asked(url: str, seconds: float, **params: str) -> httpx.Response:
    return httpx.get(url, params=params, timeout=seconds, verify=no_trust(), trust_env=False)
