"""Freezing an environment, so that nothing but emergencies changes it, and lifting that."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, clock, permissions, timeline
from incidents.actions.moves import hold
from incidents.actions.voiding import void_for_freeze
from incidents.models import Environment, Freeze, Incident
from incidents.redacting import redactor_with
from incidents.refusal import Refused
from incidents.states import IncidentState
from incidents.windows import in_words, in_words_before

LONGEST_REASON = 300
LONGEST_AHEAD = timedelta(days=366)


def declare_freeze(
    *,
    actor: User,
    environment_id: int,
    reason: str,
    starts_at: datetime | None = None,
    lasts: timedelta | None = None,
) -> Freeze:
    """From `starts_at` (now) for as long as it `lasts` (until it is lifted) nothing is changed
    there but as an emergency. One that holds at once voids what waits or has not started; of one
    to come the clock does so when it begins (`freeze_begins`).

    The freeze is committed before the approvals are voided, one incident after the other: whatever
    starts in between sees it. Call it outside of a transaction.
    """
    now = clock.now()
    begins = starts_at or now
    with transaction.atomic():
        environment = _environment(actor, environment_id)
        _check(reason, begins, now)
        freeze = Freeze.objects.create(
            environment=environment,
            starts_at=begins,
            ends_at=begins + lasts if lasts else None,
            reason=redactor_with({}, environment.redact).text(reason.strip())[:LONGEST_REASON],
            declared_by=actor,
        )
        sentence = in_words(freeze) if begins == now else in_words_before(freeze)
        record_freeze(actor, freeze, "freeze.declared", f"declared: {sentence}")
    tell_of_freeze(actor, freeze, "freeze.declared", f"declared a freeze: {sentence}")
    if begins == now:
        void_for_freeze(environment_id=environment_id, sentence=sentence, actor=actor)
    return freeze


def lift_freeze(*, actor: User, freeze_id: int) -> Freeze:
    """End a freeze now. What it voided stays void: the world may have moved since."""
    now = clock.now()
    with transaction.atomic():
        freeze = Freeze.objects.filter(pk=freeze_id).first()
        if freeze is None:
            raise Refused("That freeze does not exist.", status=404)
        _environment(actor, freeze.environment_id)
        lifted = Freeze.objects.filter(pk=freeze_id, lifted_at__isnull=True)
        if (freeze.ends_at and freeze.ends_at <= now) or not lifted.update(
            lifted_at=now, lifted_by=actor
        ):
            raise Refused("That freeze is over already.")
        freeze = Freeze.objects.select_related("environment").get(pk=freeze_id)
        record_freeze(actor, freeze, "freeze.lifted", f"lifted the freeze of {freeze.environment}")
    tell_of_freeze(actor, freeze, "freeze.lifted", f"lifted the freeze of {freeze.environment}")
    return freeze


def _environment(actor: User, environment_id: int) -> Environment:
    found = Environment.objects.filter(pk=environment_id).first()
    held = permissions.roles_in(person=actor, environment=found) if found else frozenset()
    if found is None or not (held or permissions.is_superuser(actor)):
        raise Refused("That environment does not exist.", status=404)
    if not (held & permissions.COMMANDING or permissions.is_superuser(actor)):
        raise Refused(
            f"You may not freeze {found}. Ask one of its commanders or administrators.",
            status=403,
        )
    return found


def _check(reason: str, begins: datetime, now: datetime) -> None:
    if not reason.strip():
        raise Refused("Say why: people read it at three in the morning.", status=422)
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(f"The reason has more than {LONGEST_REASON} characters.", status=422)
    if begins < now:
        raise Refused("That beginning has passed. Leave it empty to freeze now.", status=422)
    if begins > now + LONGEST_AHEAD:
        raise Refused("A freeze begins within a year. Look at its beginning again.", status=422)


def record_freeze(actor: User | None, freeze: Freeze, kind: str, text: str) -> None:
    administration.record(
        actor=actor,
        kind=kind,
        text=text,
        environment=freeze.environment,
        data={
            "freeze": freeze.pk,
            "reason": freeze.reason,
            "starts_at": freeze.starts_at.isoformat(),
            "ends_at": freeze.ends_at.isoformat() if freeze.ends_at else None,
        },
    )


def tell_of_freeze(actor: User | None, freeze: Freeze, kind: str, text: str) -> None:
    """On the timeline of each open incident there, one transaction each."""
    open_there = Incident.objects.filter(
        environment=freeze.environment_id, state=IncidentState.OPEN
    )
    for incident_id in open_there.values_list("pk", flat=True):
        with transaction.atomic():
            hold(pk=incident_id)
            timeline.record(
                incident_id=incident_id,
                actor=actor,
                kind=kind,
                text=text,
                panels=["header", "outline", "approvals"],
                data={"reason": freeze.reason},
            )
