"""Alerts, ours and those of others: where they come from, what is done about them, what came."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.health_states import AlertKind, AlertMessageState, AlertSeverity, AlertState
from incidents.models.incident import Incident
from incidents.models.library import Runbook
from incidents.models.people import Environment
from incidents.states import Severity


class AlertSource(models.Model):
    """A system that posts alerts to `/alerts/in/<name>/`.

    It proves itself by a token, of which `token_digest` is the keyed digest, or (PagerDuty, and
    Grafana where it has one) by a signature with `sealed_secret`, which is encrypted and never
    shown again. `environment` is where its alerts belong unless a rule says otherwise.
    """

    name = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=AlertKind)
    is_on = models.BooleanField(default=True)
    token_digest = models.CharField(max_length=64, blank=True)
    sealed_secret = models.TextField(blank=True)
    environment = models.ForeignKey(
        Environment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    last_heard_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=AlertKind.values), name="alert_source_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class AlertRule(models.Model):
    """What is done about alerts that fit; the first rule by `position` counts.

    `matchers` is a list of {"label", "test", "value"} that must all hold; a test is "is", "is not"
    or "matches" (the whole value, a regular expression). Beside the labels of the alert there are
    "source", "kind", "environment", "severity", "verdict" and "title". Without a `source` it
    is for all. `tells` are words as a runbook's (`queries.receivers`).

    With `declares` it starts an incident from `runbook` in `environment` (the alert's where empty)
    in the name of `acts_as`, whose roles there must allow it, groups alerts whose `group_by` labels
    are equal into one, asks at once for the steps in `runs` (their keys; "diagnostics" means all
    reads of the first phase), and with `closes` resolves it when all of its alerts have recovered.
    An alert that fires again within `reopens_within` seconds is the same one. `changed_by` is who
    wrote what it says last, and may not approve what it asks for.
    """

    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=100, unique=True)
    is_on = models.BooleanField(default=True)
    source = models.ForeignKey(
        AlertSource, on_delete=models.CASCADE, null=True, blank=True, related_name="rules"
    )
    matchers = models.JSONField(default=list, blank=True)
    tells = models.JSONField(default=list, blank=True)
    declares = models.BooleanField(default=False)
    runbook = models.ForeignKey(
        Runbook, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    severity = models.CharField(max_length=2, choices=Severity, default=Severity.P1)
    parameters = models.JSONField(default=dict, blank=True)
    group_by = models.JSONField(default=list, blank=True)
    runs = models.JSONField(default=list, blank=True)
    closes = models.BooleanField(default=False)
    reopens_within = models.PositiveIntegerField(default=3600)
    acts_as = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(declares=False)
                | models.Q(runbook__isnull=False, acts_as__isnull=False),
                name="alert_rule_declares_from_a_runbook",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """Something that is wrong, or was. `key` tells one condition from others ("monitor/staging/
    connector-utilisation/…", "alertmanager/<source>/<fingerprint>"); one of a key fires at a time.

    `verdict` is "infrastructure", "application" or "", `because` says why. `findings` are those of
    the check that showed it (`runbook.health.report`). `times` counts how often it was told of.

    `group` is the digest of its rule, environment and the values of the rule's `group_by` labels,
    `trouble` says why the rule could not do what it says. `told_as` is the state that people were
    last told of, at `told_at`. `said_at` is the newest moment, by its sender's clock, that is known
    of it; None where senders say none that can be believed.
    """

    key = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=AlertKind)
    source = models.ForeignKey(
        AlertSource, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    rule = models.ForeignKey(
        AlertRule, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    incident = models.ForeignKey(
        Incident, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    state = models.CharField(max_length=10, choices=AlertState, default=AlertState.FIRING)
    severity = models.CharField(max_length=10, choices=AlertSeverity, default=AlertSeverity.WARNING)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    labels = models.JSONField(default=dict)
    link = models.CharField(max_length=1000, blank=True)
    verdict = models.CharField(max_length=20, blank=True)
    because = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    said_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    times = models.PositiveIntegerField(default=1)
    group = models.CharField(max_length=64, blank=True)
    trouble = models.TextField(blank=True)
    told_as = models.CharField(max_length=10, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(state=AlertState.FIRING),
                name="alert_fires_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AlertState.values), name="alert_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["key", "-last_at"], name="alert_by_key"),
            models.Index(fields=["state", "-last_at"], name="alert_by_state"),
            models.Index(fields=["group"], condition=~models.Q(group=""), name="alert_by_group"),
            models.Index(
                fields=["rule"],
                condition=~models.Q(state=models.F("told_as")),
                name="alert_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"


class AlertMessage(models.Model):
    """One message of a source as it came, kept whatever it was. `body` is at most 256 KiB of it
    with secrets taken out, `reason` says in a sentence why nothing, or not all, was made of it."""

    source = models.ForeignKey(AlertSource, on_delete=models.CASCADE, related_name="messages")
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AlertMessageState)
    reason = models.TextField(blank=True)
    body = models.TextField()
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    alerts = models.ManyToManyField(Alert, related_name="messages", blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["source", "-received_at"], name="alert_message_by_source")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=AlertMessageState.values),
                name="alert_message_state_known",
            )
        ]

    def __str__(self) -> str:
        return f"message of {self.source} at {self.received_at:%Y-%m-%d %H:%M:%S}"
