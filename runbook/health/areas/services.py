"""Cloud Run services: whether their newest revision serves, and what it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from runbook.commands.cloud_run.environment import environment
from runbook.commands.cloud_run.resource import (
    CONNECTOR,
    EGRESS,
    LEAST_INSTANCES,
    MOST_INSTANCES,
    condition,
    main_container,
    object_at,
    ready,
    template,
    text_at,
)
from runbook.commands.cloud_run.resource import annotation as annotated
from runbook.document.definition import Json
from runbook.health.kinds import AreaWords, Asked, Fact, Field, Judged, Kind, Read, Seen
from runbook.health.report import Area, Finding
from runbook.health.settling import advised, following, mended

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_FLAGS = {
    "connector": "vpc-connector",
    "egress": "vpc-egress",
    "cpu": "cpu",
    "memory": "memory",
    "account": "service-account",
}


def _name(asked: Asked) -> str:
    return f"projects/{asked.project}/locations/{asked.region}/services/{asked.name}"


def _service(session: Session, asked: Asked) -> Seen:
    found = session.run.service(asked.project, asked.region, asked.name)
    made_of = template(found)
    _index, container = main_container(made_of)
    limits = object_at(container, "resources", "limits")
    variables = environment(container)
    names: list[Json] = [*sorted(variables)]
    facts: dict[str, Fact] = {
        "ready": _readiness(found),
        "connector": annotated(made_of, CONNECTOR).rpartition("/")[2],
        "egress": annotated(made_of, EGRESS),
        "cpu": text_at(limits, "cpu"),
        "memory": text_at(limits, "memory"),
        "environment": names,
        "min_instances": _count(annotated(made_of, LEAST_INSTANCES)),
        "max_instances": _count(annotated(made_of, MOST_INSTANCES)),
        "account": text_at(made_of, "spec", "serviceAccountName"),
    }
    snapshot: dict[str, Json] = {"environment": names}
    kept = ("connector", "egress", "cpu", "memory", "min_instances", "max_instances", "account")
    return Seen(facts, snapshot | {name: _plain(facts[name]) for name in kept})


def _plain(fact: Fact) -> Json:
    return fact if isinstance(fact, str | int) else None


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _readiness(service: dict[str, Json]) -> Judged:
    newest = text_at(service, "status", "latestCreatedRevisionName")
    serving = text_at(service, "status", "latestReadyRevisionName")
    if ready(service) == "True" and newest == serving:
        return Judged(is_met=True, words=f"{newest} serves")
    why = text_at(condition(service, "Ready"), "message")
    instead = f"{serving} serves in its place" if serving and serving != newest else "none serves"
    return Judged(is_met=False, words=f"{newest} is not ready, {instead}. {why}".strip())


def _settle(
    asked: Asked, facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    """Without its connector a service has no way out at all, and may not even start."""
    if not facts.get("connector"):
        findings = following(asked, findings, "connector", ("egress",))
    findings = following(asked, findings, "connector", ("ready",), as_risk=True)
    findings = following(asked, findings, "environment", ("ready",), as_risk=True)
    fixes = _update(asked, findings)
    advice = {
        "ready": "Read its log and its newest revision; traffic can go back to an earlier one.",
        "environment": "Deploy it again with the missing variables.",
        "exists": "Deploy it again.",
    }
    return advised(asked, mended(asked, findings, fixes), advice)


def _update(asked: Asked, findings: Sequence[Finding]) -> dict[str, str]:
    """One new revision with all that is wrong put right, by field."""
    wrong = {one.expectation for one in findings if one.verdict == "failed"}
    values = {
        field: asked.resource.wanted(field) for field in _FLAGS if asked.expectation(field) in wrong
    }
    wanted = {field: value for field, value in values.items() if value is not None}
    flags = " ".join(f"--{_FLAGS[field]}={value}" for field, value in wanted.items())
    where = f"--region={asked.region} --project={asked.project}"
    return dict.fromkeys(wanted, f"gcloud run services update {asked.name} {flags} {where}")


SERVICES = Kind(
    section="services",
    area=Area.SERVICES,
    title="Service",
    fields=(
        Field(
            "ready",
            "flag",
            "whether its newest revision serves",
            says="Service '{name}': {found}",
        ),
        Field(
            "connector",
            "text",
            "short name of its VPC connector",
            says="Service '{name}' has incorrect VPC connector: '{found}'",
        ),
        Field(
            "egress",
            "text",
            "what goes through the connector: all-traffic or private-ranges-only",
            says="Service '{name}' has incorrect VPC egress: '{found}'",
        ),
        Field("cpu", "quantity", "limit of its CPU"),
        Field("memory", "quantity", "limit of its memory"),
        Field(
            "environment",
            "texts",
            "names of variables that must be set",
            says="Service '{name}' lacks variables of {expected}: it has {found}",
        ),
        Field("min_instances", "number", "least number of its instances"),
        Field("max_instances", "number", "greatest number of its instances"),
        Field("account", "text", "the service account it runs as"),
    ),
    full_name=_name,
    reads=(
        Read(
            (
                "ready",
                "connector",
                "egress",
                "cpu",
                "memory",
                "environment",
                "min_instances",
                "max_instances",
                "account",
            ),
            _service,
        ),
    ),
    settle=_settle,
)

AREA = AreaWords(
    Area.SERVICES,
    "Cloud Run Services",
    "All Cloud Run services are properly configured",
    "Cloud Run service issues",
    (SERVICES,),
)
