"""The states of health checks, of thresholds and of alerts. Imports nothing of ours."""

from __future__ import annotations

from django.db.models import TextChoices


class HealthCheckState(TextChoices):
    """A check that lost its worker goes back to `WAITING`: it only reads."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class HealthCause(TextChoices):
    """Why the infrastructure of an environment was checked."""

    SCHEDULE = "schedule"
    HAND = "by hand"
    INCIDENT = "incident"
    VALIDATION = "validation"


class HealthStatus(TextChoices):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    CRITICAL = "critical"


class WatchState(TextChoices):
    """How a threshold stands. `RISING` is over it, not yet for long enough to count; `FALLING` is
    below where it clears, not yet for long enough."""

    NORMAL = "normal"
    RISING = "rising"
    OVER = "over"
    FALLING = "falling"


class AlertKind(TextChoices):
    """Who tells of an alert."""

    MONITOR = "monitor"
    ALERTMANAGER = "alertmanager"
    GOOGLE = "google", "Google Cloud Monitoring"
    GRAFANA = "grafana", "Grafana"
    PAGERDUTY = "pagerduty", "PagerDuty"


class AlertState(TextChoices):
    FIRING = "firing"
    RESOLVED = "resolved"


class AlertSeverity(TextChoices):
    CRITICAL = "critical"
    WARNING = "warning"


class AlertMessageState(TextChoices):
    """What became of a message: `TEST` asks for nothing, `UNMATCHED` fits no rule, `MALFORMED`
    could not be read."""

    ACCEPTED = "accepted"
    TEST = "test"
    UNMATCHED = "unmatched"
    MALFORMED = "malformed"


class ValidationState(TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


UNENDED_CHECKS = (HealthCheckState.WAITING, HealthCheckState.RUNNING)
UNENDED_VALIDATIONS = (ValidationState.WAITING, ValidationState.RUNNING)
