"""The shipped runbook says what it must: phases, people, clocks, components, figures."""

from __future__ import annotations

import re

from runbook.document.checks import compile_problem
from runbook.document.clocks import seconds_at
from runbook.document.definition import Runbook, Step

HOUR = 3600
TEN_SECRETS = [
    "database-url",
    "database-direct-url",
    "jwt-secret-staging",
    "redis-url",
    "oauth-client-id",
    "oauth-client-secret",
    "openai-api-key",
    "anthropic-api-key",
    "smtp-password",
    "cors-allowed-origins",
]


def step(shipped: Runbook, key: str) -> Step:
    return next(s for phase in shipped.phases for s in phase.steps if s.key == key)


def test_shipped_has_no_problem_that_matters(shipped: Runbook) -> None:
    assert [p for p in shipped.problems if p.severity != "note"] == []


def test_shipped_names_its_incident(shipped: Runbook) -> None:
    assert (shipped.title, shipped.severity, shipped.environment) == (
        "Staging cannot reach Cloud SQL through its VPC connector",
        "P0",
        "staging",
    )


def test_shipped_phases_are_three_and_a_way_back(shipped: Runbook) -> None:
    assert [
        (p.title, p.role, p.duration and (p.duration.least, p.duration.most), p.is_rollback)
        for p in shipped.phases
    ] == [
        ("Diagnosis", "infrastructure", (HOUR, HOUR), False),
        ("Remediation", "infrastructure", (2 * HOUR, 4 * HOUR), False),
        ("Deployment and validation", "development", (HOUR, HOUR), False),
        ("Rollback", "", None, True),
    ]


def test_shipped_phases_end_with_exit_criteria(shipped: Runbook) -> None:
    assert [len(p.exit_criteria) for p in shipped.phases] == [3, 6, 5, 0]


def test_shipped_ladder_climbs_at_two_four_and_six_hours(shipped: Runbook) -> None:
    ladder = [level for level in shipped.escalation if level.origin == "incident"]
    assert [(level.after, level.to) for level in ladder] == [
        (2 * HOUR, ("infrastructure-lead", "engineering-leadership")),
        (4 * HOUR, ("vp-engineering", "product")),
        (6 * HOUR, ("vp-engineering", "engineering-leadership", "product")),
    ]
    assert [len(level.then) for level in ladder] == [3, 3, 3]


def test_shipped_remediation_that_exceeds_four_hours_escalates_twice(shipped: Runbook) -> None:
    overrun = [level for level in shipped.escalation if level.origin == "phase"]
    assert [(level.origin_key, level.after, level.to) for level in overrun] == [
        ("2", 4 * HOUR, ("infrastructure-lead",)),
        ("2", 6 * HOUR, ("vp-engineering", "product")),
    ]


def test_shipped_ladder_tells_only_people_that_roles_explain(shipped: Runbook) -> None:
    told = {who for level in shipped.escalation for who in level.to}
    assert told - set(shipped.roles) == set()


def test_shipped_updates_leadership_each_hour_and_engineering_every_two(shipped: Runbook) -> None:
    assert [(u.audience, seconds_at(u, "P0")) for u in shipped.updates] == [
        ("leadership", HOUR),
        ("engineering", 2 * HOUR),
        ("sync meeting", 4 * HOUR),
    ]
    assert shipped.report == 48 * HOUR


def test_shipped_components_all_come_first(shipped: Runbook) -> None:
    assert [(c.name, c.priority[:2], bool(c.function)) for c in shipped.components] == [
        ("Frontend", "P0", True),
        ("Backend API", "P0", True),
        ("Auth", "P0", True),
        ("WebSocket", "P0", True),
        ("Database", "P0", True),
    ]


def test_shipped_impact_is_for_leaders(shipped: Runbook) -> None:
    facts = ("$500K", "90 %", "Production")
    assert [fact for fact in facts if fact not in shipped.impact] == []


def test_shipped_asks_for_every_secret_twice_and_explains_it_once(shipped: Runbook) -> None:
    asked = [
        re.findall(r"[a-z-]+", text.text.split(" in ", 1)[1].split(";", 1)[0])
        for key in ("check-secrets", "recheck-secrets")
        for text in step(shipped, key).commands
    ]
    assert asked == [TEN_SECRETS, TEN_SECRETS]
    explained = re.findall(
        r"^\s*\| `([a-z-]+)` \|", step(shipped, "check-secrets").body, re.MULTILINE
    )
    assert explained == TEN_SECRETS


def test_shipped_first_repair_scales_the_connector(shipped: Runbook) -> None:
    first = shipped.phases[1].steps[0]
    assert first.key == "scale-the-connector"
    (command,) = first.commands
    assert command.text == (
        "gcloud compute networks vpc-access connectors update ${CONNECTOR} --region=${REGION}"
        " --min-instances=3 --max-instances=10 --project=${PROJECT}"
    )
    assert [c.expression for c in command.checks if c.level == "expect"] == [
        'state == "READY" && minInstances >= 3'
    ]


def test_shipped_undo_names_a_step_of_the_rollback(shipped: Runbook) -> None:
    undone = [
        s.attributes.undo for phase in shipped.phases for s in phase.steps if s.attributes.undo
    ]
    back = {s.key for phase in shipped.phases if phase.is_rollback for s in phase.steps}
    assert undone == ["recreate-connector-as-before", "restore-database-flags"]
    assert set(undone) - back == set()


def test_shipped_checks_are_valid_cel(shipped: Runbook) -> None:
    expressions = [
        check.expression
        for phase in shipped.phases
        for one in phase.steps
        for command in one.commands
        for check in command.checks
    ]
    assert len(expressions) > 20
    assert [e for e in expressions if compile_problem(e)] == []


def test_shipped_sections_speak_to_three_audiences(shipped: Runbook) -> None:
    words = dict(shipped.sections)["Who is told what, and when"]
    assert re.findall(r"\*\*Words for (\w+)", words) == ["leadership", "engineering", "product"]


def test_shipped_sections_stand_beside_the_phases(shipped: Runbook) -> None:
    assert [title for title, _ in shipped.sections] == [
        "What is broken, and why",
        "Who is hit",
        "Who is told what, and when",
        "When it takes longer",
        "When to be woken",
        "So that it does not come back",
    ]


def test_shipped_keeps_the_figures(source: bytes) -> None:
    text = " ".join(source.decode().split())
    figures = [
        "70 % infrastructure",
        "30 % configuration drift",
        "12 of 28, 43 %",
        "28 of 28",
        "10.1.0.0/28",
        "less than 35 s",
        "under 120 s",
        "in under 5 s",
        "under 10 s",
        "Fewer than 1 %",
        "pass at 80 %",
        "within 1 hour",
        "within 48 hours",
        "above 80 %",
        "above 85 %",
        "Within 30 days",
        "Within the quarter",
        "infrastructure-blocker",
    ]
    assert [figure for figure in figures if figure not in text] == []
