"""Plans and the decisions people take on exactly those plans."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.execution import Run
from incidents.states import ApprovalState


class Plan(models.Model):
    """What a run would change, as the worker computed it. `digest` is what an approval names:
    SHA-256 in hex over command, environment, runbook digest, parameters and this plan."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="plan")
    resource = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    changes = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=200, blank=True)
    warnings = models.JSONField(default=list)
    refusals = models.JSONField(default=list)
    undo = models.TextField(blank=True)
    why_no_undo = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"plan {self.short_digest} for {self.resource}"

    @property
    def short_digest(self) -> str:
        return self.digest[:12]


class Approval(models.Model):
    """The question put to people about one plan, and their one answer.

    `digest` is copied from the plan: an approval of another digest is worth nothing. `void_reason`
    says what moved. `evidence` pins the phase's latest diagnostics as {"run", "text", "state"}.
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="approval")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ApprovalState, default=ApprovalState.WAITING)
    evidence = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True)
    void_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=ApprovalState.values), name="approval_state_known"
            )
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state=ApprovalState.WAITING),
                name="approval_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"approval of {self.digest[:12]}: {self.state}"
