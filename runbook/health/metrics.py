"""Which numbers there are about an environment, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Combine = Literal["sum", "max", "min", "mean"]

PERIOD = 60
"""Seconds to which time series are aligned: one number a minute."""


@dataclass(frozen=True, slots=True)
class DatabaseFlag:
    """A limit that is a flag of the Cloud SQL instance which a number is about, by the label
    `database_id`; `otherwise` where the flag is not set to a number."""

    name: str
    otherwise: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A number by name.

    With a `filter` it is read from Cloud Monitoring: the series that fit are aligned by `aligner`
    to one point a minute, those with the same `subject` label combined, the result multiplied by
    `scale`. With `per`, a number, the filter of other series treated alike or a flag, it is the
    quotient of both; a minute in which nothing was counted there has no value. Without a `filter`
    the check itself measures it (`runbook.health.report.Measured`).
    """

    name: str
    title: str
    unit: str = ""
    filter: str = ""
    aligner: str = "ALIGN_MEAN"
    combine: Combine = "sum"
    subject: str = ""
    scale: float = 1.0
    per: float | str | DatabaseFlag = ""

    @property
    def is_read(self) -> bool:
        return bool(self.filter)


_CONNECTOR = 'resource.type="vpc_access_connector" AND metric.type="vpcaccess.googleapis.com/{}"'
_SQL = 'resource.type="cloudsql_database" AND metric.type="cloudsql.googleapis.com/database/{}"'
_RUN = 'resource.type="cloud_run_revision" AND metric.type="run.googleapis.com/{}"'
_REQUESTS = _RUN.format("request_count")

_GOOGLES = (
    Metric(
        "connector.utilisation",
        "CPU of the connector's instances",
        "%",
        _CONNECTOR.format("connector/cpu/utilizations"),
        "ALIGN_PERCENTILE_99",
        "max",
        "connector_name",
        scale=100,
    ),
    Metric(
        "connector.instances",
        "Instances of the connector",
        "",
        _CONNECTOR.format("connector/instances"),
        "ALIGN_MIN",
        "sum",
        "connector_name",
    ),
    Metric(
        "sql.cpu",
        "CPU of the database",
        "%",
        _SQL.format("cpu/utilization"),
        "ALIGN_MEAN",
        "max",
        "database_id",
        scale=100,
    ),
    Metric(
        "sql.connections",
        "Connections to the database",
        "",
        _SQL.format("postgresql/num_backends"),
        "ALIGN_MEAN",
        "sum",
        "database_id",
    ),
    Metric(
        "run.startup",
        "Start-up of containers, 99th percentile",
        "s",
        _RUN.format("container/startup_latencies"),
        "ALIGN_PERCENTILE_99",
        "max",
        "service_name",
        scale=0.001,
    ),
    Metric(
        "run.latency",
        "Answers of the service, 95th percentile",
        "s",
        _RUN.format("request_latencies"),
        "ALIGN_PERCENTILE_95",
        "max",
        "service_name",
        scale=0.001,
    ),
    Metric(
        "run.errors",
        "Requests answered with 5xx",
        "%",
        f'{_REQUESTS} AND metric.labels.response_code_class="5xx"',
        "ALIGN_DELTA",
        "sum",
        "service_name",
        scale=100,
        per=_REQUESTS,
    ),
)

_MEASURED = (
    Metric("endpoint.seconds", "Time to answer", "s"),
    Metric("websocket.seconds", "Time to open a WebSocket", "s"),
    Metric("dns.seconds", "Time to resolve a name", "s"),
    Metric("certificate.days", "Days left of the certificate", "days"),
)

METRICS: Mapping[str, Metric] = {one.name: one for one in (*_GOOGLES, *_MEASURED)}
"""Those that every infrastructure file may name without saying where they come from."""
