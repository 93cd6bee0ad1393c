"""What the shipped runbook runs and what it only shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.commands import shell
from runbook.commands.base import Effect
from runbook.document.definition import CommandText, Phase, Runbook


def values(shipped: Runbook) -> dict[str, str]:
    own = {p.name: p.value for p in shipped.parameters}
    return own | {"PROJECT": "netra-staging", "REGION": "us-central1"}


def commands(phase: Phase) -> Iterator[CommandText]:
    for step in phase.steps:
        yield from step.commands


def shown_only(shipped: Runbook, phase: Phase) -> list[str]:
    return [
        " ".join(c.text.split()[:4])
        for c in commands(phase)
        if not shell.read(c.text, values(shipped)).lines
    ]


def test_only_the_secret_that_people_must_type_is_not_run(shipped: Runbook) -> None:
    shown = {phase.title: shown_only(shipped, phase) for phase in shipped.phases}
    assert {title: texts for title, texts in shown.items() if texts} == {
        "Remediation": ["printf '%s' \"$DATABASE_URL\" |"]
    }


def test_diagnosis_only_reads(shipped: Runbook) -> None:
    effects = {shell.read(c.text, values(shipped)).effect for c in commands(shipped.phases[0])}
    assert effects - {None} == {Effect.READS}


def test_diagnosis_looks_at_ten_secrets_and_four_endpoints(shipped: Runbook) -> None:
    lines = [
        line.command.name
        for c in commands(shipped.phases[0])
        for line in shell.read(c.text, values(shipped)).lines
    ]
    assert lines.count("secrets versions describe") == 10
    assert lines.count("curl") == 4


def test_remediation_changes_what_it_names(shipped: Runbook) -> None:
    runs = [
        line.command
        for c in commands(shipped.phases[1])
        for line in shell.read(c.text, values(shipped)).lines
        if line.command.effect is not Effect.READS
    ]
    connectors = "compute networks vpc-access connectors"
    assert [command.name for command in runs] == [
        f"{connectors} update",
        f"{connectors} delete",
        f"{connectors} create",
        f"{connectors} update",
        *["sql instances patch"] * 4,
        *["secrets create"] * 2,
        "compute ssl-certificates create",
        "compute target-https-proxies update",
        *["compute health-checks update http"] * 2,
        *["compute backend-services update"] * 2,
        *["run services update"] * 2,
    ]
    assert [c.name for c in runs if c.effect is Effect.DESTROYS] == [f"{connectors} delete"]


def test_shown_commands_say_why(shipped: Runbook) -> None:
    reasons = [
        read.reason
        for phase in shipped.phases
        for c in commands(phase)
        if not (read := shell.read(c.text, values(shipped))).lines
    ]
    assert [r for r in reasons if not r.endswith((".", "!", "?"))] == []


def test_parameters_are_all_used_and_all_given(shipped: Runbook) -> None:
    used = {
        name
        for phase in shipped.phases
        for c in commands(phase)
        for name in re.findall(r"\$\{([A-Z_]+)\}", c.text)
    }
    assert used == set(values(shipped))
