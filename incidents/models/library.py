"""Runbooks as stored: the name, and every revision of the source, byte for byte."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Runbook(models.Model):
    """A runbook of the library under its permanent address `slug`."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    is_shipped = models.BooleanField(default=False)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """One version of a runbook's source. Never edited; a change is the next number."""

    runbook = models.ForeignKey(Runbook, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.BinaryField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["runbook", "number"], name="revision_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.runbook} revision {self.number}"
