"""The report of an incident, in revisions, and what is to be done because of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.states import FollowUpState


class ReportRevision(models.Model):
    """The words of a report as somebody saved them; the facts are read from the incident. `text`
    maps a section's name ("summary", "impact", "causes", "lessons") to its Markdown. The newest
    counts; `number` counts from 1 without gaps."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="reports")
    number = models.PositiveIntegerField()
    text = models.JSONField(default=dict)
    is_final = models.BooleanField(default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="report_revision_once")
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of the report of {self.incident_id}"


class FollowUp(models.Model):
    """Something to be done after the incident, by `owner` until the end of `due_on` (UTC)."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="follow_ups")
    title = models.CharField(max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=FollowUpState, default=FollowUpState.OPEN)
    link = models.URLField(max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=FollowUpState.values), name="follow_up_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.title
