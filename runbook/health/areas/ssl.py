"""Certificates: those of load balancers, and those of Certificate Manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runbook.cloud import late
from runbook.commands.cloud_run.resource import object_at, text_at
from runbook.document.definition import Json
from runbook.health.compute_places import named_in, place_of, scope_of
from runbook.health.kinds import AreaWords, Asked, Fact, Field, Kind, Read, Seen
from runbook.health.report import Area, Finding, Measured
from runbook.health.settling import advised, following, mended

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_DAY = 86400.0
_FIELDS = (
    Field("status", "text", "ACTIVE, PROVISIONING, …"),
    Field("domains", "texts", "names that it must hold"),
    Field(
        "days_left",
        "number",
        "days until it ends",
        says="Certificate '{name}': days left {found}, should be {expected}",
    ),
)
_READS = ("status", "domains", "days_left")
_full_name = named_in("sslCertificates")


def _certificate(session: Session, asked: Asked) -> Seen:
    found = session.compute.get("sslCertificates", place_of(asked), asked.name)
    managed = object_at(found, "managed")
    domains = managed.get("domains") or found.get("subjectAlternativeNames") or []
    status = text_at(managed, "status") or "ACTIVE"  # one of one's own serves as soon as it exists
    snapshot: dict[str, Json] = {
        "type": text_at(found, "type"),
        "domains": domains,
    }
    return _seen(asked, _full_name(asked), status, snapshot, text_at(found, "expireTime"))


def _managed_name(asked: Asked) -> str:
    place = asked.resource.region or "global"
    return f"projects/{asked.project}/locations/{place}/certificates/{asked.name}"


def _managed(session: Session, asked: Asked) -> Seen:
    found = session.certificate_manager.certificate(_managed_name(asked))
    status = text_at(found, "managed", "state") or "ACTIVE"
    names = found.get("sanDnsnames") or object_at(found, "managed").get("domains") or []
    ends = text_at(found, "expireTime")
    return _seen(asked, _managed_name(asked), status, {"domains": names}, ends)


def _seen(asked: Asked, name: str, status: str, snapshot: dict[str, Json], ends: str) -> Seen:
    """A certificate that is still made has no end."""
    facts: dict[str, Fact] = {"status": status, "domains": snapshot["domains"]}
    days = _days_until(ends, asked.at)
    if days is None:
        return Seen(facts, snapshot)
    return Seen(facts | {"days_left": days}, snapshot, (Measured("certificate.days", name, days),))


def _days_until(ends: str, at: datetime) -> float | None:
    try:
        moment = datetime.fromisoformat(ends)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round((moment - at).total_seconds() / _DAY, 1)


def _settle(
    asked: Asked, _facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    findings = following(asked, findings, "status", ("days_left",))
    advice = {
        "status": "A proxy must serve it, and its names lead to the load balancer; the certificate"
        " has the status of each.",
        "domains": "Create another with all names and have the proxy serve both; once it is ACTIVE,"
        " take this one away.",
        "days_left": "Replace it, and find out why nothing renews it.",
    }
    return advised(asked, mended(asked, findings, {"exists": _create(asked)}), advice)


def _create(asked: Asked) -> str:
    names = asked.resource.wanted("domains")
    if not isinstance(names, list) or any("*" in str(name) for name in names):
        return ""
    domains = ",".join(str(name) for name in names)
    where = scope_of(asked)
    return f"gcloud compute ssl-certificates create {asked.name} --domains={domains} {where}"


def _settle_managed(
    asked: Asked, _facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    findings = following(asked, findings, "status", ("days_left",))
    advice = {
        "status": "Look at its authorization: the DNS records must let Google issue it.",
        "days_left": "Google renews it by itself: look at its authorization.",
    }
    return advised(asked, findings, advice)


CERTIFICATES = Kind(
    section="certificates",
    area=Area.SSL,
    title="Certificate",
    fields=_FIELDS,
    full_name=_full_name,
    reads=(Read(_READS, _certificate),),
    settle=_settle,
    imports=late.compute,
)
MANAGED = Kind(
    section="managed_certificates",
    area=Area.SSL,
    title="Certificate",
    fields=_FIELDS,
    full_name=_managed_name,
    reads=(Read(_READS, _managed),),
    settle=_settle_managed,
)

AREA = AreaWords(
    Area.SSL,
    "SSL Certificates",
    "All SSL certificates are active",
    "SSL certificate issues",
    (CERTIFICATES, MANAGED),
)
