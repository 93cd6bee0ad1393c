"""Escalation levels and cadences in the head of a runbook."""

from __future__ import annotations

import pytest

from runbook.document.clocks import seconds_at
from runbook.document.definition import EscalationLevel, Runbook
from runbook.document.parse import parse

BODY = """
## Phase 1: Look
- [ ] Look
## Phase 2: Repair (2-4 hours)
- [ ] Repair
## Rollback
- [ ] Back
"""


def _read(head: str) -> Runbook:
    return parse(f"---\n{head}\n---\n{BODY}".encode())


def _level(words: str) -> EscalationLevel:
    return _read(f"updates: {{leadership: 1h}}\nescalation: [{words}]").escalation[0]


@pytest.mark.parametrize(
    ("words", "origin", "key"),
    [
        ("{after: 4h}", "incident", ""),
        ("{after: 4h, from: incident start}", "incident", ""),
        ("{after: 4h, from: phase 2}", "phase", "2"),
        ("{after: 4h, from: Repair}", "phase", "2"),
        ("{after: 4h, from: phase repair}", "phase", "2"),
        ("{after: 4h, from: Rollback}", "phase", "3"),
        ("{after: 10m, from: update Leadership}", "update", "leadership"),
    ],
)
def test_level_counts_from(words: str, origin: str, key: str) -> None:
    level = _level(words)
    assert (level.origin, level.origin_key) == (origin, key)


def test_level_says_for_whom_how_and_how_often() -> None:
    level = _level(
        "{after: 1h, severity: [p0, P1], notify: [e-mail, sms, Slack], repeat: 15m, next: 30m}"
    )
    assert (level.severities, level.notify) == (("P0", "P1"), ("email", "service"))
    assert (level.repeat, level.next_after) == (900, 1800)


def test_levels_with_an_origin_of_their_own_stay_as_they_are_written() -> None:
    read = _read("escalation: [{after: 4h}, {after: 30m, from: level 1}]")
    assert [(level.after, level.origin) for level in read.escalation] == [
        (14400, "incident"),
        (1800, "level"),
    ]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("{after: 4h, from: phase 7}", "`from: phase 7` is no phase of this runbook"),
        ("{after: 4h, from: update press}", "is no audience that `updates` names"),
        ("{after: 4h, from: level 1}", "`from: level 1` is no level before this one"),
        ("{after: 4h, from: level}", "`from: level` does not say which level"),
        ("{after: 4h, from: level two}", "names no level by its number"),
        ("{after: 4h, severity: urgent}", "`urgent` is not a severity"),
        ("{after: 4h, notify: pigeon}", "`pigeon` is no way to tell people"),
        ("{after: 4h, repeat: often}", "`often` is not a length of time"),
        ("{after: 4h, next: 30m}", "the last level has a `next`"),
    ],
)
def test_wrong_clock_is_a_problem_at_its_line(words: str, wrong: str) -> None:
    (problem,) = _read(f"updates: {{leadership: 1h}}\nescalation:\n  - {words}").problems
    assert wrong in problem.what
    assert problem.line in (3, 4)


def test_level_from_nothing_that_is_there_counts_from_the_start() -> None:
    level = _level("{after: 4h, from: phase 7}")
    assert (level.after, level.origin) == (14400, "incident")


def test_cadence_by_severity() -> None:
    plain, by_severity = _read("updates: {engineering: 2h, leadership: {P0: 1h, P1: 2h}}").updates
    assert [seconds_at(plain, one) for one in ("P0", "P4")] == [7200, 7200]
    assert [seconds_at(by_severity, one) for one in ("P0", "P1", "P2")] == [3600, 7200, 0]


def test_report_is_due_within_two_days_unless_said() -> None:
    assert (_read("title: A").report, _read("report: 24h").report) == (48 * 3600, 24 * 3600)


def test_overrun_of_a_phase_in_prose_counts_from_that_phase() -> None:
    text = f"# A\n{BODY}\n## If Phase 2 Exceeds 4 Hours\n**Level 1 (4 hours):**\n- call the lead\n"
    (level,) = parse(text.encode()).escalation
    assert (level.after, level.origin, level.origin_key) == (14400, "phase", "2")
