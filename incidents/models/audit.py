"""The timeline: every fact of an incident, once, in order."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident


class TimelineEntry(models.Model):
    """One fact. `number` counts without gaps within the incident. Written by `incidents.timeline`
    alone and never changed. `actor` is empty for what the system did by itself; `kind` is a dotted
    verb such as "step.ticked"; `text` the sentence people read; `data` what machines need."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=40)
    text = models.TextField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="timeline_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.text}"
