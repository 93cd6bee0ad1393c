"""The ladder of an incident and the timers that climb it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.states import LevelOrigin, LevelState, TimerKind, TimerState


class EscalationLevel(models.Model):
    """`after` is seconds from its `origin`; `origin_key` says which phase (position), audience or
    level (position). `to` and `then` are lists of words: who is told, and what becomes steps when
    the level fires.

    `severities` are those it is meant for, `notify` the kinds of channel it goes by; an empty list
    means all. `repeat` is seconds between repetitions until somebody acknowledges and `next_after`
    seconds without acknowledgement after which the next level fires; 0 means never.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="levels")
    position = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    origin = models.CharField(max_length=10, choices=LevelOrigin, default=LevelOrigin.INCIDENT)
    origin_key = models.CharField(max_length=60, blank=True)
    condition = models.CharField(max_length=300, blank=True)
    severities = models.JSONField(default=list)
    notify = models.JSONField(default=list)
    repeat = models.PositiveIntegerField(default=0)
    next_after = models.PositiveIntegerField(default=0)
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
    `remaining` are the seconds that a paused timer had left. `postponed_from` is when a postponed
    one was due at first, `reason` why it was postponed.
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
    remaining = models.FloatField(null=True, blank=True)
    postponed_from = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)

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
