"""Rotas: who is on call in turn, and for how long. `rota_overrides` is about single shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import available_timezones

from django.contrib.auth.models import Group, User
from django.db import transaction

from incidents import administration, permissions
from incidents.models import Rota
from incidents.refusal import Refused
from runbook.document.approval_policy import ROLES, slug

LONGEST_SHIFT = 366
MOST_MEMBERS = 60


@dataclass(frozen=True, slots=True)
class Turns:
    """How a rota goes round: `members` in turn, each for `shift_days` days, handing over at the
    same local time."""

    time_zone: str
    begins_on: date
    hands_over_at: time
    shift_days: int
    members: Sequence[User]


def create_rota(*, actor: User, name: str, turns: Turns) -> Rota:
    """Runbooks name it like a person or a group, so it may not be called like one of them."""
    with transaction.atomic():
        administration.hold()
        _require_superuser(actor)
        name = _free_name(name)
        _require_good(turns)
        rota = Rota.objects.create(name=name, **_columns(turns))
        _seat(rota, turns.members)
        _record(actor, "rota.created", f"made the rota {rota}", rota, None, _facts(rota))
    return rota


def change_rota(*, actor: User, rota_id: int, turns: Turns) -> Rota:
    """Who is on call now may be another at once; overrides stay as they are."""
    with transaction.atomic():
        administration.hold()
        _require_superuser(actor)
        rota = find_rota(rota_id)
        _require_good(turns)
        before = _facts(rota)
        Rota.objects.filter(pk=rota.pk).update(**_columns(turns))
        rota.members.all().delete()
        _seat(rota, turns.members)
        rota = find_rota(rota_id)
        if _facts(rota) != before:
            text = f"changed the rota {rota}"
            _record(actor, "rota.changed", text, rota, before, _facts(rota))
    return rota


def delete_rota(*, actor: User, rota_id: int) -> None:
    """With its overrides. A runbook that names it tells nobody by that name any more."""
    with transaction.atomic():
        administration.hold()
        _require_superuser(actor)
        rota = find_rota(rota_id)
        _record(actor, "rota.deleted", f"deleted the rota {rota}", rota, _facts(rota), None)
        rota.delete()


def find_rota(rota_id: int) -> Rota:
    found = Rota.objects.filter(pk=rota_id).first()
    if found is None:
        raise Refused("That rota does not exist any more.", status=404)
    return found


def _free_name(name: str) -> str:
    name = slug(name)
    if not name.isascii() or not 1 <= len(name) <= 60 or not name[0].isalpha():
        raise Refused(
            "A rota's name begins with a letter and has up to 60 letters, digits and hyphens, such"
            " as database-on-call.",
            status=422,
        )
    if name.removesuffix("s") in (*ROLES, "viewer"):
        raise Refused(f"“{name}” is a role. Choose another name.", status=422)
    if Rota.objects.filter(name=name).exists():
        raise Refused(f"There is a rota {name} already.")
    if name in {slug(group) for group in Group.objects.values_list("name", flat=True)}:
        raise Refused(f"There is a group {name} already. Choose another name, as {name}-on-call.")
    if User.objects.filter(username__iexact=name).exists():
        raise Refused(f"There is a person {name} already. Choose another name.")
    return name


def _require_good(turns: Turns) -> None:
    if turns.time_zone not in available_timezones():
        raise Refused(f"“{turns.time_zone}” is not a time zone, such as Europe/Rome.", status=422)
    if not 1 <= turns.shift_days <= LONGEST_SHIFT:
        raise Refused(f"A shift lasts from 1 to {LONGEST_SHIFT} days.", status=422)
    if not 1 <= len(turns.members) <= MOST_MEMBERS:
        raise Refused(f"A rota has from 1 to {MOST_MEMBERS} people.", status=422)
    away = [person.get_username() for person in turns.members if not person.is_active]
    if away:
        raise Refused(f"{', '.join(away)} cannot be on call: deactivated.", status=422)


def _columns(turns: Turns) -> dict[str, object]:
    return {
        "time_zone": turns.time_zone,
        "begins_on": turns.begins_on,
        "hands_over_at": turns.hands_over_at,
        "shift_days": turns.shift_days,
    }


def _seat(rota: Rota, members: Sequence[User]) -> None:
    for position, person in enumerate(members, start=1):
        rota.members.create(person=person, position=position)


def _facts(rota: Rota) -> dict[str, object]:
    members = rota.members.values_list("person__username", flat=True)
    return {
        "time_zone": rota.time_zone,
        "begins_on": f"{rota.begins_on}",
        "hands_over_at": f"{rota.hands_over_at:%H:%M}",
        "shift_days": rota.shift_days,
        "members": list(members),
    }


def _record(
    actor: User,
    kind: str,
    text: str,
    rota: Rota,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
) -> None:
    data = {"rota": rota.name, "before": before, "after": after}
    administration.record(actor=actor, kind=kind, text=text, data=data)


def _require_superuser(actor: User) -> None:
    permissions.require_superuser(person=actor, what="change rotas")
