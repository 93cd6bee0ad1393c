"""`logging read` and the sinks: what is asked of Google, and what is told before it is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from runbook.cloud import logs
from runbook.commands import running
from runbook.commands.base import Caution, Effect, FieldChange
from runbook.commands.gcloud.logging import LogReading, condition_at
from tests.runbook.simulated import HERE, Simulated, line_of

READ = f"gcloud logging read {HERE}"
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
SINKS = "/v2/projects/netra-staging/sinks"
DATASET = "bigquery.googleapis.com/projects/netra-staging/datasets/logs"
CREATE = f"gcloud logging sinks create vpc {DATASET} {HERE}"


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("'a=b'", 'timestamp>="2026-02-28T12:30:00.000000Z" AND a=b'),
        ("--freshness=10m 'a=b'", 'timestamp>="2026-03-01T12:20:00.000000Z" AND a=b'),
        ("", 'timestamp>="2026-02-28T12:30:00.000000Z"'),
        ("--order=asc 'a=b'", "a=b"),
        ("'timestamp>=\"2026-01-01T00:00:00Z\"'", 'timestamp>="2026-01-01T00:00:00Z"'),
    ],
)
def test_recent_entries_are_asked_for_as_gcloud_does(words: str, condition: str) -> None:
    command = line_of(f"{READ} {words}").command
    assert isinstance(command, LogReading)
    assert condition_at(command.arguments, NOW) == condition


def test_read_says_that_only_the_last_day_is_read(cloud: Simulated) -> None:
    outcome = cloud.run(f"{READ} 'resource.type=vpc_access_connector' --limit=2")
    assert isinstance(outcome.result, list)
    assert (outcome.state, len(outcome.result)) == ("succeeded", 2)
    assert cloud.printed[0].startswith("Only entries of the last 24 hours are read")
    assert cloud.stdout.startswith("---\n")
    line = line_of(f"{READ} 'a=b' --limit=2")
    assert line_of(line.command.as_gcloud()).command == line.command


def test_read_goes_on_to_the_next_page(cloud: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an hour in which nothing is written any more."""
    monkeypatch.setattr(logs, "_MOST_ON_A_PAGE", 50)
    until = datetime.now(UTC) - timedelta(hours=1)
    since = until - timedelta(hours=1)
    hour = f'timestamp>="{since:%Y-%m-%dT%H:%M:%SZ}" AND timestamp<"{until:%Y-%m-%dT%H:%M:%SZ}"'
    read = partial(cloud.session().logs.entries, "projects/netra-staging", hour, "timestamp asc")

    entries = read()
    assert len({str(one["insertId"]) for one in entries}) == len(entries) > 100
    assert read(limit=3) == entries[:3]


def test_a_resource_type_that_does_not_exist_is_pointed_out() -> None:
    text = f"gcloud logging read resource.type=cloud_sql_database {HERE}"
    assert line_of(text).command.cautions() == (
        Caution(
            "log-resource-type",
            (
                "No log entry has the resource type cloud_sql_database, so this matches nothing: "
                "it is cloudsql_database."
            ),
            instead=("gcloud logging read resource.type=cloudsql_database --project=netra-staging"),
        ),
    )
    create = line_of(f"{CREATE} --log-filter='resource.type=\"cloud_sql_database\"'").command
    assert create.cautions()[0].code == "log-resource-type"
    assert line_of(f"{READ} resource.type=cloudsql_database").command.cautions() == ()


def test_sink_is_made_and_taken_back(cloud: Simulated) -> None:
    command = f"{CREATE} --log-filter=resource.type=vpc_access_connector"
    plan = cloud.plan(command)
    assert plan.changes == (
        FieldChange("destination", None, DATASET),
        FieldChange("filter", None, "resource.type=vpc_access_connector"),
    )
    assert cloud.run(command, plan).state == "succeeded"
    assert cloud.stdout == ""
    assert cloud.printed[0] == (
        "Created [https://logging.googleapis.com/v2/projects/netra-staging/sinks/vpc]."
    )
    line = line_of(command)
    assert running.verify(line, cloud.session(), cloud.target(), plan).verdict == "applied"
    assert cloud.plan(command).refusals == ("Sink vpc already exists.",)
    assert plan.undo == "gcloud logging sinks delete vpc --project=netra-staging"
    assert cloud.run(plan.undo).state == "succeeded"
    assert cloud.plan(plan.undo).refusals == ("Sink vpc does not exist.",)


def test_sink_creation_reads_back_with_its_destination() -> None:
    line = line_of(f"{CREATE} --log-filter='severity=ERROR' --disabled")
    assert line_of(line.command.as_gcloud()).command == line.command
    assert line.command.as_gcloud().startswith(f"gcloud logging sinks create vpc {DATASET} ")


def test_deleting_a_sink_destroys_and_says_what_is_lost(cloud: Simulated) -> None:
    assert cloud.run(CREATE).state == "succeeded"
    delete = f"gcloud logging sinks delete vpc {HERE}"
    plan = cloud.plan(delete)
    assert line_of(delete).command.effect is Effect.DESTROYS
    assert plan.why_no_undo.endswith("Entries in between are not exported.")
    assert cloud.run(delete, plan).state == "succeeded"
    found = running.verify(line_of(delete), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"


def test_sink_whose_answer_is_lost_is_unknown_and_found_by_the_probe(cloud: Simulated) -> None:
    plan = cloud.plan(CREATE)
    sent = cloud.asked("POST", SINKS)
    cloud.arm(match=SINKS, method="POST", kind="reply-lost")
    assert cloud.run(CREATE, plan).state == "unknown"
    assert cloud.asked("POST", SINKS) == sent + 1
    found = running.probe(line_of(CREATE), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"
