from __future__ import annotations

import pytest

from runbook.document.definition import GitHub, Handoff, Parameter, Problem
from runbook.document.parse import parse


def _problems(yaml: str) -> list[tuple[int, str, str]]:
    read = parse(f"---\n{yaml}\n---\nwords\n".encode())
    return [(p.line, p.severity, p.what) for p in read.problems]


@pytest.mark.parametrize(
    ("yaml", "line", "words"),
    [
        ("severity: high", 2, "Front matter `severity`: `high` is not a severity"),
        ("title: [a]", 2, "Front matter `title`: this is not a line of text"),
        ("a: b\ntitle: {b: c}", 3, "Front matter `title`: this is not a line of text"),
        ("parameters: 3", 2, "Front matter `parameters`: this is not a list of `name: value`"),
        ("parameters: {a-b: c}", 2, "Front matter `parameters`: `a-b` is not a name"),
        ("parameters: {A: {default: c}}", 2, "`A` has the unknown key `default`"),
        ("components: Frontend", 2, "Front matter `components`: this is not a list"),
        ("components: [{function: a}]", 2, "Front matter `components`: a component has a name"),
        ("escalation: [{to: [a]}]", 2, "a level does not say after how long"),
        ("escalation: [{after: soon}]", 2, "`soon` is not a length of time"),
        ("escalation: [{after: 30}]", 2, "`30` is not a length of time"),
        ("updates: {leadership: often}", 2, "`often` is not a length of time"),
        ("approval: {expires: never}", 2, "`never` is not a length of time"),
        ("approval: {quorum: 2}", 2, "Front matter `approval`: unknown key `quorum`"),
        ("environment: ''", 2, "Front matter `environment`: a name has 1 to 60 characters"),
        ("github: {issue: 12}", 2, "Front matter `github`: `12` is not an issue"),
        ("github: {labels: [" + "a" * 51 + "]}", 2, "at most 20 labels of 50 characters fit"),
        ("stakeholders: {a: b}", 2, "Front matter `stakeholders`: this is not a line of text"),
        ("handoffs: [{from: a}]", 2, "Front matter `handoffs`: a handoff says between whom"),
        ("handoffs: [{from: a, to: b, ask: c}]", 2, "`ask` is not a handoff's key"),
        ("impact: [a]", 2, "Front matter `impact`: this is not a text"),
        ("- a\n- b", 2, "The front matter is not a list of `key: value` lines"),
        ("a: [", 2, "The front matter is not YAML"),
        ("a: !tag b", 2, "The front matter is not YAML"),
        ("a: &x [1]\nb: *x", 1, "The front matter uses a YAML alias"),
        ("a: " + "[" * 30 + "]" * 30, 1, "The front matter is nested deeper than 20 levels"),
        ("a: '" + "x" * 70000 + "'", 1, "The front matter is longer than 64 KiB"),
        (r'title: "a\0b"', 1, "The front matter writes a zero byte or half a character"),
        (r'roles: {"a\uD83D": b}', 1, "The front matter writes a zero byte or half a character"),
    ],
)
def test_wrong_value_is_a_problem_at_its_line(yaml: str, line: int, words: str) -> None:
    errors = [(at, what) for at, severity, what in _problems(yaml) if severity == "error"]
    assert [at for at, _ in errors] == [line]
    assert words in errors[0][1]


def test_wrong_value_leaves_the_others_alone() -> None:
    read = parse(b"---\nseverity: high\ntitle: Fine\n---\nwords\n")
    assert (read.severity, read.title) == ("P2", "Fine")


def test_parameters_have_three_forms() -> None:
    for yaml in ("{A: '', B: x}", "{A: {about: ''}, B: {value: x}}"):
        read = parse(f"---\nparameters: {yaml}\n---\nwords\n".encode())
        assert read.parameters == (Parameter("A", line=2), Parameter("B", "x", line=2))
    named = parse(b"---\nparameters: [A]\n---\nwords\n")
    assert named.parameters == (Parameter("A", line=2),)


def test_dates_and_numbers_in_unknown_keys_survive() -> None:
    read = parse(b"---\nreviewed: 2026-01-02\n1: [.inf, null]\n---\nwords\n")
    assert read.other == {"reviewed": "2026-01-02", "1": ["inf", None]}


def test_empty_values_are_as_if_not_there() -> None:
    assert parse(b"---\ntitle:\nroles:\n---\n# A\n").problems == ()


def test_rule_at_the_top_is_no_front_matter() -> None:
    read = parse(b"---\nwords\n")
    assert read.problems == ()
    assert read.blocks[0].kind == "rule"


def test_unknown_keys_are_noted() -> None:
    assert parse(b"---\nx: 1\n---\nwords\n").problems == (
        Problem(2, "note", "Nothing reads the front-matter key `x`"),
    )


def test_who_is_told_and_how_teams_hand_over_are_read() -> None:
    read = parse(
        b"---\nroles: [development, infrastructure]\nstakeholders: [product, boss@example.com]\n"
        b"github: {issue: acme/shop#12, labels: [P0, outage]}\nhandoffs:\n"
        b"  - {from: development, to: infrastructure, asked: [Fix it], giver: [Deploy after]}\n"
        b"---\nwords\n"
    )
    assert read.problems == ()
    assert read.stakeholders == ("product", "boss@example.com")
    assert read.github == GitHub("acme/shop#12", ("P0", "outage"))
    assert read.handoffs == (
        Handoff(
            "development",
            "infrastructure",
            asked=("Fix it",),
            giver=("Deploy after",),
            line=5,
        ),
    )


def test_handoff_to_a_team_that_is_no_role_is_noticed() -> None:
    assert _problems("roles: [a]\nhandoffs: [{from: a, to: b}]") == [
        (3, "warning", "Front matter `handoffs`: `b` is not one of the `roles`")
    ]
