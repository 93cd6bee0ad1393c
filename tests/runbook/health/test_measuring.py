"""Numbers of Cloud Monitoring: what is no number is no reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

from runbook.cloud.sessions import Session
from runbook.document.definition import Json
from runbook.health.measuring import read_all
from runbook.health.metrics import METRICS, Metric

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MEAN = Metric("m", "m", filter="f", combine="mean")


def _answering(*values: float) -> Session:
    """Each value is that of a series of the same subject, in the same minute."""
    points: list[Json] = [
        {"interval": {"endTime": AT.isoformat()}, "value": {"doubleValue": one}} for one in values
    ]
    series: list[Json] = [{"points": [point]} for point in points]
    monitoring = SimpleNamespace(time_series=lambda *_asked, **_more: series)
    return cast("Session", SimpleNamespace(monitoring=monitoring))


def _read(session: Session, metric: Metric) -> list[float]:
    since = AT - timedelta(minutes=5)
    (found,) = read_all(session, "p", [metric], since=since, until=AT)
    return [one.value for readings in found.readings.values() for one in readings]


def test_what_is_no_number_is_no_reading() -> None:
    nothing = float("nan"), float("inf"), float("-inf")
    assert _read(_answering(*nothing), MEAN) == []
    assert _read(_answering(*nothing, 2.0, 4.0), MEAN) == [3.0]


def test_what_grows_beyond_all_numbers_is_no_reading() -> None:
    assert _read(_answering(1.7e308, 1.7e308), MEAN) == []
    assert _read(_answering(1.7e308), METRICS["sql.cpu"]) == []


def test_whole_minutes_are_asked_for() -> None:
    """Two that ask at different seconds see the same minutes."""
    asked: list[tuple[str, str]] = []

    def note(*_asked: str, start: str, end: str, **_more: object) -> list[Json]:
        asked.append((start, end))
        return []

    session = cast("Session", SimpleNamespace(monitoring=SimpleNamespace(time_series=note)))
    for seconds in (1.5, 59.9, 62.5):
        at = AT + timedelta(seconds=seconds)
        read_all(session, "p", [MEAN], since=at - timedelta(minutes=5), until=at)

    minutes = [AT.isoformat(), (AT + timedelta(minutes=1)).isoformat()]
    assert [end for _start, end in asked] == [minutes[0], minutes[0], minutes[1]]
    assert {start[-9:] for start, _end in asked} == {":00+00:00"}
