"""The health of environments: who watches them, what was found, and how it went over time."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.health_states import (
    HealthCause,
    HealthCheckState,
    HealthStatus,
    ValidationState,
    WatchState,
)
from incidents.models.incident import Incident
from incidents.models.people import Environment


class Monitor(models.Model):
    """How an environment is watched: every `every` seconds while it is on.

    `infrastructure` names the file that says what is healthy there, "" for the one of its project.
    Whole reports are kept for `keeps_days`, their counts and the hourly measurements for
    `keeps_sums_days`. `next_at` is when the clock asks for the next check.
    `baseline` is the check whose configuration the others are compared with: the first healthy one,
    and the one of who accepted what differs.
    """

    environment = models.OneToOneField(
        Environment, on_delete=models.CASCADE, related_name="monitor"
    )
    infrastructure = models.CharField(max_length=60, blank=True)
    is_on = models.BooleanField(default=False)
    every = models.PositiveIntegerField(default=300)
    next_at = models.DateTimeField(null=True, blank=True)
    keeps_days = models.PositiveIntegerField(default=7)
    keeps_sums_days = models.PositiveIntegerField(default=400)
    baseline = models.ForeignKey(
        "HealthCheck", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(every__gte=10), name="monitor_not_too_often")
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(is_on=True), name="monitor_due")
        ]

    def __str__(self) -> str:
        return f"monitor of {self.environment}"


class HealthCheck(models.Model):
    """One look at an environment against its infrastructure file.

    `areas` are those asked for, empty for all. `report` is `runbook.health.report.Report.as_json`,
    None before the end and after compaction, which keeps the counts; `snapshot` the configuration
    found, resource by resource, and `drift` what differs from the monitor's baseline, a list of
    {"resource", "path", "before", "after"}. A worker holds it until `lease_until`; its `token`
    grows with each claim. `error` says why it failed as a
    whole, or found nothing out.
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, related_name="health_checks"
    )
    incident = models.ForeignKey(
        Incident, on_delete=models.SET_NULL, null=True, blank=True, related_name="health_checks"
    )
    cause = models.CharField(max_length=12, choices=HealthCause)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=HealthCheckState, default=HealthCheckState.WAITING
    )
    areas = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    token = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=HealthStatus, blank=True)
    criticals = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    unchecked = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(null=True, blank=True)
    report = models.JSONField(null=True, blank=True)
    snapshot = models.JSONField(null=True, blank=True)
    drift = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-requested_at", "-id"]
        indexes = [
            models.Index(fields=["environment", "-requested_at"], name="health_by_environment"),
            models.Index(
                fields=["queued_at"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="health_not_ended",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=HealthCheckState.values), name="health_state_known"
            )
        ]

    def __str__(self) -> str:
        return f"check of {self.environment} at {self.requested_at:%Y-%m-%d %H:%M}"


class Measurement(models.Model):
    """One number of an environment at a moment, or over a stretch of time once compacted.

    `name` is that of the metric ("connector.utilisation"), `subject` what it was measured at (a
    resource's full name, a URL). `span` is 0 for one reading, else the seconds from `at` that the
    row sums up: `value` is then the mean of `count` readings between `least` and `most`.
    """

    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, related_name="measurements"
    )
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=300)
    span = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    value = models.FloatField()
    least = models.FloatField()
    most = models.FloatField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["environment", "name", "subject", "span", "at"], name="measurement_once"
            )
        ]
        indexes = [models.Index(fields=["environment", "at"], name="measurement_by_time")]

    def __str__(self) -> str:
        return f"{self.name} of {self.subject}: {self.value:g}"


class ThresholdWatch(models.Model):
    """How one threshold of the infrastructure file stands for one subject.

    `since` is when it came into `state`, `value` what was last measured, `checked_at` when.
    """

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="watches")
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=WatchState, default=WatchState.NORMAL)
    since = models.DateTimeField()
    value = models.FloatField(null=True, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "subject"]
        constraints = [
            models.UniqueConstraint(
                fields=["environment", "name", "subject"], name="threshold_watch_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WatchState.values), name="watch_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.subject} is {self.state}"


class Validation(models.Model):
    """Whether a fix holds: every check and criterion of an incident, before against after.

    `before` is the check that showed the fault, `after` the one made for this. `results` is a list
    of {"category", "title", "before", "after", "passed", "detail"} where `passed` is None for what
    could not be checked. `recommendation` is one sentence and `may_sign_off` its verdict. `digest`
    is the SHA-256 in hex over results and verdict, as the timeline keeps it.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="validations")
    number = models.PositiveIntegerField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=ValidationState, default=ValidationState.WAITING
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    token = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    before = models.ForeignKey(
        HealthCheck, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    after = models.ForeignKey(
        HealthCheck, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    results = models.JSONField(default=list)
    passed = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    may_sign_off = models.BooleanField(default=False)
    recommendation = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="validation_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=ValidationState.values),
                name="validation_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queued_at"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="validation_not_ended",
            )
        ]

    def __str__(self) -> str:
        return f"validation {self.number} of {self.incident_id}"
