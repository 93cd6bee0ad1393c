"""A run's result compared with what the runbook expects of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from incidents.models import Run
from runbook.document.checks import evaluate
from runbook.document.definition import Check, Json
from runbook.document.parameters import fill


def compare(run: Run, result: Json) -> list[dict[str, Any]]:  # Any: JSON
    """The command's checks against a result, as stored in `Run.checks`; none for a run that takes
    the command back, since they say what the command itself is to bring about."""
    if run.undoes_id:
        return []
    return [
        dataclasses.asdict(finding)
        for check in run.command.checks
        for finding in evaluate(_filled(check, run), result)
    ]


def _filled(check: dict[str, Any], run: Run) -> Check:  # Any: JSON
    """Secrets are filled in only here: `StepCommand.checks` still names them."""
    expression = fill(check["expression"], run.incident.secrets)
    return Check(expression=expression, level=check["level"], line=check["line"])


def with_failures(message: str, run: Run) -> str:
    """The sentence about a run, and how many of its checks do not hold."""
    if not run.failed_checks:
        return message
    several = "check does" if run.failed_checks == 1 else "checks do"
    return f"{message} {run.failed_checks} {several} not hold."
