"""Prometheus Alertmanager's webhook, version 4 and what imitates it.

Imitators leave out version, groupKey, the alerts' status and fingerprint; an alert without a status
has that of the whole message, one without a fingerprint is known by its labels.
"""

from __future__ import annotations

from collections.abc import Iterator

from runbook.alerts.message import Malformed, Message, Told
from runbook.alerts.payload import Object, digest, first_text, labels, moment, objects, text
from runbook.alerts.payload import web_link as link
from runbook.alerts.severity import severity_of
from runbook.document.definition import Json

NAME = "alertmanager"

STATES = ("firing", "resolved")
_MOST_COUNTED = 10**9


def read(body: Object) -> Message:
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        raise Malformed('There is no list "alerts": this is not a message of Alertmanager.')
    notes = tuple(_notes(body))
    told = tuple(told_of(one, body) for one in objects(alerts) if labels(one.get("labels")))
    passed = len(alerts) - len(told)
    if alerts and not told:
        raise Malformed("None of its alerts has labels, so nothing tells them apart.")
    skipped = (f"{passed} without labels were passed over.",) if passed else ()
    return Message(told, group=text(body.get("groupKey")), notes=notes + skipped)


def told_of(alert: Object, body: Object) -> Told:
    own = labels(alert.get("labels"))
    annotations = labels(alert.get("annotations"))
    common = labels(body.get("commonAnnotations"))
    name = own.get("alertname", "")
    said = first_text(annotations.get("summary"), annotations.get("title"), annotations.get("name"))
    more = first_text(annotations.get("description"), annotations.get("message"))
    return Told(
        key=text(alert.get("fingerprint")) or digest(own),
        is_firing=_is_firing(alert, body),
        title=said or name or first_text(common.get("summary")) or "An alert without a name",
        summary=first_text(more, common.get("description"), common.get("message")),
        severity=severity_of(own.get("severity"), own.get("priority"), own.get("level")),
        labels=own,
        link=link(alert.get("generatorURL"), body.get("externalURL")),
        starts_at=moment(alert.get("startsAt")),
        ends_at=moment(alert.get("endsAt")),
    )


def _is_firing(alert: Object, body: Object) -> bool:
    """Words decide, not the end: a firing alert may carry the time at which it would expire."""
    said: Json = alert.get("status") if text(alert.get("status")) else body.get("status")
    return text(said).lower() != "resolved"


def _notes(body: Object) -> Iterator[str]:
    status = text(body.get("status")).lower()
    if status and status not in STATES:
        yield f"Its status “{status[:40]}” is not known; it is taken as firing."
    left_out = body.get("truncatedAlerts")
    if isinstance(left_out, int | float) and 1 <= left_out < _MOST_COUNTED:
        yield f"Its sender left out {left_out:.0f} more alerts (max_alerts)."
