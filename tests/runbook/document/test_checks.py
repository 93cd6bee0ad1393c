from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.document.checks import Finding, compile_problem, evaluate
from runbook.document.definition import Check, Json

CONNECTOR: Json = {
    "state": "CREATING",
    "minInstances": 1,
    "type": "HTTP",
    "version": "12",
    "settings": {"ip": {"private": True}},
    "list": [{"a": 1}, {"a": 2}],
}


def _found(expression: str, result: Json = CONNECTOR) -> list[tuple[str, bool | None]]:
    findings = evaluate(Check(expression, "expect", 1), result)
    return [(finding.found, finding.passed) for finding in findings]


def test_each_conjunct_is_a_finding() -> None:
    check = Check('state == "READY" && minInstances >= 2', "expect", 7)
    assert evaluate(check, CONNECTOR) == (
        Finding(check.expression, "expect", 'state == "READY"', 'state = "CREATING"', passed=False),
        Finding(check.expression, "expect", "minInstances >= 2", "minInstances = 1", passed=False),
    )


@pytest.mark.parametrize(
    ("expression", "found", "passed"),
    [
        ('type == "HTTP"', 'type = "HTTP"', True),
        ("maxInstances <= 10", "not present", False),
        ("settings.ip.public == true", "not present", False),
        ("settings.nothing.at.all == 1", "not present", False),
        ("list[5].a == 1", "not present", False),
        ("list[1].a == 2", "list[1].a = 2", True),
        ('settings["ip"].private', 'settings["ip"].private = true', True),
        ("has(resource.state)", 'resource.state = "CREATING"', True),
        ("!has(resource.other)", "not present", True),
        ("size(list) == 2", "size(list) = 2", True),
        ("list.all(i, i.a > 1)", 'list = [{"a": 1}, {"a": 2}]', False),
        ("int(version) >= 3", 'version = "12"', True),
        ('state.startsWith("C") // why', 'state = "CREATING"', True),
        (
            'state == "READY" || minInstances == 1 && true',
            'state = "CREATING", minInstances = 1',
            True,
        ),
    ],
)
def test_finding_shows_the_fields_that_were_read(expression: str, found: str, passed: bool) -> None:
    assert _found(expression) == [(found, passed)]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("version >= 3", "do not have the types"),
        ("state", "do not have the types"),
        ("unknown(1)", "`unknown` is not a function"),
        ("1 / 0 == 1", "divides by zero"),
        ("state ==", "Not a valid expression at character 9: mismatched input the end"),
        ("a" * 2001, "longer than 2000 characters"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_evaluated_says_why(expression: str, words: str) -> None:
    (finding,) = evaluate(Check(expression, "warn", 1), CONNECTOR)
    assert finding.passed is None
    assert finding.level == "warn"
    assert words in finding.problem


def test_lists_and_scalars_have_names() -> None:
    items: Json = [{"state": "READY"}]
    assert _found('items.all(i, i.state == "READY") && size(items) == 1', items) == [
        ('items = [{"state": "READY"}]', True),
        ("size(items) = 1", True),
    ]
    assert _found("value == 3", 3) == [("value = 3", True)]
    assert _found("status == 200", None) == [("not present", False)]


def test_finding_rounds_measured_seconds() -> None:
    assert _found("seconds < 5.0", {"seconds": 1.6943541}) == [("seconds = 1.6944", True)]


def test_and_inside_text_does_not_split() -> None:
    assert [f.expected for f in evaluate(Check('"&&" != state && true', "expect", 1), {})] == [
        '"&&" != state',
        "true",
    ]


def test_costly_expressions_are_refused_at_once() -> None:
    numbers: Json = list(range(200))
    started = time.process_time()
    (finding,) = evaluate(
        Check("items.all(a, items.all(b, items.all(c, a + b + c > -1)))", "expect", 1), numbers
    )
    assert finding.problem.startswith("The expression is too costly")
    assert time.process_time() - started < 1


def test_large_and_deep_results_are_refused() -> None:
    deep: dict[str, Json] = {}
    for _ in range(100):
        deep = {"a": deep}
    for result in ({"a": "x" * 1_100_000}, deep):
        (finding,) = evaluate(Check("a == 1", "expect", 1), result)
        assert finding.problem.startswith("The result is too large to check")


def test_compile_problem_is_empty_for_valid_expressions() -> None:
    assert compile_problem('state == "READY" && minInstances >= 2') == ""


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
_EXPRESSIONS = st.lists(
    st.sampled_from(
        [
            "a",
            "b",
            "resource",
            "items",
            "value",
            ".",
            "[0]",
            '["a"]',
            "==",
            "!=",
            "<",
            "&&",
            "||",
            "!",
            "(",
            ")",
            "?",
            ":",
            "1",
            "'x'",
            ".all(i,",
            ".size()",
            "has(",
            "size(",
            "+",
            "-",
            "/",
            "true",
            "null",
            "in",
            ",",
            "//",
            '"',
            "`",
            "{",
            "}",
        ]
    ),
    max_size=12,
).map(" ".join)


@settings(deadline=None, max_examples=200)
@given(_EXPRESSIONS, _JSON)
def test_evaluating_never_raises(expression: str, result: Json) -> None:
    for finding in evaluate(Check(expression, "expect", 1), result):
        assert (finding.passed is None) == bool(finding.problem)
