"""Declaring an incident: a runbook becomes rows that later edits of its text do not touch."""

from __future__ import annotations

import logging
from functools import lru_cache

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max

from incidents import clock, timeline
from incidents.actions.spells import begin_spells
from incidents.actions.unfold import (
    MOST_COMMANDS,
    is_too_long,
    write_components,
    write_phases,
    write_timers,
)
from incidents.models import (
    Environment,
    Incident,
    Revision,
)
from incidents.permissions import COMMANDING, roles_in
from incidents.queries.proof.record import facts_of_incident, of_progress
from incidents.queries.proof.seals import seals_of, seals_of_incident
from incidents.redacting import redactor_with, split_secrets
from incidents.refusal import Refused
from incidents.states import Severity
from runbook.document import definition
from runbook.document.parameters import missing, validate
from runbook.document.parse import parse

logger = logging.getLogger(__name__)

FROM_ENVIRONMENT = ("PROJECT", "REGION")


def open_runbook(revision: Revision) -> definition.Runbook:
    """The revision's document, read once per process and source."""
    return _read(bytes(revision.source), revision.runbook.slug)


@lru_cache(maxsize=64)
def _read(source: bytes, slug: str) -> definition.Runbook:
    return parse(source, file_name=f"{slug}.md")


def declare(
    *,
    actor: User,
    revision: Revision,
    environment: Environment,
    severity: str,
    title: str,
    parameters: dict[str, str],
    is_drill: bool = False,
) -> Incident:
    """Start an incident with the actor as its commander, and its clocks with it.

    Refuses, saving nothing, when a parameter is missing or not safe to put into a command.
    """
    if not COMMANDING & roles_in(person=actor, environment=environment):
        raise Refused(
            f"You may not declare incidents in {environment}. Ask someone who is commander there.",
            status=403,
        )
    if severity not in Severity.values:
        raise Refused(f"“{severity}” is not a severity. Choose one of P0 to P4.", status=422)
    if not title.strip():
        raise Refused("Give the incident a title that says what is broken.", status=422)
    document = open_runbook(revision)
    if is_too_long(document):
        raise Refused(
            f"This runbook has more than {MOST_COMMANDS} commands. Split it into several.",
            status=422,
        )
    values = _filled(document, environment, parameters)
    for _ in range(5):
        try:
            with transaction.atomic():
                return _write(
                    actor=actor,
                    revision=revision,
                    environment=environment,
                    severity=severity,
                    title=title.strip(),
                    values=values,
                    document=document,
                    is_drill=is_drill,
                )
        except IntegrityError:
            logger.info("another incident took the number; trying the next one")
    raise Refused("Too many incidents are being declared at this moment. Try again.")


def _filled(
    document: definition.Runbook, environment: Environment, given: dict[str, str]
) -> dict[str, str]:
    own = {"PROJECT": environment.project, "REGION": environment.region}
    values = {p.name: p.value for p in document.parameters if p.value} | own
    values |= {name: value for name, value in given.items() if name not in FROM_ENVIRONMENT}
    lacking = missing(document, values)
    if lacking:
        raise Refused(f"These parameters need a value: {', '.join(lacking)}.", status=422)
    for name, value in values.items():
        wrong = validate(name, value)
        if wrong:
            raise Refused(wrong, status=422)
    return values


def _write(
    *,
    actor: User,
    revision: Revision,
    environment: Environment,
    severity: str,
    title: str,
    values: dict[str, str],
    document: definition.Runbook,
    is_drill: bool,
) -> Incident:
    now = clock.now()
    shown, secrets = split_secrets(values)
    incident = Incident.objects.create(
        number=(Incident.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
        title=redactor_with(secrets, environment.redact).text(title)[:200],
        severity=severity,
        environment=environment,
        revision=revision,
        parameters=shown,
        secrets=secrets,
        roles=dict(document.roles),
        impact=document.impact,
        summary=document.summary,
        is_drill=is_drill,
        commander=actor,
        approval_policy={
            "changes": document.approval.changes,
            "destroys": document.approval.destroys,
        },
        approval_expires=document.approval.expires,
        started_at=now,
    )
    phases = write_phases(incident, document, values, now)
    write_components(incident, document)
    begin_spells(incident, document, at=now)
    write_timers(incident, document, now)
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind="incident.declared",
        text=f"declared {incident.name} ({severity}) from “{document.title}” in {environment}",
        panels=["header", "incidents"],
        data={"digest": revision.digest, "revision": revision.number, "parameters": shown},
        seals=seals_of_incident(**facts_of_incident(incident))
        | seals_of(*map(of_progress, phases[:1])),
    )
    return incident
