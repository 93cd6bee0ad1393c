"""Runs of commands and what they printed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.incident import Incident, StepCommand
from incidents.states import LIVE_RUN_STATES, EffectChoice, RunState
from incidents.visible_text import visible
from runbook.commands.secret_text import without_value


class Run(models.Model):
    """One attempt at one command.

    `text` is what is executed, copied from the command when asked for; `shown_as` as there.
    `token` grows with each claim: a worker whose token is no longer the row's has lost the run and
    must stop. `lease_until` is renewed while a worker holds it, in `planning` and `running`.
    `attempt` counts claims of a read, `queued_at` is when the run was last announced, `probed_at`
    when one of unknown outcome was looked at. `request_id` is the idempotency key for APIs that
    take one. `result` is what the checks looked at, `checks` a list of {"expression", "level",
    "expected", "found", "passed"} where `passed` is null for a check that could not be made.
    `last_line` numbers the output lines, `output_digest` is the SHA-256 in hex of all of them,
    joined by newlines, once it has ended.

    `rule_author` is who had last written the alert rule that asked for it, where one did.
    `reason` says why it was asked for; `emergency_reason`, when there is one, why it cannot wait
    for a freeze or window to end. `sent_at` is stored before a change is sent: a run without it has
    changed nothing. `lock_name` is what it changes ("" for reads): of all runs with the same name
    one is at work at a time, and `waits_for` is the one in front. `undoes` is the run that this one
    takes back, its `undo_part`-th line. A run of unknown outcome that a person leaves as it is
    has `left_at`.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="runs")
    command = models.ForeignKey(StepCommand, on_delete=models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    text = models.TextField()
    shown_as = models.TextField(blank=True)
    effect = models.CharField(max_length=10, choices=EffectChoice)
    resource = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=12, choices=RunState)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    rule_author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    request_id = models.UUIDField(unique=True)
    token = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    probed_at = models.DateTimeField(null=True, blank=True)
    is_cancel_requested = models.BooleanField(default=False)
    message = models.TextField(blank=True)
    result = models.JSONField(null=True, blank=True)
    checks = models.JSONField(default=list)
    last_line = models.PositiveIntegerField(default=0)
    output_digest = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    emergency_reason = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    lock_name = models.CharField(max_length=400, blank=True)
    waits_for = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="awaited_by"
    )
    undoes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    undo_part = models.PositiveSmallIntegerField(default=0)
    left_at = models.DateTimeField(null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["command"],
                condition=models.Q(state__in=sorted(LIVE_RUN_STATES)),
                name="run_live_once_per_command",
            ),
            models.UniqueConstraint(fields=["incident", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["lock_name"],
                condition=~models.Q(lock_name="")
                & (
                    models.Q(state=RunState.RUNNING)
                    | models.Q(state=RunState.UNKNOWN, left_at__isnull=True)
                ),
                name="run_holds_resource_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="run_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=[RunState.PLANNING, RunState.RUNNING]),
                name="run_held",
            ),
            models.Index(
                fields=["queued_at"],
                condition=models.Q(state__in=[RunState.PLANNING, RunState.QUEUED]),
                name="run_not_started",
            ),
            models.Index(
                fields=["queued_at"],
                condition=models.Q(state=RunState.UNKNOWN, probed_at__isnull=True),
                name="run_not_probed",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number}: {self.shown}"

    @property
    def shown(self) -> str:
        """The text as people read it, with nothing unseen in it."""
        return visible(self.shown_as or without_value(self.text))

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_RUN_STATES

    @property
    def failed_checks(self) -> int:
        return sum(1 for c in self.checks if c["passed"] is not True and c["level"] == "expect")


class OutputChunk(models.Model):
    """Consecutive output lines, joined by newlines: complete and final, unlike the stream."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="output")
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["first"]
        constraints = [models.UniqueConstraint(fields=["run", "first"], name="output_first_once")]

    def __str__(self) -> str:
        return f"lines {self.first}-{self.last} of {self.run_id}"
