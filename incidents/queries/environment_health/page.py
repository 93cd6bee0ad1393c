"""Everything that the page of one environment shows of its health now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.health_states import AlertState
from incidents.models import Alert, Environment
from incidents.queries.environment_health.numbers import NORMAL, Number, read_numbers
from incidents.queries.environment_health.standing import Standing, read_standing
from incidents.queries.environment_health.trends import Trend, read_trends
from incidents.queries.infrastructure import file_or_why

ALERTS = 8
TRENDS = 48


@dataclass(frozen=True, slots=True)
class Drawn:
    """A trend with the number of its threshold, where there is one."""

    trend: Trend
    number: Number | None


@dataclass(frozen=True, slots=True)
class Health:
    """`alerts` fire, the worst first; `trends` have those first that are over a limit, `left_out`
    counts those for which there is no room. `problem` says why it cannot be checked, "" when it
    can."""

    standing: Standing
    numbers: tuple[Number, ...]
    alerts: tuple[Alert, ...]
    trends: tuple[Drawn, ...]
    left_out: int
    problem: str

    @property
    def loud(self) -> tuple[Number, ...]:
        """Those beyond their limit, or not known."""
        return tuple(one for one in self.numbers if one.look != NORMAL)

    @property
    def normal(self) -> tuple[Number, ...]:
        return tuple(one for one in self.numbers if one.look == NORMAL)


def read_health(environment: Environment, *, since: datetime, now: datetime) -> Health:
    standing = read_standing(environment, now=now)
    numbers = read_numbers(environment, standing.check)
    firing = Alert.objects.filter(environment=environment, state=AlertState.FIRING)
    worst_first = firing.order_by("severity", "-first_at", "-pk")
    drawn = _drawn(read_trends(standing.environment, since=since), numbers)
    return Health(
        standing=standing,
        numbers=numbers,
        alerts=tuple(worst_first.select_related("incident", "rule", "source")[:ALERTS]),
        trends=drawn[:TRENDS],
        left_out=max(0, len(drawn) - TRENDS),
        problem=file_or_why(standing.environment)[1],
    )


def _drawn(trends: tuple[Trend, ...], numbers: tuple[Number, ...]) -> tuple[Drawn, ...]:
    """The loudest number of each metric and subject beside it."""
    by_subject: dict[tuple[str, str], Number] = {}
    for number in numbers:
        by_subject.setdefault((number.metric, number.subject), number)
    drawn = [Drawn(one, by_subject.get((one.metric.name, one.subject))) for one in trends]
    return tuple(sorted(drawn, key=_place))


def _place(drawn: Drawn) -> tuple[int, str, str]:
    number = drawn.number
    loudness = 2 if number is None else 0 if number.counts else 1
    return loudness, drawn.trend.metric.name, drawn.trend.subject
