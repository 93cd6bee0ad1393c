"""A Cloud Run service in words, as `gcloud run services describe` tells it."""

from __future__ import annotations

import textwrap

from runbook.commands.cloud_run.container_words import container_words, volume_words
from runbook.commands.cloud_run.resource import (
    CONNECTOR,
    EGRESS,
    INTERFACES,
    LEAST_INSTANCES,
    MOST_INSTANCES,
    annotation,
    condition,
    last_modifier,
    last_transition,
    object_at,
    objects_at,
    region,
    symbol,
    template,
    text_at,
    url,
)
from runbook.commands.cloud_run.traffic import Share, shares
from runbook.commands.language import layout
from runbook.commands.language.layout import Block, labels, lines, section
from runbook.commands.language.texts_in_json import first_object
from runbook.document.definition import Json

_RUN = "run.googleapis.com"
_INTERNAL = (
    "client.knative.dev",
    "serving.knative.dev",
    "autoscaling.knative.dev",
    "eventing.knative.dev",
    "cloud.googleapis.com",
    "run.googleapis.com",
)
_GENERATIONS = {"gen1": "First Generation", "gen2": "Second Generation"}
_MESSAGE_WIDTH = 100
_MOST_WIDTH = 60


def service_words(service: Json) -> str:
    """Lines, each ended by a newline."""
    settings = _settings(service)
    return layout.laid_out(
        lines(
            _heading(service),
            _own_labels(service),
            " ",
            _traffic(
                service,
                ("URL", url(service)),
                ("Ingress", _ingress(service)),
                ("Iap Enabled", annotation(service, f"{_RUN}/iap-enabled")),
            ),
            " ",
            settings,
            " " if layout.shows_something(settings) else "",
            labels((_last_update(service), _revision(service))),
            _message(service),
        )
    )


def traffic_words(service: Json) -> str:
    """Who gets the traffic, as `gcloud run services update-traffic` tells it."""
    return layout.laid_out(_traffic(service, ("URL", text_at(service, "status", "url"))))


def _traffic(service: Json, *route: tuple[str, str]) -> layout.Section:
    rows = [(_percents(share), _name(share), _tag_words(share)) for share in shares(service)]
    shared = section(layout.Rows(rows), most_width=_MOST_WIDTH)
    told = [labels(one) for one in route]
    return section(*told, labels(("Traffic", shared)), most_width=_MOST_WIDTH)


def _percents(share: Share) -> str:
    wished, actual = _percent(share.wished), _percent(share.actual)
    return wished if wished == actual else f"{wished:4} (currently {actual})"


def _percent(percent: int | None) -> str:
    return "-" if percent is None else f"{percent}%"


def _name(share: Share) -> str:
    return f"{share.key} (currently {share.revision})" if share.is_latest else share.revision


def _tag_words(share: Share) -> layout.Rows:
    return layout.Rows(
        [
            ("", f"  {tag}{_movement(is_wished=is_wished, is_there=is_there)}:", address)
            for tag, address, is_wished, is_there in share.tags
        ]
    )


def _movement(*, is_wished: bool, is_there: bool) -> str:
    if is_wished and is_there:
        return ""
    return " (Adding)" if is_wished else " (Deleting)"


def _heading(service: Json) -> str:
    name = text_at(service, "metadata", "name")
    place = f"region {region(service)}"
    if not region(service):
        place = f"namespace {text_at(service, 'metadata', 'namespace')}"
    return f"{symbol(service)} Service {name} in {place}"


def _own_labels(resource: Json) -> str:
    """Those that people gave."""
    found = object_at(resource, "metadata", "labels").items()
    return " ".join(sorted(f"{key}:{value}" for key, value in found if not _is_internal(key)))


def _is_internal(key: str) -> bool:
    return key.startswith(_INTERNAL)


def _ingress(service: Json) -> str:
    wished = annotation(service, f"{_RUN}/ingress")
    actual = annotation(service, f"{_RUN}/ingress-status")
    return wished if wished == actual else f"{wished or '-'} (currently {actual or '-'})"


def _settings(service: Json) -> layout.Section:
    is_watched = annotation(service, f"{_RUN}/threat-detection").lower() == "true"
    return section(
        labels(("Binary Authorization", annotation(service, f"{_RUN}/binary-authorization"))),
        labels(("Scaling", _scaling(service))),
        labels(
            (
                "Breakglass Justification",
                annotation(service, f"{_RUN}/binary-authorization-breakglass"),
            )
        ),
        labels(("Description", annotation(service, f"{_RUN}/description"))),
        labels(("Threat Detection", "Enabled" if is_watched else "")),
    )


def _scaling(service: Json) -> str:
    if _is_scaled_by_hand(service):
        return f"Manual (Instances: {annotation(service, f'{_RUN}/manualInstanceCount')})"
    least = annotation(service, f"{_RUN}/minScale") or "0"
    most = annotation(service, f"{_RUN}/maxScale")
    return f"Auto (Min: {least}, Max: {most})" if most else f"Auto (Min: {least})"


def _is_scaled_by_hand(service: Json) -> bool:
    return annotation(service, f"{_RUN}/scalingMode") == "manual"


def _last_update(service: Json) -> str:
    moment = last_transition(service) or "?"
    return f"Last updated on {moment} by {last_modifier(service) or '?'}"


def _revision(service: Json) -> Block:
    made_of = template(service)
    name = text_at(service, "status", "latestCreatedRevisionName") or "None"
    return lines(
        f"Revision {name}",
        _own_labels(made_of),
        lines(container_words(made_of), _limits(made_of, service)),
    )


def _limits(made_of: Json, service: Json) -> layout.Rows:
    seconds = text_at(made_of, "spec", "timeoutSeconds")
    by_hand = _is_scaled_by_hand(service)
    return labels(
        ("Service account", text_at(made_of, "spec", "serviceAccountName")),
        ("Concurrency", text_at(made_of, "spec", "containerConcurrency")),
        ("Min instances", "" if by_hand else annotation(made_of, LEAST_INSTANCES)),
        ("Max instances", "" if by_hand else annotation(made_of, MOST_INSTANCES)),
        ("SQL connections", annotation(made_of, f"{_RUN}/cloudsql-instances").replace(",", ", ")),
        ("Timeout", f"{seconds}s" if seconds else ""),
        ("VPC access", _network(made_of)),
        ("CMEK", annotation(made_of, f"{_RUN}/encryption-key").rsplit("/", 1)[-1]),
        ("HTTP/2 Enabled", "Enabled" if _speaks_http2(made_of) else ""),
        ("CPU Allocation", _allocation(annotation(made_of, f"{_RUN}/cpu-throttling"))),
        ("Execution Environment", _environment(made_of)),
        ("Session Affinity", annotation(made_of, f"{_RUN}/sessionAffinity")),
        ("Volumes", volume_words(made_of)),
    )


def _network(made_of: Json) -> layout.Cell:
    connector, egress = annotation(made_of, CONNECTOR), annotation(made_of, EGRESS)
    if connector:
        return labels(("Connector", connector), ("Egress", egress))
    interface = first_object(annotation(made_of, INTERFACES))
    if not interface:
        return ""
    return labels(
        ("Network", text_at(interface, "network")),
        ("Subnet", text_at(interface, "subnetwork")),
        ("Egress", egress),
    )


def _speaks_http2(made_of: Json) -> bool:
    containers = objects_at(made_of, "spec", "containers")
    ports = [port for container in containers for port in objects_at(container, "ports")]
    return any(port.get("name") == "h2c" for port in ports)


def _allocation(throttling: str) -> str:
    if not throttling:
        return ""
    if throttling.lower() == "false":
        return "CPU is always allocated"
    return "CPU is only allocated during request processing"


def _environment(made_of: Json) -> str:
    name = annotation(made_of, f"{_RUN}/execution-environment")
    return _GENERATIONS.get(name, name)


def _message(service: Json) -> str:
    text = text_at(condition(service, "Ready"), "message")
    return textwrap.fill(f"{symbol(service)} {text}", _MESSAGE_WIDTH) if text else ""
