"""Who is on call, from a rota's turns and the overrides that cut into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet

from incidents.models import Rota, RotaMember, RotaOverride


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of time in which one person is on call. `number` counts the rota's turns from 0;
    with an override it is the turn that the override cuts into."""

    person: User
    starts_at: datetime
    ends_at: datetime
    number: int
    override: RotaOverride | None = None


def with_people(rotas: QuerySet[Rota], *, since: datetime) -> QuerySet[Rota]:
    """With members, and overrides that end after `since`, in a fixed number of questions."""
    members = RotaMember.objects.select_related("person")
    overrides = RotaOverride.objects.filter(ends_at__gt=since).select_related("person", "made_by")
    return rotas.prefetch_related(
        Prefetch("members", queryset=members), Prefetch("overrides", queryset=overrides)
    )


def on_call(rota: Rota, *, at: datetime) -> Shift | None:
    """None before the first shift, and where nobody who is in the rota is active any more."""
    found = shifts(rota, begin=at, until=at + timedelta(microseconds=1))
    return found[0] if found else None


def shifts(rota: Rota, *, begin: datetime, until: datetime) -> list[Shift]:
    """Those that touch the time from `begin` until `until`, whole, the earliest first. An override
    by who is not active any more counts for nothing."""
    members = [member.person for member in rota.members.all()]
    overrides = [
        one
        for one in rota.overrides.all()
        if one.person.is_active and one.starts_at < until and one.ends_at > begin
    ]
    turns = range(_turn(rota, begin), _turn(rota, until) + 2)
    cuts = {_start(rota, number) for number in turns}
    cuts |= {moment for one in overrides for moment in (one.starts_at, one.ends_at)}
    found: list[Shift] = []
    for starts_at, ends_at in pairwise(sorted(cuts)):
        shift = _held(rota, members, overrides, starts_at, ends_at)
        if shift is not None:
            _add(found, shift)
    return [shift for shift in found if shift.starts_at < until and shift.ends_at > begin]


def _start(rota: Rota, number: int) -> datetime:
    """When a turn begins: always the same local time, whatever the clocks did in between."""
    day = rota.begins_on + timedelta(days=number * max(1, rota.shift_days))
    local = datetime.combine(day, rota.hands_over_at, ZoneInfo(rota.time_zone))
    return local.astimezone(UTC)


def _turn(rota: Rota, at: datetime) -> int:
    """Which turn holds that moment; negative before the rota begins."""
    day = at.astimezone(ZoneInfo(rota.time_zone)).date()
    number = (day - rota.begins_on).days // max(1, rota.shift_days)
    return number if _start(rota, number) <= at else number - 1


def _held(
    rota: Rota,
    members: Sequence[User],
    overrides: Sequence[RotaOverride],
    starts_at: datetime,
    ends_at: datetime,
) -> Shift | None:
    """Who is on call in a stretch that no turn and no override begins or ends in."""
    number = _turn(rota, starts_at)
    over = [one for one in overrides if one.starts_at <= starts_at and one.ends_at >= ends_at]
    override = max(over, key=lambda one: one.pk, default=None)
    person = override.person if override else _whose_turn(members, number)
    return Shift(person, starts_at, ends_at, number, override) if person else None


def _whose_turn(members: Sequence[User], number: int) -> User | None:
    """The turns of who is not active any more fall to the next in the list."""
    if number < 0 or not members:
        return None
    place = number % len(members)
    in_order = (*members[place:], *members[:place])
    return next((person for person in in_order if person.is_active), None)


def _add(found: list[Shift], shift: Shift) -> None:
    """Pieces of the same turn, or of the same override, are one shift."""
    last = found[-1] if found else None
    if last is None or last.ends_at != shift.starts_at or _source(last) != _source(shift):
        found.append(shift)
    else:
        found[-1] = replace(last, ends_at=shift.ends_at)


def _source(shift: Shift) -> tuple[str, int]:
    if shift.override is not None:
        return "override", shift.override.pk
    return "turn", shift.number
