"""What the status page is made of besides incidents: its components and their history, planned
maintenance, and who wants to hear of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident
from incidents.states import ComponentState, MaintenanceState, SubscriberKind


class ServiceComponent(models.Model):
    """A part of the service as the status page lists it. An incident's component of the same name
    is this one. One that is not public is shown to signed-in people alone."""

    position = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=100, unique=True)
    function = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=100, blank=True)
    is_public = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ComponentSpell(models.Model):
    """A stretch of time in which an incident held a component in a state that is not operational.
    Open ones have no `ended_at`; at most one of an incident and component is open."""

    component = models.ForeignKey(ServiceComponent, on_delete=models.CASCADE, related_name="spells")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="spells")
    state = models.CharField(max_length=12, choices=ComponentState)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["component", "incident"],
                condition=models.Q(ended_at__isnull=True),
                name="component_spell_one_open",
            )
        ]
        indexes = [models.Index(fields=["ended_at"], name="component_spell_ended")]

    def __str__(self) -> str:
        return f"{self.component} {self.state} since {self.began_at:%Y-%m-%d %H:%M}"


class Maintenance(models.Model):
    """Planned work that strangers may read of; `components` are names of service components."""

    title = models.CharField(max_length=200)
    words = models.TextField(blank=True)
    components = models.ManyToManyField(ServiceComponent, related_name="maintenances")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(
        max_length=12, choices=MaintenanceState, default=MaintenanceState.SCHEDULED
    )
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="maintenance_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=MaintenanceState.values),
                name="maintenance_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"


class MaintenanceUpdate(models.Model):
    maintenance = models.ForeignKey(Maintenance, on_delete=models.CASCADE, related_name="updates")
    state = models.CharField(max_length=12, choices=MaintenanceState)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.state} at {self.at:%H:%M}"


class Subscriber(models.Model):
    """Somebody who is told what the status page says. `sealed_address` is encrypted and `address`
    its keyed digest, so that one address subscribes once. `token` is the digest of what a mail's
    links carry to confirm and to leave; nothing is sent before `confirmed_at`."""

    kind = models.CharField(max_length=10, choices=SubscriberKind)
    address = models.CharField(max_length=64, unique=True)
    sealed_address = models.TextField()
    sealed_key = models.TextField(blank=True)
    shown = models.CharField(max_length=200)
    token = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown}"
