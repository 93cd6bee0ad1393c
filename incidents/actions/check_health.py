"""Asking for a look at an environment's infrastructure, and not losing what was asked for.

Workers do the looking (`look`); this side knows no client of Google.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction

from incidents import clock, live, permissions, queue, timeline
from incidents.actions.moves import hold
from incidents.actions.one_by_one import few
from incidents.actions.renewing import is_lost
from incidents.actions.resending import ATTEMPTS, GIVEN_UP, resend
from incidents.health_states import HealthCause, HealthCheckState
from incidents.models import Environment, HealthCheck, Incident
from incidents.refusal import Refused
from runbook.health.report import Area

PANELS = ("health",)


def ask(
    *,
    actor: User | None,
    environment: Environment,
    cause: HealthCause,
    areas: Sequence[str] = (),
    incident: Incident | None = None,
) -> HealthCheck:
    """A check of these areas, all where none is named, which workers take up at once. One that
    waits already, for the same areas and incident, is that check. Without an `actor` it is the
    clock, or an action that has asked for permission itself."""
    chosen = _known(areas)
    with transaction.atomic():
        if incident is not None:
            hold(pk=incident.pk)
        hold_environment(environment)
        if actor is not None:
            _require_working(actor, environment)
        waiting = HealthCheck.objects.filter(
            environment=environment, incident=incident, state=HealthCheckState.WAITING
        )
        same = next((one for one in waiting if one.areas == chosen), None)
        return same or _store(actor, environment, cause, chosen, incident)


def _known(areas: Sequence[str]) -> list[str]:
    known = [area.value for area in Area]
    unknown = [area for area in areas if area not in known]
    if unknown:
        raise Refused(
            f"There is nothing called {unknown[0]} to check. There are {', '.join(known)}.",
            status=422,
        )
    return [area for area in known if area in areas]


def hold_environment(environment: Environment) -> None:
    """Lock its row inside the caller's transaction, after an incident's: who asks at once gets the
    same check, and what was measured is judged one check after the other."""
    if connection.features.has_select_for_update:
        rows = Environment.objects.select_for_update(of=("self",), no_key=True)
        rows.only("pk").get(pk=environment.pk)


def _require_working(actor: User, environment: Environment) -> None:
    roles = permissions.roles_in(person=actor, environment=environment)
    if not roles & permissions.WORKING and not permissions.is_superuser(actor):
        raise Refused(
            f"You may not check {environment}. Ask someone who is a responder there.", status=403
        )


def _store(
    actor: User | None,
    environment: Environment,
    cause: HealthCause,
    areas: list[str],
    incident: Incident | None,
) -> HealthCheck:
    now = clock.now()
    check = HealthCheck.objects.create(
        environment=environment,
        incident=incident,
        cause=cause,
        requested_by=actor,
        requested_at=now,
        queued_at=now,
        areas=areas,
    )
    if incident is not None:
        timeline.record(
            incident_id=incident.pk,
            actor=actor,
            kind="health.asked",
            text=f"asked how {environment} is: {', '.join(areas) or 'everything'}",
            panels=PANELS,
            data={"check": check.pk},
        )
    live.health_changed(environment.pk)
    queue.enqueue("check_health", check.pk, queue="reads")
    return check


def record_end(check: HealthCheck, text: str) -> None:
    """On its incident's timeline, if it has one; inside the caller's transaction that holds it."""
    if check.incident_id is None:
        return
    timeline.record(
        incident_id=check.incident_id,
        actor=None,
        kind="health.checked",
        text=text,
        panels=PANELS,
        data={"check": check.pk},
    )


def record_failure(check: HealthCheck, sentence: str) -> None:
    record_end(check, f"the check of {check.environment} failed: {sentence}")


def take_back_checks() -> int:
    """Give checks of dead workers to others, at most `ATTEMPTS` times in all; how many. They are
    announced with those whose message was lost."""
    now = clock.now()
    lost = HealthCheck.objects.filter(is_lost(now), state=HealthCheckState.RUNNING)
    return sum(_take_back(row, now) for row in few(lost.select_related("environment")))


def _take_back(row: HealthCheck, now: datetime) -> int:
    with transaction.atomic():
        if row.incident_id is not None:
            hold(pk=row.incident_id)
        held = HealthCheck.objects.filter(
            is_lost(now), pk=row.pk, token=row.token, state=HealthCheckState.RUNNING
        )
        if row.token < ATTEMPTS:
            return held.update(state=HealthCheckState.WAITING, lease_until=None)
        moved = held.update(
            state=HealthCheckState.FAILED, ended_at=now, lease_until=None, error=GIVEN_UP
        )
        if moved:
            record_failure(row, GIVEN_UP)
            live.health_changed(row.environment_id)
    return moved


def resend_checks() -> int:
    return resend(HealthCheck.objects.filter(state=HealthCheckState.WAITING), "check_health")
