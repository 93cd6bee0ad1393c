"""Google Cloud Monitoring's webhook, schema 1.2, and the message of its console's test button."""

from __future__ import annotations

from runbook.alerts.message import Malformed, Message, Told
from runbook.alerts.payload import Object, digest, first_text, inner, labels, moment, text
from runbook.alerts.payload import web_link as link
from runbook.alerts.severity import severity_of

NAME = "google"

FIRING, OVER = frozenset({"open"}), frozenset({"closed"})


def read(body: Object) -> Message:
    incident = inner(body.get("incident"))
    if not incident:
        raise Malformed('There is no "incident": this is not a message of Cloud Monitoring.')
    state = text(incident.get("state")).lower()
    if state not in FIRING | OVER:
        raise Malformed(f"The state of its incident, “{state[:40]}”, is neither open nor closed.")
    version = text(body.get("version"))
    known = ("1.2", "test")
    notes = () if version in known else (f"Version “{version[:20]}” is read as 1.2.",)
    return Message((_told(incident, state),), is_test=version == "test", notes=notes)


def _told(incident: Object, state: str) -> Told:
    own = _labels(incident)
    policy, condition = (text(incident.get(name)) for name in ("policy_name", "condition_name"))
    title = " · ".join(dict.fromkeys(filter(None, (policy, condition))))
    documentation = incident.get("documentation")
    explained = text(inner(documentation).get("content")) or text(documentation)
    said = text(incident.get("summary"))
    began, ended = moment(incident.get("started_at")), moment(incident.get("ended_at"))
    return Told(
        key=text(incident.get("incident_id")) or digest(own),
        is_firing=state in FIRING,
        title=title or said or "An incident without a name",
        summary="\n\n".join(filter(None, (said, explained))),
        severity=severity_of(incident.get("severity"), own.get("severity")),
        labels=own,
        link=link(incident.get("url")),
        starts_at=began,
        ends_at=ended,
        said_at=began if state in FIRING else ended,
    )


def _labels(incident: Object) -> dict[str, str]:
    """Labels of the policy, the resource and the metric, and what Google says beside them."""
    resource, metric = inner(incident.get("resource")), inner(incident.get("metric"))
    metadata = inner(incident.get("metadata"))
    said = {
        "policy": incident.get("policy_name"),
        "condition": incident.get("condition_name"),
        "project": first_text(
            incident.get("scoping_project_id"), inner(resource.get("labels")).get("project_id")
        ),
        "resource_type": resource.get("type"),
        "resource": first_text(
            incident.get("resource_display_name"), incident.get("resource_name")
        ),
        "metric_type": metric.get("type"),
    }
    return {
        **labels(metadata.get("user_labels")),
        **labels(metric.get("labels")),
        **labels(resource.get("labels")),
        **labels(incident.get("policy_user_labels")),
        **{name: text(value) for name, value in said.items() if text(value)},
    }
