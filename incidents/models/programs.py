"""Programs of the operator's own, listed by an administrator."""

from __future__ import annotations

from django.db import models

from incidents.models.people import Environment
from incidents.states import EffectChoice


class ListedProgram(models.Model):
    """One program that runbooks of one environment may run; the columns are those of
    `runbook.commands.programs.Program`. `executable` is a list of words, the first an absolute
    path on the workers' machines; `variables` a list of names.
    """

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="programs")
    name = models.CharField(max_length=60)
    written = models.CharField(max_length=200)
    executable = models.JSONField()
    pattern = models.CharField(max_length=200, blank=True)
    effect = models.CharField(max_length=10, choices=EffectChoice)
    seconds = models.FloatField(default=300.0)
    folder = models.CharField(max_length=300)
    variables = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["environment", "written"]
        constraints = [
            models.UniqueConstraint(fields=["environment", "written"], name="program_once"),
            models.UniqueConstraint(fields=["environment", "name"], name="program_named_once"),
            models.CheckConstraint(condition=models.Q(seconds__gt=0), name="program_has_a_limit"),
        ]

    def __str__(self) -> str:
        return self.name
