"""The ledgers: what happened in an incident, and what administrators did. Insert-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.models.people import Environment


class Entry(models.Model):
    """One fact of a ledger, chained to the one before it.

    `actor` is empty for what the system did by itself; `actor_name` is the user name as it was
    then. `source` says where the act came from ("page, private network"). `kind` is a dotted verb
    such as "step.ticked"; `text` the sentence people read; `data` what machines need, `before` and
    `after` among it where something changed. `digest`, `previous` and `seal` are those of
    `incidents.ledger`. The database refuses to change or delete an entry.
    """

    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=150, blank=True)
    source = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=40)
    text = models.TextField()
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} {self.text}"


class TimelineEntry(Entry):
    """One fact of an incident. `number` counts without gaps within it. Written by
    `incidents.timeline` alone."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="timeline_number_once")
        ]


class AdministrationEntry(Entry):
    """What was done to environments, memberships, groups, people and tokens: one ledger for the
    installation. `environment` is a row that may be gone by now. Written by
    `incidents.administration` alone."""

    environment = models.ForeignKey(
        Environment,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="administration",
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="administration_number_once")
        ]


class LedgerHead(models.Model):
    """Number and digest of the last entry of the administration ledger, sealed. One row."""

    name = models.CharField(max_length=20, unique=True)
    count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
