"""The five documents that the first runbook was made from, as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook.document.definition import DurationRange, Phase, Runbook
from runbook.document.parse import parse


def _read(shared: Path, number: int) -> Runbook:
    (file,) = shared.glob(f"seeds/00{number}_*")
    return parse(file.read_bytes(), file_name=file.name)


def _phase(read: Runbook, title: str) -> Phase:
    (found,) = (phase for phase in read.phases if phase.title == title)
    return found


@pytest.mark.parametrize("number", range(5))
def test_every_seed_has_phases_steps_and_commands(shared: Path, number: int) -> None:
    read = _read(shared, number)
    assert read.severity == "P0"
    assert "#1278" in read.title
    assert [problem.severity for problem in read.problems if problem.severity == "error"] == []
    assert any(step.commands for phase in read.phases for step in phase.steps)
    keys = [step.key for phase in read.phases for step in phase.steps + phase.exit_criteria]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("number", [0, 1, 3])
def test_wrongly_decoded_seeds_are_repaired(shared: Path, number: int) -> None:
    read = _read(shared, number)
    assert [p.severity for p in read.problems] == ["warning"]
    assert "Mac Roman" in read.problems[0].what


def test_handoff_has_its_three_phases_with_owner_and_time(shared: Path) -> None:
    read = _read(shared, 0)
    diagnosis = _phase(read, "Infrastructure Validation & Diagnosis")
    assert diagnosis.role == "Infrastructure Team Lead"
    assert diagnosis.duration == DurationRange(3600, 3600)
    assert _phase(read, "Infrastructure Remediation").duration == DurationRange(7200, 14400)
    deployment = _phase(read, "Service Deployment & Validation")
    assert (len(deployment.steps), len(deployment.exit_criteria)) == (4, 7)
    assert [(level.after, level.to) for level in read.escalation] == [
        (7200, ("Senior Infrastructure Lead",)),
        (14400, ("VP Engineering",)),
    ]


def test_roadmap_has_commands_conditions_and_escalation(shared: Path) -> None:
    read = _read(shared, 2)
    assert [phase.title for phase in read.phases[:3]] == [
        "Infrastructure Validation & Diagnosis",
        "Infrastructure Remediation",
        "Service Deployment & Validation",
    ]
    remediation = read.phases[1]
    scale = next(s for s in remediation.steps if s.title == "If Connector Insufficient Capacity")
    assert (scale.kind, scale.is_conditional) == ("command", True)
    assert scale.group == "VPC Connector Remediation / Remediation Actions"
    assert scale.commands[0].text == (
        "gcloud compute networks vpc-access connectors update staging-connector"
        " --region=us-central1 --min-instances=3 --max-instances=15 --project=netra-staging"
    )
    assert len(remediation.exit_criteria) == 6
    secrets = next(s for s in remediation.steps if s.title == "Required Secrets Validation")
    assert secrets.commands[0].text.startswith("REQUIRED_SECRETS=(\n")
    assert [(level.after, level.condition) for level in read.escalation] == [
        (14400, "If Phase 2 Exceeds 4 Hours"),
        (21600, "If Phase 2 Exceeds 4 Hours"),
    ]


def test_escalation_plan_survives_its_nested_fences(shared: Path) -> None:
    read = _read(shared, 3)
    diagnostics = _phase(read, "INFRASTRUCTURE DIAGNOSTIC COMMANDS")
    assert [len(step.commands) for step in diagnostics.steps] == [5, 6, 3, 8]
    assert diagnostics.steps[0].commands[0].label == "1. Basic connector status"
    assert [title for title, _ in read.sections][-2:] == ["PREVENTION AND MONITORING", "SUMMARY"]


def test_remediation_plan_takes_times_from_its_overview(shared: Path) -> None:
    read = _read(shared, 4)
    assert [phase.duration for phase in read.phases[:4]] == [
        DurationRange(0, 14400),
        DurationRange(14400, 28800),
        DurationRange(28800, 57600),
        DurationRange(57600, 86400),
    ]
    (rollback,) = (phase for phase in read.phases if phase.is_rollback)
    assert len(rollback.steps) == 4


def test_most_real_documents_have_steps(shared: Path) -> None:
    files = sorted(shared.glob("runbook-corpus/*/*.md"))
    with_steps = [file for file in files if any(p.steps for p in parse(file.read_bytes()).phases)]
    assert len(with_steps) / len(files) > 0.6
