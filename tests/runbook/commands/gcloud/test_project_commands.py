"""Projects, services, certificates and time series, as far as the judge does not see them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runbook.commands import shell
from runbook.commands.gcloud.monitoring import SeriesReading, interval_at
from runbook.commands.series_points import seen_series
from tests.runbook.simulated import HERE, Simulated, line_of

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
BACKENDS = 'metric.type="cloudsql.googleapis.com/database/postgresql/num_backends"'
SERIES = f"gcloud monitoring time-series list {HERE} --filter='{BACKENDS}'"


def test_project_is_the_operand(cloud: Simulated) -> None:
    line = line_of("gcloud projects describe netra-staging")
    assert (line.command.project, line.command.resource) == (
        "netra-staging",
        "projects/netra-staging",
    )
    assert line.command.as_gcloud() == "gcloud projects describe netra-staging"
    assert line_of(line.command.as_gcloud()).command == line.command
    assert cloud.run(line.text).state == "succeeded"


def test_two_projects_are_one_too_many() -> None:
    read = shell.read("gcloud projects describe netra-staging --project=another-one", {})
    assert read.reason == "The command names two projects: netra-staging is described."


@pytest.mark.parametrize(
    ("words", "interval"),
    [
        ("", ("2026-03-01T11:30:00Z", "2026-03-01T12:30:00Z")),
        ("--interval=10m", ("2026-03-01T12:20:00Z", "2026-03-01T12:30:00Z")),
        (
            "--end-time=2026-01-02T00:00:00Z",
            ("2026-01-01T23:00:00Z", "2026-01-02T00:00:00Z"),
        ),
        (
            "--start-time=2026-01-01T00:00:00Z --end-time=2026-01-02T00:00:00Z",
            ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ),
    ],
)
def test_series_are_those_of_the_last_hour_unless_told(
    words: str, interval: tuple[str, str]
) -> None:
    command = line_of(f"{SERIES} {words}").command
    assert isinstance(command, SeriesReading)
    assert interval_at(command.arguments, NOW) == interval


def test_series_are_read_and_told_to_run_only_here(cloud: Simulated) -> None:
    line = line_of(SERIES)
    assert [caution.code for caution in line.command.cautions()] == ["runs-only-here"]
    assert line_of(line.command.as_gcloud()).command == line.command
    outcome = cloud.run(f"{SERIES} --per-series-aligner=ALIGN_MEAN --alignment-period=5m")
    assert outcome.state == "succeeded"
    assert cloud.stdout.split()[:5] == ["METRIC", "LABELS", "LATEST", "AT", "POINTS"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            "--start-time=2026-01-02T00:00:00Z --end-time=2026-01-01T00:00:00Z",
            (
                "The interval ends at 2026-01-01T00:00:00Z, which is not after its start, "
                "2026-01-02T00:00:00Z."
            ),
        ),
        (
            "--cross-series-reducer=REDUCE_SUM",
            "argument --cross-series-reducer: needs --per-series-aligner.",
        ),
        (
            "--per-series-aligner=ALIGN_MEAN --alignment-period=10",
            "argument --alignment-period: Google takes 60 seconds and more.",
        ),
    ],
)
def test_series_refuse_what_makes_no_sense(words: str, reason: str) -> None:
    assert shell.read(f"{SERIES} {words}", {}).reason == reason


def test_seen_series_show_the_newest_value() -> None:
    points = [
        {"interval": {"endTime": "2026-03-01T12:30:00Z"}, "value": {"doubleValue": 0.25}},
        {"interval": {"endTime": "2026-03-01T12:29:00Z"}, "value": {"doubleValue": 1.0}},
    ]
    resource = {"labels": {"region": "us-central1"}}
    seen = seen_series({"resource": resource, "metric": {"labels": {"a": "1"}}, "points": points})
    assert isinstance(seen, dict)
    assert [seen[name] for name in ("labels", "latest", "at", "points")] == [
        "a=1,region=us-central1",
        "0.25",
        "2026-03-01T12:30:00Z",
        2,
    ]
