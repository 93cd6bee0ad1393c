"""Offers of command: one commander hands an incident to the next, who accepts it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.states import HandoverState


class Handover(models.Model):
    """At most one offer is open in an incident. `words` say where things stand."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="handovers")
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    offered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=HandoverState, default=HandoverState.OFFERED)
    offered_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-offered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"],
                condition=models.Q(state=HandoverState.OFFERED),
                name="handover_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=HandoverState.values), name="handover_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"command of {self.incident_id} to {self.offered_to}: {self.state}"
