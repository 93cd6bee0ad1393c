"""The ladder of an incident and the timers that climb it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.states import LevelState, TimerKind, TimerState


class EscalationLevel(models.Model):
    """`after` is seconds from the incident's start. `to` and `then` are lists of words."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="levels")
    position = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    condition = models.CharField(max_length=300, blank=True)
    to = models.JSONField(default=list)
    then = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=LevelState, default=LevelState.PENDING)
    fired_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "position"], name="level_position_once")
        ]

    def __str__(self) -> str:
        return f"level {self.position} of {self.incident_id}"


class Timer(models.Model):
    """Something due at a moment that never moves by itself.

    `key` tells timers of one kind apart (the level's position, the audience); `occurrence` counts
    repetitions. Fired once, whoever claims it. `late` is seconds between due and fired.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timers")
    kind = models.CharField(max_length=20, choices=TimerKind)
    key = models.CharField(max_length=60)
    occurrence = models.PositiveIntegerField(default=1)
    every = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=TimerState, default=TimerState.PENDING)
    fired_at = models.DateTimeField(null=True, blank=True)
    late = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind", "key", "occurrence"], name="timer_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state=TimerState.PENDING),
                name="timer_pending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} due {self.due_at:%Y-%m-%d %H:%M:%S}"
