"""Time series of the outage and of the good day, as Cloud Monitoring lists them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.runbook.simulator.discovery_schema import misfits
from tests.runbook.simulator.running import CONNECTOR, Running, until

SERIES = "/v3/projects/netra-staging/timeSeries"
INSTANCES = 'metric.type = "vpcaccess.googleapis.com/connector/instances"'
CPU = 'metric.type = "vpcaccess.googleapis.com/connector/cpu/utilizations"'
REQUESTS = 'metric.type="run.googleapis.com/request_count"'


def _listed(simulator: Running, condition: str, **more: str) -> Any:
    now = datetime.now(UTC)
    interval = {
        "interval.startTime": (now - timedelta(minutes=30)).isoformat(),
        "interval.endTime": now.isoformat(),
    }
    answer = simulator.http.get(SERIES, params=interval | {"filter": condition} | more)
    answer.raise_for_status()
    assert misfits("monitoring.v3", "ListTimeSeriesResponse", answer.json()) == []
    return answer.json()["timeSeries"]


def _values(series: Any) -> list[float]:
    values = [value for point in series["points"] for value in point["value"].values()]
    return [float(one["mean"] if isinstance(one, dict) else one) for one in values]


def test_saturated_connector_is_seen_in_its_cpu(outage: Running, healthy: Running) -> None:
    (bad,) = _listed(outage, CPU)
    (good,) = _listed(healthy, CPU)

    assert min(_values(bad)) > 0.9
    assert max(_values(good)) < 0.5
    assert len(bad["points"]) == 30
    assert bad["resource"]["labels"]["connector_name"] == "staging-connector"


def test_points_are_newest_first_and_end_well_after_the_repair(outage: Running) -> None:
    outage.http.patch(CONNECTOR, json={"minInstances": 3, "maxInstances": 10})
    until(lambda: outage.get(CONNECTOR)["state"] == "READY")
    (series,) = _listed(outage, CPU)
    ends = [point["interval"]["endTime"] for point in series["points"]]

    assert ends == sorted(ends, reverse=True)
    assert _values(series)[-1] > 0.9


def test_series_are_chosen_by_label(outage: Running) -> None:
    both = _listed(outage, REQUESTS)
    (failed,) = _listed(outage, f'{REQUESTS} AND metric.labels.response_code_class = "5xx"')

    assert len(both) == 2
    assert min(_values(failed)) > 100


def test_series_are_aligned_and_reduced(outage: Running) -> None:
    aligned = {
        "aggregation.alignmentPeriod": "300s",
        "aggregation.perSeriesAligner": "ALIGN_MAX",
    }
    (series,) = _listed(outage, INSTANCES, **aligned)
    (total,) = _listed(
        outage,
        REQUESTS,
        **(aligned | {"aggregation.crossSeriesReducer": "REDUCE_SUM"}),
    )
    by_class = _listed(
        outage,
        REQUESTS,
        **aligned,
        **{
            "aggregation.crossSeriesReducer": "REDUCE_MEAN",
            "aggregation.groupByFields": "metric.labels.response_code_class",
        },
    )

    assert 6 <= len(series["points"]) <= 7
    assert total["valueType"] == "INT64"
    assert [one["metric"]["labels"]["response_code_class"] for one in by_class] == ["2xx", "5xx"]


def test_periods_are_counted_back_from_the_end_that_is_asked_for(outage: Running) -> None:
    ends = (datetime.now(UTC) - timedelta(minutes=2)).replace(second=31, microsecond=500_000)
    (series,) = _listed(
        outage,
        INSTANCES,
        **{
            "interval.endTime": ends.isoformat(),
            "aggregation.alignmentPeriod": "60s",
            "aggregation.perSeriesAligner": "ALIGN_MEAN",
        },
    )
    found = [datetime.fromisoformat(one["interval"]["endTime"]) for one in series["points"]]

    assert found == [ends - timedelta(minutes=number) for number in range(len(found))]
    assert len(found) > 20


def test_percentiles_are_of_distributions_alone(outage: Running) -> None:
    aligned = {
        "aggregation.alignmentPeriod": "60s",
        "aggregation.perSeriesAligner": "ALIGN_PERCENTILE_99",
    }
    (series,) = _listed(outage, CPU, **aligned)
    now = datetime.now(UTC).isoformat()
    wrong = {"filter": INSTANCES, "interval.endTime": now} | aligned
    interval = {"interval.startTime": (datetime.now(UTC) - timedelta(minutes=5)).isoformat()}

    assert series["valueType"] == "DOUBLE"
    assert min(_values(series)) > 0.9
    assert outage.http.get(SERIES, params=wrong | interval).status_code == 400


def test_headers_alone_have_no_points(outage: Running) -> None:
    assert "points" not in _listed(outage, CPU, view="HEADERS")[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"filter": ""},
        {"interval.endTime": ""},
        {"interval.endTime": "yesterday"},
        {"interval.startTime": "2099-01-01T00:00:00Z"},
        {"aggregation.perSeriesAligner": "ALIGN_MAX"},
        {"aggregation.perSeriesAligner": "ALIGN_NIX", "aggregation.alignmentPeriod": "60s"},
        {"aggregation.crossSeriesReducer": "REDUCE_SUM", "aggregation.alignmentPeriod": "60s"},
    ],
)
def test_wrong_request_is_refused(outage: Running, wrong: dict[str, str]) -> None:
    now = datetime.now(UTC)
    interval = {
        "interval.startTime": (now - timedelta(minutes=5)).isoformat(),
        "interval.endTime": now.isoformat(),
    }
    params = {"filter": CPU} | interval | wrong

    assert outage.http.get(SERIES, params=params).status_code == 400
