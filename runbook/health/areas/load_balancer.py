"""Load balancers: health checks, time-outs of back ends, and where hosts and paths lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from runbook.cloud import late
from runbook.commands.cloud_run.resource import object_at, objects_at, text_at
from runbook.document.definition import Json
from runbook.health.compute_places import named_in, place_of, scope_of, short, shorts
from runbook.health.kinds import AreaWords, Asked, Fact, Field, Kind, Read, Seen
from runbook.health.naming import PAGE
from runbook.health.report import Area, Finding
from runbook.health.settling import advised, failed, mended
from runbook.health.url_map import service_for

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

_TIMINGS = {
    "check_interval": ("check-interval", "checkIntervalSec"),
    "timeout": ("timeout", "timeoutSec"),
    "healthy_threshold": ("healthy-threshold", "healthyThreshold"),
    "unhealthy_threshold": ("unhealthy-threshold", "unhealthyThreshold"),
}
_IN_SECONDS = ("check_interval", "timeout")


def _health_check(session: Session, asked: Asked) -> Seen:
    found = session.compute.get("healthChecks", place_of(asked), asked.name)
    kind = text_at(found, "type")
    inner = object_at(found, f"{kind.lower()}HealthCheck")
    snapshot: dict[str, Json] = {field: found.get(field) for _flag, field in _TIMINGS.values()}
    snapshot |= {
        "type": kind,
        "requestPath": text_at(inner, "requestPath"),
        "port": inner.get("port"),
    }
    facts: dict[str, Fact] = {name: found.get(field) for name, (_f, field) in _TIMINGS.items()}
    told: dict[str, Fact] = {"protocol": kind, "request_path": snapshot["requestPath"]}
    return Seen(facts | told | {"port": snapshot["port"]}, snapshot)


def _settle_health_check(
    asked: Asked, facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    wrong = failed(asked, findings)
    flags = {field: flag for field, (flag, _name) in _TIMINGS.items()}
    flags |= {"request_path": "request-path", "port": "port"}
    values = {field: asked.resource.wanted(field) for field in flags if field in wrong}
    wanted = {field: value for field, value in values.items() if value is not None}
    changes = " ".join(
        f"--{flags[field]}={value}{'s' if field in _IN_SECONDS else ''}"
        for field, value in wanted.items()
    )
    protocol = str(facts.get("protocol")).lower()
    update = f"gcloud compute health-checks update {protocol} {asked.name} {changes}"
    return mended(asked, findings, dict.fromkeys(wanted, f"{update} {scope_of(asked)}"))


def _backend_service(session: Session, asked: Asked) -> Seen:
    found = session.compute.get("backendServices", place_of(asked), asked.name)
    groups: list[Json] = [short(one.get("group")) for one in objects_at(found, "backends")]
    snapshot: dict[str, Json] = {
        "timeoutSec": found.get("timeoutSec"),
        "protocol": text_at(found, "protocol"),
        "healthChecks": shorts(found.get("healthChecks")),
        "backends": groups,
        "sessionAffinity": text_at(found, "sessionAffinity"),
    }
    facts: dict[str, Fact] = {
        "timeout": snapshot["timeoutSec"],
        "protocol": snapshot["protocol"],
        "health_checks": snapshot["healthChecks"],
        "backends": groups,
    }
    return Seen(facts, snapshot)


def _settle_backend_service(
    asked: Asked, _facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    seconds = asked.resource.wanted("timeout")
    if seconds is None:
        return findings
    update = f"gcloud compute backend-services update {asked.name} --timeout={seconds}s"
    return mended(asked, findings, {"timeout": f"{update} {scope_of(asked)}"})


def _url_map(session: Session, asked: Asked) -> Seen:
    found = session.compute.get("urlMaps", place_of(asked), asked.name)
    asks = [one.key for one in asked.resource.expects("routes")]
    routes: dict[str, Json] = {url: short(service_for(found, url)) for url in asks}
    default = short(found.get("defaultService"))
    rules = {"hostRules": found.get("hostRules"), "pathMatchers": found.get("pathMatchers")}
    return Seen({"default_service": default, "routes": routes}, {"defaultService": default} | rules)


def _proxy(session: Session, asked: Asked) -> Seen:
    found = session.compute.get("targetHttpsProxies", place_of(asked), asked.name)
    certificates = shorts(found.get("sslCertificates"))
    url_map = short(found.get("urlMap"))
    snapshot: dict[str, Json] = {"urlMap": url_map, "sslCertificates": certificates}
    return Seen({"url_map": url_map, "certificates": certificates}, snapshot)


def _settle_proxy(
    asked: Asked, facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    """The list is replaced as a whole: what it holds stays in it."""
    held, wanted = facts.get("certificates"), asked.resource.wanted("certificates")
    if not isinstance(held, list) or not isinstance(wanted, list):
        return findings
    names = ",".join(dict.fromkeys(str(one) for one in (*held, *wanted)))
    update = f"gcloud compute target-https-proxies update {asked.name} --ssl-certificates={names}"
    advice = {
        "certificates": "Keep the present ones until the new one is ACTIVE: before a proxy"
        " serves it, Google does not issue it."
    }
    fixes = {"certificates": f"{update} {scope_of(asked)}"}
    return advised(asked, mended(asked, findings, fixes), advice)


HEALTH_CHECKS = Kind(
    section="health_checks",
    area=Area.LOAD_BALANCER,
    title="Health check",
    fields=(
        Field("protocol", "text", "HTTP, HTTPS, HTTP2, TCP or SSL"),
        Field("check_interval", "seconds", "time between two questions"),
        Field("timeout", "seconds", "time for an answer, at most the interval"),
        Field("healthy_threshold", "number", "answers in a row until healthy"),
        Field("unhealthy_threshold", "number", "failures in a row until unhealthy"),
        Field("request_path", "text", "path that is asked"),
        Field("port", "number", "port that is asked"),
    ),
    full_name=named_in("healthChecks"),
    reads=(Read(("protocol", *_TIMINGS, "request_path", "port"), _health_check),),
    settle=_settle_health_check,
    imports=late.compute,
)
BACKEND_SERVICES = Kind(
    section="backend_services",
    area=Area.LOAD_BALANCER,
    title="Backend service",
    fields=(
        Field("timeout", "seconds", "time for an answer; Google takes none of serverless ones"),
        Field("protocol", "text", "HTTP, HTTPS, HTTP2, TCP, …"),
        Field("health_checks", "texts", "short names of its health checks"),
        Field("backends", "texts", "short names of the groups behind it"),
    ),
    full_name=named_in("backendServices"),
    reads=(Read(("timeout", "protocol", "health_checks", "backends"), _backend_service),),
    settle=_settle_backend_service,
    imports=late.compute,
)
URL_MAPS = Kind(
    section="url_maps",
    area=Area.LOAD_BALANCER,
    title="URL map",
    fields=(
        Field("default_service", "text", "short name of the service for all other requests"),
        Field(
            "routes",
            "text",
            "the service that answers a URL",
            says="URL map '{name}' sends {key} to '{found}', expected '{expected}'",
            keyed=True,
            entry_names=PAGE,
        ),
    ),
    full_name=named_in("urlMaps"),
    reads=(Read(("default_service", "routes"), _url_map),),
    imports=late.compute,
)
PROXIES = Kind(
    section="https_proxies",
    area=Area.LOAD_BALANCER,
    title="HTTPS proxy",
    fields=(
        Field("url_map", "text", "short name of its URL map"),
        Field("certificates", "texts", "short names of certificates that it must serve"),
    ),
    full_name=named_in("targetHttpsProxies"),
    reads=(Read(("url_map", "certificates"), _proxy),),
    settle=_settle_proxy,
    imports=late.compute,
)

AREA = AreaWords(
    Area.LOAD_BALANCER,
    "Load Balancer",
    "Load balancer configuration is valid",
    "load balancer issues",
    (HEALTH_CHECKS, BACKEND_SERVICES, URL_MAPS, PROXIES),
)
