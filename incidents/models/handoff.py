"""Who holds the ball: an incident handed from team to team, and back."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.states import HandoffSide, HandoffState


class Handoff(models.Model):
    """One team hands the work to another; a named person of it accepts. At most one is offered at
    a time. `given_by` and `taken_by` are roles of the runbook. `answers` is the handoff that this
    one hands back. Since `accepted_at` the ball is with `taken_by`."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="handoffs")
    given_by = models.CharField(max_length=60)
    taken_by = models.CharField(max_length=60)
    done = models.TextField(blank=True)
    asked = models.TextField(blank=True)
    answers = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="handbacks"
    )
    state = models.CharField(max_length=10, choices=HandoffState, default=HandoffState.OFFERED)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["offered_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=models.Q(state=HandoffState.OFFERED),
                name="handoff_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=HandoffState.values), name="handoff_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_by} to {self.taken_by}: {self.state}"


class HandoffItem(models.Model):
    """A line of the checklist that goes with a handoff."""

    handoff = models.ForeignKey(Handoff, on_delete=models.CASCADE, related_name="items")
    side = models.CharField(max_length=16, choices=HandoffSide)
    position = models.PositiveIntegerField()
    text = models.CharField(max_length=300)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["side", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["handoff", "side", "position"], name="handoff_item_once"
            )
        ]

    def __str__(self) -> str:
        return self.text
