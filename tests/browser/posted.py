"""Sources, rules and messages of alerts, as pages about them show them. What fires belongs to no
environment, so that the pages of these stay as they are."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents.actions import alert_messages, alert_rules, alert_sources
from incidents.actions.alert_rule_terms import Terms
from incidents.models import Environment
from runbook.alerts.matching import Matcher

BODY = b"""{"version": "4", "status": "firing", "alerts": [
  {"labels": {"alertname": "QueueGrows", "severity": "warning", "zone": "us-central1-c"},
   "annotations": {"summary": "The queue of mails grows"},
   "generatorURL": "https://prometheus.example.org/graph"},
  {"labels": {"alertname": "DiskFills", "severity": "critical", "zone": "us-central1-c"}}]}"""


def furnish(staging: Environment) -> None:
    administrator = User.objects.get(username="superuser")
    sources = {
        kind: alert_sources.create_source(
            actor=administrator,
            name=f"{kind}-eu",
            kind=kind,
            environment_id=None if kind == "alertmanager" else staging.pk,
        )[0]
        for kind in ("alertmanager", "google", "grafana", "pagerduty")
    }
    matchers = [Matcher("alertname", "matches", "Disk.*"), Matcher("severity", "is", "critical")]
    for terms in (
        Terms(name="Disks", matchers=matchers, tells=["infrastructure"]),
        Terms(name="At night", source=sources["google"], is_on=False),
    ):
        alert_rules.add_rule(actor=administrator, terms=terms)
    for body in (BODY, BODY.replace(b"DiskFills", b"DiskSlow").replace(b"firing", b"resolved")):
        alert_messages.receive(source=sources["alertmanager"], body=body)
    alert_messages.receive(source=sources["google"], body=b'{"incident": [')
    queue = BODY.replace(b"DiskFills", b"CacheCold").replace(b"critical", b"none")
    alert_messages.receive(source=sources["alertmanager"], body=queue)
