"""When a fix may be signed off, and what the sentence says when it may not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runbook.cloud.errors import CloudError
from runbook.cloud.sessions import Session
from runbook.health.criteria import (
    OTHERWISE,
    Category,
    Criteria,
    Criterion,
    Group,
    OfAreas,
    OfMetric,
    OfPage,
    OfSteps,
)
from runbook.health.metrics import Metric
from runbook.health.report import Area, Finding, Severity
from runbook.health.results import Evidence, Seen, StepFact, results_of
from runbook.health.trying import Newest, Tried, try_all
from runbook.health.validation import Result, judge

BUILT, FAST, SOLD = Category.INFRASTRUCTURE, Category.PERFORMANCE, Category.BUSINESS
RULE = Criteria(
    (
        Group(BUILT, (Criterion(OfAreas((Area.CONNECTOR,))),), is_critical=True),
        Group(FAST, (Criterion(OfPage("https://a.example/")),)),
        Group(SOLD, (Criterion(OfSteps()),)),
    )
)


def result(
    category: Category, passed: bool | None, severity: Severity = "critical", title: str = "it"
) -> Result:
    return Result(category, title, passed=passed, severity=severity)


@pytest.mark.parametrize(
    ("results", "may"),
    [
        ([result(BUILT, passed=True)] * 4 + [result(FAST, passed=False)], True),  # 80 %
        ([result(BUILT, passed=True)] * 3 + [result(FAST, passed=False)], False),  # 75 %
        ([result(BUILT, passed=True)] * 99 + [result(BUILT, passed=False)], False),
        ([result(BUILT, passed=True)] * 99 + [result(BUILT, passed=None)], False),
        ([result(BUILT, passed=True)] * 9 + [result(BUILT, False, "warning")], True),
        ([result(BUILT, passed=True)] * 4 + [result(SOLD, passed=None)] * 9, True),
        ([result(SOLD, passed=None)], False),
        ([], False),
    ],
)
def test_four_of_five_and_all_that_is_critical(results: list[Result], may: bool) -> None:
    assert judge(results, RULE).may_sign_off is may


def test_the_sentence_names_what_holds_it_up() -> None:
    results = [
        *(result(BUILT, passed=True) for _ in range(3)),
        *(result(BUILT, passed=False, title=f"wrong {n}") for n in range(4)),
        result(BUILT, passed=None, title="hidden"),
        result(FAST, passed=False, title="slow"),
        result(SOLD, passed=None, title="Users sign in"),
    ]
    found = judge(results, RULE)

    assert (found.passed, found.total, round(found.rate)) == (3, 8, 38)
    assert found.recommendation == (
        "The fix cannot be signed off yet: 3 of 8 passed (38 %); 80 % are needed. Infrastructure"
        " must hold wholly: 4 failed (wrong 0; wrong 1; wrong 2; and 1 more), 1 could not be"
        " checked (hidden). Also not passed: slow. Not checked, and not counted: Users sign in."
    )


def test_what_holds_says_so() -> None:
    assert judge([result(BUILT, passed=True)], RULE).recommendation == (
        "The fix can be signed off: 1 of 1 passed (100 %), and every critical category holds."
    )


def finding(found: str, verdict: str) -> Finding:
    return Finding(
        Area.CONNECTOR,
        "projects/p/locations/r/connectors/c",
        "connectors.c.min_instances",
        "2",
        found,
        verdict,  # type: ignore[arg-type]  # one of its words
        message="" if verdict == "passed" else "Min instances is 1.",
    )


def test_results_are_what_was_found_before_and_after() -> None:
    page = OfPage("https://a.example/")
    evidence = Evidence(
        before=Seen((finding("1", "failed"),), {("endpoint.seconds", page.url): 7.5}),
        after=Seen((finding("3", "passed"),)),
        tried={page: Tried(passed=True, after="200")},
        steps=(StepFact("Users sign in", passed=True, words="ticked by Lena"),),
        metrics={},
    )
    assert [
        (one.title, one.passed, one.before, one.after) for one in results_of(RULE, evidence)
    ] == [
        ("min instances of c", True, "1", "3"),
        ("https://a.example/ answers 200 within 30 s", True, "answered after 7.50 s", "200"),
        ("Users sign in", True, "", "ticked by Lena"),
    ]


@pytest.mark.parametrize(
    ("found", "seconds", "words"),
    [
        ({"status": "503", "seconds": "0.025 s"}, 0.02495, "503 after 0.02 s"),
        ({"seconds": "0.025 s", "status": "503"}, None, "503"),
        ({"seconds": "0.025 s"}, 0.02495, "answered after 0.02 s"),
        ({"status": "no answer: refused"}, None, "no answer: refused"),
        ({}, None, ""),
    ],
)
def test_what_a_page_answered_before_is_told_with_its_time(
    found: dict[str, str], seconds: float | None, words: str
) -> None:
    url = "https://a.example/"
    numbers = {} if seconds is None else {("endpoint.seconds", url): seconds}
    failed = [
        Finding(Area.ENDPOINTS, url, f"endpoints.{url}.{name}", "", said, "failed")
        for name, said in found.items()
    ]
    page = OfPage(url)
    rule = Criteria((Group(FAST, (Criterion(page),)),))
    before, tried = Seen(tuple(failed), numbers), {page: Tried(passed=True, after="200")}
    (result,) = results_of(rule, Evidence(before, Seen(), tried, (), {}))
    assert result.before == words


def test_a_metric_counts_for_each_subject_and_without_a_value_for_none() -> None:
    rule = Criteria((Group(FAST, (Criterion(OfMetric("run.startup", 120), "Services start"),)),))
    metrics = {"run.startup": Metric("run.startup", "Start-up", "s")}
    numbers = {("run.startup", "a"): 20.0, ("run.startup", "b"): 480.0, ("sql.cpu", "c"): 9.0}

    def results(newest: Newest) -> list[tuple[str, bool | None, str, str]]:
        evidence = Evidence(Seen(), Seen(), {}, (), metrics, newest)
        found = results_of(rule, evidence)
        return [(one.title, one.passed, one.after, one.detail) for one in found]

    assert results(Newest(numbers)) == [
        ("Services start: a", True, "20 s", ""),
        ("Services start: b", False, "480 s", "Expected below 120 s."),
    ]
    assert results(Newest(why_none={"run.startup": "403"})) == [("Services start", None, "", "403")]


def test_without_a_check_nothing_of_it_is_known() -> None:
    evidence = Evidence(Seen(), Seen(error="There is no file."), {}, (), {})
    found = results_of(OTHERWISE, evidence)
    assert {one.passed for one in found} == {None}
    assert found[0].detail == "There is no file."


def test_without_credentials_nothing_is_tried_and_nothing_fails() -> None:
    def session_for() -> Session:
        raise CloudError("DENIED", "There are no credentials.")

    page = OfPage("https://a.b/")
    tried = try_all([page], session_for, now=datetime(2026, 3, 2, tzinfo=UTC))
    assert tried == {page: Tried(None, "could not be checked", "There are no credentials.")}
