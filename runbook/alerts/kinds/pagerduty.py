"""PagerDuty's webhook, version 3, and its signature.

An event about an incident carries the incident as it stands; events about notes, responders and
services say nothing about whether something is wrong.
"""

from __future__ import annotations

import hashlib
import hmac

from runbook.alerts.message import Malformed, Message, Told
from runbook.alerts.payload import Object, first_text, inner, moment, text
from runbook.alerts.payload import web_link as link
from runbook.alerts.severity import severity_of

NAME = "pagerduty"

FIRING, OVER = frozenset({"triggered", "acknowledged"}), frozenset({"resolved"})
PING = "pagey.ping"


def read(body: Object) -> Message:
    if "messages" in body:
        raise Malformed(
            "This is a webhook of PagerDuty's version 2, which PagerDuty no longer supports. Make a"
            " Generic Webhook (v3) for this address."
        )
    event = inner(body.get("event"))
    kind = text(event.get("event_type"))
    if not kind:
        raise Malformed('There is no "event" with an "event_type": this is not of PagerDuty.')
    if kind == PING:
        return Message((), is_test=True)
    incident = inner(event.get("data"))
    if text(incident.get("type")) != "incident":
        return Message((), notes=(f"“{kind[:60]}” says nothing about what fires.",))
    return Message((_told(incident, event),))


def _told(incident: Object, event: Object) -> Told:
    status = text(incident.get("status")).lower()
    if status not in FIRING | OVER:
        raise Malformed(f"The status of its incident, “{status[:40]}”, is none that is known.")
    key = text(incident.get("id"))
    if not key:
        raise Malformed("Its incident has no id.")
    own = _labels(incident)
    number = text(incident.get("number"))
    said_at = moment(event.get("occurred_at"))
    return Told(
        key=key,
        is_firing=status in FIRING,
        title=text(incident.get("title")) or f"Incident {number or key}",
        summary=f"PagerDuty's incident {number or key} is {status}.",
        severity=severity_of(own.get("priority"), own.get("urgency")),
        labels=own,
        link=link(incident.get("html_url")),
        starts_at=moment(incident.get("created_at")),
        ends_at=said_at if status in OVER else None,
        said_at=said_at,
    )


def _labels(incident: Object) -> dict[str, str]:
    teams = incident.get("teams")
    first_team = inner(teams[0]) if isinstance(teams, list) and teams else {}
    said = {
        "service": _name(incident.get("service")),
        "service_id": text(inner(incident.get("service")).get("id")),
        "team": _name(first_team),
        "urgency": text(incident.get("urgency")),
        "priority": _name(incident.get("priority")),
        "escalation_policy": _name(incident.get("escalation_policy")),
        "incident_key": text(incident.get("incident_key")),
    }
    return {name: value for name, value in said.items() if value}


def _name(written: object) -> str:
    known = inner(written)  # type: ignore[arg-type]  # JSON, whatever it is
    return first_text(known.get("summary"), known.get("name"))


def is_signed(body: bytes, *, header: str, secret: str) -> bool:
    """Whether one of the header's signatures ("v1=…,v1=…", more than one while a secret is being
    changed) is ours over these bytes."""
    ours = "v1=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    given = [one.strip() for one in header.split(",")][:10]
    matches = [hmac.compare_digest(ours.encode(), one.encode()) for one in given]
    return any(matches)
