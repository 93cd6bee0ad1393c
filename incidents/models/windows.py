"""When an environment may be changed: its change windows, and its freezes."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.people import Environment


class ChangeWindow(models.Model):
    """Changes start only inside a window of their environment; one without windows has no bounds.

    `weekdays` are numbers, 0 for Monday. Local times of `time_zone` ("Europe/Rome"); a window whose
    `closes` is not after `opens` ends on the next day.
    """

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="windows")
    weekdays = models.JSONField(default=list)
    opens = models.TimeField()
    closes = models.TimeField()
    time_zone = models.CharField(max_length=60, default="UTC")

    class Meta:
        ordering = ["environment", "opens", "pk"]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M} to {self.closes:%H:%M} {self.time_zone}"


class Freeze(models.Model):
    """No change of the environment starts from `starts_at` until `ends_at` or until it is lifted,
    except as an emergency. An `ends_at` of None lasts until somebody lifts it."""

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="freezes")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("starts_at")),
                name="freeze_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.environment} is frozen: {self.reason}"
