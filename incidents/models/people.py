"""Environments and who may do what in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.states import Role


class Environment(models.Model):
    """A named target: project, region, how to reach it, and how carefully to treat it.

    `endpoint` is empty for the real Google APIs or the base URL of a simulator on loopback.
    `allowed_hosts` are the hosts probes may touch; `routes` maps such a host to the base URL that
    answers for it and is only legal where `endpoint` is set. `allowed_networks` are the private
    networks that probes may reach besides public addresses, "10.20.0.0/16". `scenario` names the
    simulator's.
    """

    name = models.SlugField(max_length=60, unique=True)
    project = models.CharField(max_length=63)
    region = models.CharField(max_length=40)
    endpoint = models.URLField(max_length=200, blank=True)
    scenario = models.CharField(max_length=60, blank=True)
    allowed_hosts = models.JSONField(default=list, blank=True)
    allowed_networks = models.JSONField(default=list, blank=True)
    routes = models.JSONField(default=dict, blank=True)
    is_protected = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(endpoint="") | models.Q(is_protected=False),
                name="environment_simulated_is_not_protected",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_simulated(self) -> bool:
        return bool(self.endpoint)


class Membership(models.Model):
    """One role of one person in one environment; a person may hold several."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "environment", "role"], name="membership_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} is {self.role} in {self.environment}"
