"""Plans and the decisions people take on exactly those plans."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.execution import Run
from incidents.states import ApprovalState, Verdict


class Plan(models.Model):
    """What a run would change, as the worker computed it. `digest` is what an approval names:
    SHA-256 in hex over command, parameters, environment, credentials' identity, runbook digest,
    policy and this plan. `identity` is who the worker's credentials act as at Google."""

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
    identity = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"plan {self.short_digest} for {self.resource}"

    @property
    def short_digest(self) -> str:
        return self.digest[:12]


class Approval(models.Model):
    """The question put to people about one plan, and how it ended.

    `digest` is copied from the plan: an approval of another digest is worth nothing. `named` is
    what the digest stands for besides the plan, so that a difference can be told later:
    {"command", "parameters", "environment", "identity", "runbook", "requirements"}. `requirements`
    is a list of {"from", "policy"}: each quorum must be met by itself. `void_reason` says in a
    sentence why it is worth nothing any more and `moved` what differs, a list of
    {"what", "before", "after"}. `evidence` pins the phase's latest diagnostics as
    {"run", "text", "state", "failed_checks", "finished_at", "digest"}. An emergency goes past
    freezes and windows, at the price of a second approver and a written reason. `decided_by` is
    who completed the quorum or rejected. `used_at`: an approval starts one run, once.
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="approval")
    digest = models.CharField(max_length=64)
    named = models.JSONField(default=dict)
    requirements = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=ApprovalState, default=ApprovalState.WAITING)
    is_emergency = models.BooleanField(default=False)
    evidence = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.TextField(blank=True)
    moved = models.JSONField(default=list)

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


class Decision(models.Model):
    """What one person said to one question, once; never changed.

    `digest` is the plan that the person saw, `roles` the roles and groups that counted then,
    `proven_at` when a second factor was last shown, `source` where it came from.
    """

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="decisions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    digest = models.CharField(max_length=64)
    words = models.TextField(blank=True)
    roles = models.JSONField(default=list)
    proven_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "person"], name="decision_once"),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values), name="decision_verdict_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.verdict} {self.digest[:12]}"
