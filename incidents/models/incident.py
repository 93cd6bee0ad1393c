"""An incident and what was copied into it from its runbook: phases, steps, commands, components."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.models.library import Revision
from incidents.models.people import Environment
from incidents.states import (
    ComponentState,
    EffectChoice,
    IncidentState,
    PhaseState,
    PublicStage,
    Severity,
    StepKind,
    StepState,
)
from incidents.visible_text import visible
from runbook.commands.secret_text import without_value


class Incident(models.Model):
    """`number` is its public name, INC-42. `parameters` are the values filled in at declare.

    Those whose name says secret stand there redacted, their values in `secrets`: for workers and
    for `incidents.redacting`, never shown.

    `impact` is business impact in words, for leadership. `approval_expires` is in seconds.
    `timeline_count` and `timeline_head` are the number and the digest of the last entry, sealed
    together with the installation's key in `timeline_seal`.

    `acknowledged_at` is when somebody first took it up, `mitigated_at` when its impact was over.
    `paused_at` and `paused_because` stand while its escalation clock is paused. `public_title` and
    `public_stage` are its name and stage on the status page; without a title it has none there.
    """

    number = models.PositiveIntegerField(unique=True)
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=2, choices=Severity)
    state = models.CharField(max_length=12, choices=IncidentState, default=IncidentState.OPEN)
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="incidents")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="incidents")
    parameters = models.JSONField(default=dict)
    secrets = models.JSONField(default=dict)
    roles = models.JSONField(default=dict)
    impact = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    is_drill = models.BooleanField(default=False)
    commander = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="commanded"
    )
    approval_policy = models.JSONField(default=dict)
    approval_expires = models.PositiveIntegerField(default=1800)
    started_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.TextField(blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    mitigated_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_because = models.CharField(max_length=300, blank=True)
    public_title = models.CharField(max_length=200, blank=True)
    public_stage = models.CharField(
        max_length=15, choices=PublicStage, default=PublicStage.INVESTIGATING
    )
    timeline_count = models.PositiveIntegerField(default=0)
    timeline_head = models.CharField(max_length=64, blank=True)
    timeline_seal = models.CharField(max_length=64, blank=True)
    run_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=IncidentState.values), name="incident_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=Severity.values), name="incident_severity_known"
            ),
        ]
        indexes = [models.Index(fields=["state", "-number"], name="incident_by_state")]

    def __str__(self) -> str:
        return f"{self.name} {self.title}"

    @property
    def name(self) -> str:
        return f"INC-{self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == IncidentState.OPEN


class Phase(models.Model):
    """Planned times are seconds, 0 when the runbook names none."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="phases")
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=300)
    introduction = models.TextField(blank=True)
    role = models.CharField(max_length=60, blank=True)
    planned_least = models.PositiveIntegerField(default=0)
    planned_most = models.PositiveIntegerField(default=0)
    is_rollback = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=PhaseState, default=PhaseState.PENDING)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "position"], name="phase_position_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=PhaseState.values), name="phase_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Step(models.Model):
    """`key` is the step's name in the runbook. `line` is where it starts in the source.

    `decided_by/at` say who ticked or skipped it; both are empty while it is open. `depth` is 0 for
    a step and 1 for a sub-step. `edited_by` is who last changed its text in this incident.
    `approve` is who must approve its changes, as the runbook says it for this step alone. `level`
    is the position of the escalation level that brought it, None for the runbook's own.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="steps")
    phase = models.ForeignKey(Phase, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=StepKind)
    title = models.TextField()
    body = models.TextField(blank=True)
    group = models.CharField(max_length=300, blank=True)
    role = models.CharField(max_length=60, blank=True)
    line = models.PositiveIntegerField(default=0)
    is_exit_criterion = models.BooleanField(default=False)
    is_conditional = models.BooleanField(default=False)
    undo_key = models.CharField(max_length=120, blank=True)
    approve = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=StepState, default=StepState.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    level = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["incident", "key"], name="step_key_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=StepState.values), name="step_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class StepCommand(models.Model):
    """One command line of a step, parameters filled in, as `runbook.commands.shell.read` gives it.

    `effect` is empty and `reason` says why when it cannot be run; then people copy it and paste
    what they saw into `pasted`. `checks` is a list of {"expression", "level", "line"}. `shown_as`
    is the text as people read it where it holds a secret, "" where it holds none. `edited` is what
    a person wrote instead of the runbook's text, with parameters not filled in; `written` is then
    the runbook's, filled in. Both are empty for the runbook's own. `edited_by` wrote `edited`: of
    several commands of a step, others may have edited another one since.
    """

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="commands")
    position = models.PositiveIntegerField()
    text = models.TextField()
    shown_as = models.TextField(blank=True)
    edited = models.TextField(blank=True)
    written = models.TextField(blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    label = models.CharField(max_length=300, blank=True)
    effect = models.CharField(max_length=10, choices=EffectChoice, blank=True)
    resource = models.CharField(max_length=300, blank=True)
    reason = models.TextField(blank=True)
    instead = models.TextField(blank=True)
    example = models.TextField(blank=True)
    checks = models.JSONField(default=list)
    timeout = models.PositiveIntegerField(null=True, blank=True)
    pasted = models.TextField(blank=True)
    pasted_at = models.DateTimeField(null=True, blank=True)
    pasted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["step", "position"], name="command_position_once")
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """The text as people read it, with nothing unseen in it."""
        return visible(self.shown_as or without_value(self.text))

    @property
    def is_runnable(self) -> bool:
        return bool(self.effect)


class Component(models.Model):
    """A part of the service that leadership knows, and how it is during this incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="components")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    function = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=12, choices=ComponentState, default=ComponentState.OFFLINE)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "name"], name="component_name_once")
        ]

    def __str__(self) -> str:
        return self.name
