"""Addresses of alerts: where others post them, and pages about them, their rules and sources."""

from __future__ import annotations

from django.urls import path

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.views import alert_inbox, alert_rules, alert_sources, alerts

of_alerts = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/in/<str:source>/", alert_inbox.inbox, name="alert-inbox"),
    path("alerts/<row:alert_id>/end/", alerts.end, name="end-alert"),
]

of_sources = [
    path("alerts/sources/", alert_sources.sources, name="alert-sources"),
    path("alerts/sources/add/", alert_sources.add, name="add-alert-source"),
    path(
        "alerts/sources/<row:source_id>/change/",
        alert_sources.change,
        name="change-alert-source",
    ),
    path(
        "alerts/sources/<row:source_id>/token/",
        alert_sources.rotate,
        name="rotate-alert-source",
    ),
    path(
        "alerts/sources/<row:source_id>/secret/",
        alert_sources.set_secret,
        name="set-alert-secret",
    ),
    path(
        "alerts/sources/<row:source_id>/remove/",
        alert_sources.remove,
        name="remove-alert-source",
    ),
]

of_rules = [
    path("alerts/rules/", alert_rules.rules, name="alert-rules"),
    path("alerts/rules/new/", alert_rules.new, name="new-alert-rule"),
    path("alerts/rules/add/", alert_rules.add, name="add-alert-rule"),
    path("alerts/rules/steps/", alert_rules.steps, name="steps-for-rule"),
    path("alerts/rules/<row:rule_id>/", alert_rules.rule, name="alert-rule"),
    path("alerts/rules/<row:rule_id>/change/", alert_rules.change, name="change-alert-rule"),
    path("alerts/rules/<row:rule_id>/move/", alert_rules.move, name="move-alert-rule"),
    path("alerts/rules/<row:rule_id>/remove/", alert_rules.remove, name="remove-alert-rule"),
]

urlpatterns = of_alerts + of_sources + of_rules
