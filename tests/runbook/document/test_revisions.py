"""What a newer revision brings, told from the documents alone."""

from __future__ import annotations

from runbook.document.parse import parse
from runbook.document.revisions import (
    CommandDifference,
    RuleDifference,
    StepDifference,
    rule_differences,
    step_differences,
)

OLD = """---
approval: {changes: 1 approver}
escalation: [{after: 1h, to: [lead]}]
---
# Slow

## Phase 1: Look

- [ ] First
- [ ] Second
  ```bash
  gcloud sql instances list
  gcloud projects list
  ```
- [ ] Third

## Phase 2: Mend

- [ ] Fourth
"""


def differences(text: str) -> tuple[StepDifference, ...]:
    return step_differences(parse(OLD.encode()), parse(text.encode()))


def test_the_same_document_differs_in_nothing() -> None:
    assert differences(OLD) == ()
    assert rule_differences(parse(OLD.encode()), parse(OLD.encode())) == ()


def test_steps_that_are_new_gone_and_changed_in_their_order() -> None:
    found = differences(
        OLD.replace("- [ ] First\n", "- [ ] Zeroth\n")
        .replace("gcloud projects list", "gcloud projects list --limit=1")
        .replace("- [ ] Third", "- [ ] Third @dba")
    )

    assert [(one.kind, one.title) for one in found] == [
        ("gone", "First"),
        ("new", "Zeroth"),
        ("changed", "Second"),
        ("changed", "Third"),
    ]
    assert found[2].commands == (
        CommandDifference("gcloud projects list", "gcloud projects list --limit=1"),
    )
    assert (found[2].has_new_words, found[3].has_new_words) == (False, True)


def test_a_step_in_another_phase_is_moved() -> None:
    found = differences(OLD.replace("- [ ] Third\n", "") + "- [ ] Third\n")

    (moved,) = found
    assert (moved.kind, moved.moved_from, moved.phase) == ("changed", "Look", "Mend")


def test_rules_are_told_in_words() -> None:
    new = OLD.replace("1 approver", "2 approvers").replace(
        "[{after: 1h, to: [lead]}]", "[{after: 2h, to: [lead], if: blocked}]\nupdates: {team: 30m}"
    )

    assert rule_differences(parse(OLD.encode()), parse(new.encode())) == (
        RuleDifference("changes need", "1 approver", "2 approvers"),
        RuleDifference(
            "escalation level 1", "after 60 min: lead", "after 120 min if blocked: lead"
        ),
        RuleDifference("updates for team", "", "every 30 min"),
    )
