"""loadtest as a command: its words, its plan, and what it finds on the simulated site."""

from __future__ import annotations

import pytest

from runbook.cloud.loads import LoadReport, Sample
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Effect
from runbook.commands.load_test_text import load_test_result, load_test_text

KNOWN = "--concurrent-connections, --duration, --header"
REPORT = LoadReport(
    (
        *(Sample(n / 100, 200, "", 0.002, 0.01) for n in range(1, 97)),
        Sample(1.0, 503),
        Sample(1.0, 404),
        Sample(20.0, error="no answer in time"),
        Sample(0.1, error="connection broke"),
    ),
    seconds=10.0,
    dns_seconds=0.004,
)


def test_what_checks_see() -> None:
    found = load_test_result(REPORT)
    assert isinstance(found, dict)
    names = ("requests", "per_second", "errors", "error_rate", "p50", "p95", "max", "tls_p95")
    assert [found[name] for name in names] == [100, 10.0, 4, 0.04, 0.49, 0.94, 1.0, 0.01]
    assert found["errors_by_kind"] == {
        "no answer in time": 1,
        "connection broke": 1,
        "answered 503": 1,
        "answered 404": 1,
    }


def test_without_an_answer_there_are_no_percentiles() -> None:
    found = load_test_result(LoadReport((Sample(1.0, error="no connection"),), 1.0, 0.0))
    assert isinstance(found, dict)
    assert found.keys() & {"p95", "mean", "max", "tls_p95"} == set()
    assert found["error_rate"] == 1.0


def test_connections_that_hang_are_seen_among_thousands_of_answers() -> None:
    hung = [Sample(30.0, error="no answer by the end")] * 15
    report = LoadReport((*[Sample(0.07, 200)] * 2121, *hung), 30.0, 0.0)
    found = load_test_result(report)
    assert isinstance(found, dict)
    assert (found["error_rate"], found["unanswered_time"]) == (0.007022, 0.751917)
    assert load_test_text(report).splitlines()[2:5] == [
        "Errors          15 (0.7%)",
        "                15 no answer by the end",
        "Waited in vain  75.2% of the connections' time, no answer came",
    ]


def test_what_people_see() -> None:
    assert load_test_text(REPORT).splitlines()[:6] == [
        "Requests        100 in 10.0 s, 10.0 a second",
        "Answers         98 (200: 96, 404: 1, 503: 1)",
        "Errors          4 (4.0%)",
        "                1 no answer in time",
        "                1 connection broke",
        "                1 answered 503",
    ]


def test_it_is_planned_as_what_it_sends() -> None:
    text = "loadtest https://a.b/ --concurrent-connections=5 --duration 2m"
    (line,) = shell.read(text, {}).lines
    here = Target("staging", "p", "r", allowed_hosts=("a.b",))
    plan = running.plan(line, Session(here), here)

    assert line.command.effect is Effect.CHANGES
    assert plan.changes[0].after == (
        "GET https://a.b/, for 120 s, at most 100000 requests, 5 at once"
    )
    assert shell.read(line.text, {}).lines == (line,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("loadtest", "loadtest takes exactly one address."),
        ("loadtest https://a.b/ https://c.d/", "loadtest takes exactly one address."),
        (
            "loadtest https://a.b/ --concurrent-connections 101",
            "A load has 1 to 100 connections here, not 101.",
        ),
        (
            "loadtest https://a.b/ --duration 6m",
            "A load lasts at most 300 s here, written as 30s or 2m.",
        ),
        (
            "loadtest https://a.b/ --fast",
            f"loadtest knows {KNOWN}, each with a value, and not --fast.",
        ),
    ],
)
def test_what_is_not_understood_is_not_run(text: str, why: str) -> None:
    read = shell.read(text, {})
    assert (read.lines, read.reason) == ((), why)


def test_a_host_that_is_not_allowed_is_refused() -> None:
    (line,) = shell.read("loadtest https://elsewhere.example.com/", {}).lines
    assert line.command.outside(Target("staging", "p", "r", allowed_hosts=("a.b",)))
