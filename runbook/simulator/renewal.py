"""Google renews the certificates that it manages: a good day stays one whenever it is played."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

LIFE = timedelta(days=90)
_BEFORE_ITS_END = timedelta(days=30)


def renewed(ends: datetime, now: datetime) -> datetime:
    """When the certificate ends that is served now, where an earlier one was told to end then."""
    while ends <= now + _BEFORE_ITS_END:
        ends += LIFE - _BEFORE_ITS_END
    return ends


def kept_new(section: Mapping[str, Any]) -> dict[str, Any]:  # Any: YAML
    """Certificates of a scenario by name, those that Google manages as it has renewed them."""
    return {name: _kept_new(body) for name, body in section.items()}


def _kept_new(body: Mapping[str, Any]) -> dict[str, Any]:  # Any: YAML
    told = body.get("expireTime")
    if body.get("type") == "SELF_MANAGED" or not body.get("managed") or not told:
        return dict(body)
    ends = renewed(datetime.fromisoformat(told), datetime.now(UTC))
    precision = "milliseconds" if "." in told else "seconds"
    return {**body, "expireTime": ends.isoformat(timespec=precision).replace("+00:00", "Z")}
