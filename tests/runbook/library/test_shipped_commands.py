"""What the shipped runbook runs, what it only shows, and that its checks look at real fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import googleapiclient

from runbook.commands import shell
from runbook.commands.base import Effect
from runbook.document.definition import CommandText, Phase, Runbook

DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
SCHEMAS = {
    "gcloud compute networks vpc-access connectors": ("vpcaccess.v1", "Connector"),
    "gcloud sql instances": ("sqladmin.v1", "DatabaseInstance"),
    "gcloud secrets versions": ("secretmanager.v1", "SecretVersion"),
    "gcloud compute ssl-certificates": ("compute.v1", "SslCertificate"),
    "gcloud compute health-checks": ("compute.v1", "HealthCheck"),
    "gcloud compute backend-services": ("compute.v1", "BackendService"),
}
CURL = {"status", "seconds", "headers", "body"}


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


def test_diagnosis_runs_all_but_the_services(shipped: Runbook) -> None:
    assert shown_only(shipped, shipped.phases[0]) == ["gcloud run services describe"] * 2


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


def test_remediation_runs_every_change_this_release_knows(shipped: Runbook) -> None:
    runs = [
        line.command.name
        for c in commands(shipped.phases[1])
        for line in shell.read(c.text, values(shipped)).lines
        if line.command.effect is Effect.CHANGES
    ]
    assert runs == [
        "compute networks vpc-access connectors update",
        "compute networks vpc-access connectors update",
        "sql instances patch",
        "sql instances patch",
        "sql instances patch",
        "sql instances patch",
    ]


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


def field_paths(expression: str) -> set[str]:
    """The dotted fields an expression reads: no literals, functions, macros or their variables."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    found = re.findall(r"(?<![\w.])([A-Za-z]\w*(?:\.\w+)*?)(?=\.\w+\(|[^\w.(]|$)", bare)
    names = {name.removeprefix("resource.") for name in found}
    return {n for n in names if n not in {"in", "f"} and not n.startswith("f.")}


def has_field(document: dict[str, Any], schema: str, path: str) -> bool:
    here: dict[str, Any] = document["schemas"][schema]
    for part in path.split("."):
        if part not in here.get("properties", {}):
            return False
        here = here["properties"][part]
        here = document["schemas"][here["$ref"]] if "$ref" in here else here
    return True


def unknown_fields(command: CommandText) -> list[str]:
    paths = {path for check in command.checks for path in field_paths(check.expression)}
    lines = [line.strip() for line in command.text.splitlines()]
    line = next(line for line in lines if line.startswith(("gcloud ", "curl ")))
    if line.startswith("curl "):
        return sorted(paths - CURL)
    prefix = next(prefix for prefix in SCHEMAS if line.startswith(prefix))
    name, schema = SCHEMAS[prefix]
    document = json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    return sorted(path for path in paths if not has_field(document, schema, path))


def test_checks_read_fields_that_the_interfaces_have(shipped: Runbook) -> None:
    unknown = {
        c.text: unknown_fields(c) for phase in shipped.phases for c in commands(phase) if c.checks
    }
    assert {text: fields for text, fields in unknown.items() if fields} == {}


def test_field_paths_leaves_functions_and_macros_out() -> None:
    assert field_paths('"a" in settings.databaseFlags.map(f, f.name) && size(backends) > 0') == {
        "settings.databaseFlags",
        "backends",
    }
