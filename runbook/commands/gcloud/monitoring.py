"""Time series of Cloud Monitoring: list. gcloud has no such command; this one is ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from runbook.commands.base import Caution, Command, Effect, NotRunnable
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Arguments, Grammar, read_arguments
from runbook.commands.kinds import CommandKind
from runbook.commands.reading import Reading
from runbook.commands.series_points import seen_series
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_HOUR = int(timedelta(hours=1).total_seconds())
_PERIOD = 60
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z"
_ALIGNERS = tuple(
    f"ALIGN_{name}"
    for name in ("MEAN", "MAX", "MIN", "SUM", "COUNT", "RATE", "DELTA", "PERCENTILE_99")
)
_REDUCERS = tuple(
    f"REDUCE_{name}" for name in ("MEAN", "MAX", "MIN", "SUM", "COUNT", "PERCENTILE_99")
)
_FORMAT = (
    "table(metric.type:label=METRIC,labels:label=LABELS,latest:label=LATEST,at:label=AT,points)"
)

_LIST = Grammar(
    "monitoring time-series list",
    flags=(
        Flag("alignment-period", "duration"),
        Flag("cross-series-reducer", "choice", choices=_REDUCERS),
        Flag("end-time", pattern=_MOMENT),
        Flag("filter"),
        Flag("interval", "duration"),
        Flag("per-series-aligner", "choice", choices=_ALIGNERS),
        Flag("start-time", pattern=_MOMENT),
    ),
    needs=("filter",),
    exclusive=(("interval", "start-time"),),
    default_format=_FORMAT,
    schema="monitoring.v3.TimeSeries",
)
_ONLY_HERE = Caution(
    "runs-only-here",
    "gcloud has no command `monitoring time-series list`: this line runs here and nowhere else.",
)


@dataclass(frozen=True, slots=True)
class SeriesReading(Reading):
    """Series with their points, the newest first, as Google gives them."""

    def cautions(self) -> tuple[Caution, ...]:
        return (_ONLY_HERE,)


def interval_at(arguments: Arguments, now: datetime) -> tuple[str, str]:
    """Start and end as RFC 3339: those given, or the hour before the end, or before now."""
    end = arguments.text("end-time") or _written(now)
    start = arguments.text("start-time")
    if start:
        return start, end
    seconds = arguments.flag("interval")
    age = timedelta(seconds=seconds if isinstance(seconds, int) else _HOUR)
    return _written(datetime.fromisoformat(end) - age), end


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fetch(session: Session, arguments: Arguments) -> Json:
    start, end = interval_at(arguments, datetime.now(UTC))
    return session.monitoring.time_series(
        arguments.project,
        arguments.text("filter"),
        start=start,
        end=end,
        aggregation=_aggregation(arguments),
    )


def _aggregation(arguments: Arguments) -> dict[str, str]:
    aligner, reducer = arguments.text("per-series-aligner"), arguments.text("cross-series-reducer")
    if not aligner:
        return {}
    period = arguments.flag("alignment-period") or _PERIOD
    found = {"alignmentPeriod": f"{period}s", "perSeriesAligner": aligner}
    return found | ({"crossSeriesReducer": reducer} if reducer else {})


def _parse_list(words: Sequence[str]) -> Command:
    arguments = read_arguments(words, _LIST)
    _check_aggregation(arguments)
    start, end = interval_at(arguments, datetime.now(UTC))
    if start >= end:
        raise NotRunnable(f"The interval ends at {end}, which is not after its start, {start}.")
    parent = f"projects/{arguments.project}/timeSeries"
    return SeriesReading(arguments, parent, _fetch, seen=seen_series)


def _check_aggregation(arguments: Arguments) -> None:
    others = ("alignment-period", "cross-series-reducer")
    needless = [name for name in others if arguments.flag(name) is not None]
    if needless and not arguments.text("per-series-aligner"):
        raise NotRunnable(f"argument --{needless[0]}: needs --per-series-aligner.")
    period = arguments.flag("alignment-period")
    if isinstance(period, int) and period < _PERIOD:
        raise NotRunnable("argument --alignment-period: Google takes 60 seconds and more.")


KINDS = (
    CommandKind(
        f"gcloud {_LIST.name}",
        Effect.READS,
        "Reads time series of the last hour or of an interval. gcloud has no such command.",
        _parse_list,
    ),
)
