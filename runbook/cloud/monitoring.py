"""Time series of Cloud Monitoring."""

from __future__ import annotations

from collections.abc import Mapping

from runbook.cloud.discovery_api import DiscoveryApi
from runbook.cloud.target import Target
from runbook.document.definition import Json

_MOST_ON_A_PAGE = 1000


class Monitoring:
    def __init__(self, target: Target) -> None:
        self._api = DiscoveryApi(target, "monitoring", "v3")

    def time_series(
        self,
        project: str,
        condition: str,
        *,
        start: str,
        end: str,
        aggregation: Mapping[str, str] | None = None,
    ) -> list[Json]:
        """Series that match `condition` with their points between two RFC 3339 times.

        `aggregation` has the API's own names: alignmentPeriod, perSeriesAligner,
        crossSeriesReducer.
        """
        chosen = {f"aggregation_{name}": value for name, value in (aggregation or {}).items()}
        return self._api.read_all(
            self._api.collection("projects", "timeSeries").list,
            "timeSeries",
            "monitoring.timeSeries.list",
            name=f"projects/{project}",
            filter=condition,
            interval_startTime=start,
            interval_endTime=end,
            pageSize=_MOST_ON_A_PAGE,
            **chosen,
        )
