"""Words for an audience, and the signs of life of our own processes."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.states import Audience, PublicStage


class Update(models.Model):
    """What was told to an audience. Never edited: a correction is the next update.

    `template` names the draft it began as. `subject` and `recipients` (words or addresses, as the
    author wrote them) are those of a mail. `stage` is set for the public alone. `token` names the
    form it was sent with, so that two clicks tell once. `issue` ("owner/name#12") and `labels` are
    those of the GitHub issue that got it as a comment.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="updates")
    audience = models.CharField(max_length=20, choices=Audience)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    template = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    recipients = models.JSONField(default=list, blank=True)
    stage = models.CharField(max_length=15, choices=PublicStage, blank=True)
    token = models.CharField(max_length=36, unique=True, null=True, blank=True)
    issue = models.CharField(max_length=200, blank=True)
    labels = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"update for {self.audience} at {self.at:%H:%M}"


class Heartbeat(models.Model):
    """When a process of ours last said that it works, by its name ("clock", "worker changes")."""

    process = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.process} at {self.at:%H:%M:%S}"
