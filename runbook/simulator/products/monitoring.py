"""Cloud Monitoring, API v3: time series of a scenario, aligned and reduced as asked."""

from __future__ import annotations

from datetime import datetime

from runbook.simulator import expressions, time_series
from runbook.simulator.errors import Refusal
from runbook.simulator.paging import page
from runbook.simulator.routing import Call, Product, Route
from runbook.simulator.series_aggregation import Aggregation, aggregated
from runbook.simulator.store import Resource


def list_time_series(call: Call) -> Resource:
    """Series that fit `filter`, with their points in the interval, the newest first."""
    wanted = call.query.get("filter", "")
    if "metric.type" not in wanted:
        raise Refusal(400, "The 'filter' argument must restrict to a single metric type.")
    since, until = _interval(call)
    fits = expressions.compiled(wanted)
    series = [
        one
        for one in time_series.between(call.store, since, until, headers=_headers_only(call))
        if fits(one)
    ]
    if (aggregation := _aggregation(call, until)) and not _headers_only(call):
        series = aggregated(series, aggregation)
    return page(call, "timeSeries", series)


def _interval(call: Call) -> tuple[float, float]:
    ends = call.query.get("interval.endTime", "")
    if not ends:
        raise Refusal(400, "Field interval.endTime is required.")
    until = _moment("interval.endTime", ends)
    since = _moment("interval.startTime", call.query.get("interval.startTime", ends))
    if since > until:
        raise Refusal(400, "Field interval.startTime must not be after interval.endTime.")
    return since, until


def _moment(field: str, text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise Refusal(400, f"Field {field} had an invalid value of '{text}'.") from error


def _headers_only(call: Call) -> bool:
    return call.query.get("view") == "HEADERS"


def _aggregation(call: Call, until: float) -> Aggregation | None:
    """The alignment and the reduction asked for; None when neither is."""
    aligner = call.query.get("aggregation.perSeriesAligner", "ALIGN_NONE")
    reducer = call.query.get("aggregation.crossSeriesReducer", "REDUCE_NONE")
    period = call.query.get("aggregation.alignmentPeriod", "")
    if aligner == "ALIGN_NONE" and reducer == "REDUCE_NONE":
        return None
    seconds = period.removesuffix("s")
    if not seconds.isdecimal() or int(seconds) < time_series.PERIOD:
        raise Refusal(400, "Field aggregation.alignmentPeriod must be at least 60 seconds.")
    if aligner == "ALIGN_NONE":
        raise Refusal(400, "Field aggregation.perSeriesAligner is required to reduce series.")
    fields = [one for one in call.query.get("aggregation.groupByFields", "").split(",") if one]
    return Aggregation(int(seconds), aligner, reducer, tuple(fields), until)


PRODUCT = Product(
    routes=(Route("GET", "/v3/projects/{project}/timeSeries", list_time_series),),
    sections={"time_series": time_series.seed},
)
