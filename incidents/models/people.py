"""Environments and who may do what in them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from incidents.states import CredentialsKind, Role


class Environment(models.Model):
    """A named target: project, region, how to reach it, and how carefully to treat it.

    `endpoint` is empty for the real Google APIs or the base URL of a simulator on loopback.
    `allowed_hosts` are the hosts probes may touch; `routes` maps such a host to the base URL that
    answers for it and is only legal where `endpoint` is set. `allowed_networks` are the private
    networks that probes may reach besides public addresses, "10.20.0.0/16". `scenario` names the
    simulator's.

    `credentials` says how workers sign in at Google: as `service_account`, impersonated, or with
    the configuration in `credentials_file` on the workers' machines; a key is never kept.
    `changes_policy` and `destroys_policy` are quorums ("1 infrastructure + 1 commander") that hold
    besides the runbook's, `approval_expires` the most seconds an approval holds, and
    `excludes_runners` keeps whoever asked for an earlier run of the command from approving.
    `redact` are regular expressions of further secrets.
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
    credentials = models.CharField(
        max_length=30, choices=CredentialsKind, default=CredentialsKind.APPLICATION_DEFAULT
    )
    service_account = models.CharField(max_length=200, blank=True)
    credentials_file = models.CharField(max_length=300, blank=True)
    changes_policy = models.CharField(max_length=200, blank=True)
    destroys_policy = models.CharField(max_length=200, blank=True)
    approval_expires = models.PositiveIntegerField(null=True, blank=True)
    excludes_runners = models.BooleanField(default=False)
    redact = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(credentials__in=CredentialsKind.values),
                name="environment_credentials_known",
            ),
            models.CheckConstraint(
                condition=models.Q(endpoint="") | models.Q(is_protected=False),
                name="environment_simulated_is_not_protected",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_simulated(self) -> bool:
        return bool(self.endpoint)


class Membership(models.Model):
    """One role of one person, or of everybody in a group, in one environment."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
    )
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
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
            models.UniqueConstraint(
                fields=["group", "environment", "role"], name="membership_of_group_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, group__isnull=True)
                | models.Q(person__isnull=True, group__isnull=False),
                name="membership_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.group} is {self.role} in {self.environment}"
