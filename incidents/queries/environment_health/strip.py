"""How environments stood in each of the last 24 hours, for a strip on their cards."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Case, IntegerField, Max, Value, When
from django.db.models.functions import TruncHour

from incidents.health_states import HealthStatus
from incidents.queries.whole_checks import whole_checks

HOURS = 24
_HOUR = timedelta(hours=1)
_LOUDNESS = [HealthStatus.HEALTHY, HealthStatus.DEGRADED, HealthStatus.CRITICAL]


@dataclass(frozen=True, slots=True)
class Hour:
    """The worst that a whole check found in the hour that begins `at`; "" where none was made."""

    at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The oldest hour first, the one that runs last."""

    hours: tuple[Hour, ...]

    @property
    def is_known(self) -> bool:
        return any(hour.status for hour in self.hours)

    @property
    def sentence(self) -> str:
        """ "critical in 3 of the last 24 hours, healthy in 21": the worst first."""
        said = [(self._count(status), status.value) for status in reversed(_LOUDNESS)]
        said.append((self._count(""), "not checked"))
        (first, word), *rest = [(count, word) for count, word in said if count]
        begins = f"{word} in {first} of the last {HOURS} hours"
        return ", ".join([begins, *(f"{word} in {count}" for count, word in rest)])

    def _count(self, status: str) -> int:
        return sum(1 for hour in self.hours if hour.status == status)


def read_strips(environments: Collection[int], *, now: datetime) -> dict[int, Strip]:
    """By environment, those alone that were checked in that time. One query for all."""
    newest = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = [newest - _HOUR * ago for ago in reversed(range(HOURS))]
    loudness = Case(
        *(When(status=status, then=Value(place)) for place, status in enumerate(_LOUDNESS)),
        output_field=IntegerField(),
    )
    rows = whole_checks().filter(environment__in=environments, requested_at__gte=hours[0])
    hourly = rows.annotate(hour=TruncHour("requested_at", tzinfo=UTC)).order_by()
    worst: dict[int, dict[datetime, str]] = {}
    by_hour = hourly.values_list("environment", "hour").annotate(worst=Max(loudness))
    for pk, hour, found in by_hour:
        if found is not None:
            worst.setdefault(pk, {})[hour] = _LOUDNESS[found].value
    return {
        pk: Strip(tuple(Hour(at, found.get(at, "")) for at in hours)) for pk, found in worst.items()
    }
