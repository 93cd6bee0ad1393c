"""Grafana's webhook: unified alerting, which looks like Alertmanager's, and the alerting of before,
with one rule in each message; and the signature that a contact point may have."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from runbook.alerts.kinds import alertmanager
from runbook.alerts.message import Malformed, Message, Told
from runbook.alerts.payload import Object, first_text, labels, objects, text
from runbook.alerts.payload import web_link as link
from runbook.alerts.severity import severity_of

NAME = "grafana"

FIRING, OVER = frozenset({"alerting", "no_data"}), frozenset({"ok"})
NEITHER = frozenset({"pending", "paused", "unknown"})

FRESH_FOR = timedelta(minutes=5)


def read(body: Object) -> Message:
    if isinstance(body.get("alerts"), list):
        return _unified(body)
    if "ruleName" in body or "ruleId" in body:
        return _legacy(body)
    raise Malformed('There is neither a list "alerts" nor a "ruleName": this is not of Grafana.')


def _unified(body: Object) -> Message:
    message = alertmanager.read(body)
    alerts = [one for one in objects(body.get("alerts")) if labels(one.get("labels"))]
    told = tuple(_with_own(one, alert) for one, alert in zip(message.alerts, alerts, strict=True))
    is_test = bool(told) and all(_is_test(one) for one in told)
    return replace(message, alerts=told, is_test=is_test)


def _with_own(told: Told, alert: Object) -> Told:
    """With the panel to look at, and the values that Grafana measured."""
    values = text(alert.get("valueString"))
    summary = told.summary or (f"Measured: {values}" if values else "")
    panel = link(alert.get("panelURL"), alert.get("dashboardURL"), told.link)
    return replace(told, summary=summary, link=panel)


def _is_test(told: Told) -> bool:
    """As the button "Test" of a contact point sends it."""
    return told.labels.get("alertname") == "TestAlert" and told.labels.get("instance") == "Grafana"


def _legacy(body: Object) -> Message:
    name = first_text(body.get("ruleName"), body.get("title"))
    rule = first_text(body.get("ruleId"), body.get("ruleName"))
    state = text(body.get("state")).lower()
    if state in NEITHER:
        return Message((), notes=(f"“{name}” is {state}: it neither fires nor has recovered.",))
    if state not in FIRING | OVER:
        raise Malformed(f"Its state “{state[:40]}” is none that Grafana has.")
    tags = labels(body.get("tags"))
    told = Told(
        key=f"rule/{text(body.get('orgId')) or '1'}/{rule}",
        is_firing=state in FIRING,
        title=name or "A rule without a name",
        summary=first_text(body.get("message"), body.get("title")),
        severity=severity_of(tags.get("severity"), tags.get("priority")),
        labels=tags | {"alertname": name, "state": state},
        link=link(body.get("ruleUrl")),
    )
    return Message((told,), is_test=name == "Test notification")


def is_signed(body: bytes, *, header: str, at: str, secret: str) -> bool:
    """Whether the header's signature, in hex, is ours over these bytes, or over "<at>:<bytes>"
    where the contact point names a header for the time."""
    signed = f"{at}:".encode() + body if at else body
    ours = hmac.digest(secret.encode(), signed, hashlib.sha256).hex()
    return hmac.compare_digest(ours.encode(), header.strip().lower().encode())


def is_fresh(at: str, now: datetime) -> bool:
    """Whether it was signed about now: `at` is in seconds since 1970."""
    seconds = float(at) if at.isascii() and at.isdecimal() and len(at) <= 12 else 0.0
    return abs(now.timestamp() - seconds) <= FRESH_FOR.total_seconds()
