"""Somebody else is on call for a while than whose turn it is."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from incidents import administration, clock, permissions
from incidents.actions.rotas import find_rota
from incidents.actions.tell import Event, tell
from incidents.models import Rota, RotaOverride
from incidents.redacting import redactor_with
from incidents.refusal import Refused

LONGEST_REASON = 300


def add_override(
    *,
    actor: User,
    rota_id: int,
    person: User,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
) -> RotaOverride:
    """Members swap among themselves and put in whom they agreed with; of two overrides the later
    made one counts."""
    with transaction.atomic():
        administration.hold()
        rota = find_rota(rota_id)
        _require_may(actor, rota)
        if ends_at <= starts_at:
            raise Refused("An override ends after it starts.", status=422)
        if ends_at <= clock.now():
            raise Refused("That time has passed already.", status=422)
        if not person.is_active:
            raise Refused(f"{person} is deactivated and cannot be on call.", status=422)
        made = RotaOverride.objects.create(
            rota=rota,
            person=person,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=redactor_with({}, []).text(reason.strip())[:LONGEST_REASON],
            made_by=actor,
        )
        _record(actor, f"put {person} on call in {rota} {_span(made)}", made, added=True)
        _tell(actor, made, f"You are on call in {rota} {_span(made)}")
    return made


def remove_override(*, actor: User, override_id: int) -> Rota:
    """One that has begun ends now; what has been stays as it was."""
    with transaction.atomic():
        administration.hold()
        rows = RotaOverride.objects.select_related("rota", "person")
        override = rows.filter(pk=override_id).first()
        if override is None:
            raise Refused("Somebody has removed this override already.", status=404)
        _require_may(actor, override.rota)
        now = clock.now()
        if override.ends_at <= now:
            raise Refused("This override has ended; it stays in the history.")
        text = f"took {override.person} off call in {override.rota} {_span(override)}"
        _record(actor, text, override, added=False)
        _tell(actor, override, f"You are no longer on call in {override.rota} {_span(override)}")
        if override.starts_at < now:
            RotaOverride.objects.filter(pk=override.pk).update(ends_at=now)
        else:
            override.delete()
    return override.rota


def may_override(*, person: User, rota: Rota) -> bool:
    """Superusers and the rota's own members."""
    is_member = rota.members.filter(person_id=person.pk, person__is_active=True).exists()
    return is_member or permissions.is_superuser(person)


def _require_may(actor: User, rota: Rota) -> None:
    if may_override(person=actor, rota=rota):
        return
    raise Refused(
        f"You may not change who is on call in {rota}. Ask one of its members or a superuser.",
        status=403,
    )


def _tell(actor: User, override: RotaOverride, subject: str) -> None:
    """Whoever others put on call, or took off again, hears of it."""
    if override.person_id == actor.pk:
        return
    by = actor.get_full_name() or actor.get_username()
    event = Event(
        kind="on call",
        subject=subject,
        body=f"{by} changed it. {override.reason}".strip(),
        topic=f"override {override.pk}",
        key=f"override {override.pk}/{subject}",
        people=[override.person],
        link=reverse("rota", args=[override.rota.name]),
    )
    tell(event)


def _span(override: RotaOverride) -> str:
    return f"from {override.starts_at:%Y-%m-%d %H:%M} to {override.ends_at:%Y-%m-%d %H:%M} UTC"


def _record(actor: User, text: str, override: RotaOverride, *, added: bool) -> None:
    facts = {
        "person": override.person.get_username(),
        "starts_at": override.starts_at.isoformat(),
        "ends_at": override.ends_at.isoformat(),
        "reason": override.reason,
    }
    sides = {"before": None, "after": facts} if added else {"before": facts, "after": None}
    data = {"rota": override.rota.name, **sides}
    administration.record(actor=actor, kind="rota.override", text=text, data=data)
