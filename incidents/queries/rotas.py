"""Rotas as their pages show them: who is on call now, who comes next, what was swapped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from incidents.models import Rota, RotaOverride
from incidents.queries.on_call import Shift, shifts, with_people

AHEAD = timedelta(weeks=6)
MOST_SHIFTS = 40


@dataclass(frozen=True, slots=True)
class RotaView:
    """`coming` begins with the shift that runs, if anybody is on call."""

    rota: Rota
    now: Shift | None
    next: Shift | None
    members: tuple[User, ...]
    coming: tuple[Shift, ...]
    overrides: tuple[RotaOverride, ...]


def list_rotas(*, now: datetime) -> list[RotaView]:
    return [_seen(rota, now) for rota in with_people(Rota.objects.all(), since=now)]


def read_rota(name: str, *, now: datetime) -> RotaView | None:
    rota = with_people(Rota.objects.filter(name=name), since=now).first()
    return _seen(rota, now) if rota else None


def _seen(rota: Rota, now: datetime) -> RotaView:
    """The next is the first that begins later, whoever it is."""
    coming = shifts(rota, begin=now, until=now + max(AHEAD, timedelta(days=2 * rota.shift_days)))
    return RotaView(
        rota=rota,
        now=next((shift for shift in coming if shift.starts_at <= now), None),
        next=next((shift for shift in coming if shift.starts_at > now), None),
        members=tuple(member.person for member in rota.members.all()),
        coming=tuple(coming[:MOST_SHIFTS]),
        overrides=tuple(rota.overrides.all()),
    )
