"""How environments are watched: switched on and off, checked on time, compared with themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, IntegerField, Q
from django.db.models.functions import Cast

from incidents import administration, clock, live, permissions
from incidents.actions.blindness import tell_of_blindness
from incidents.actions.check_health import ask, hold_environment
from incidents.actions.first_rule import add_first_rule
from incidents.actions.retention import compact, hour_of
from incidents.actions.tell_of_health import end_all
from incidents.health_states import UNENDED_CHECKS, HealthCause
from incidents.models import Environment, HealthCheck, Monitor
from incidents.queries.infrastructure import folder
from incidents.refusal import Refused
from runbook.health import files

LEAST_EVERY, MOST_EVERY = 10, 24 * 3600
MOST_DAYS, MOST_SUM_DAYS = 90, 3650


class Settings(NamedTuple):
    """What an administrator says about watching an environment; `models.Monitor` says of each what
    it means."""

    is_on: bool
    every: int = 300
    infrastructure: str = ""
    keeps_days: int = 7
    keeps_sums_days: int = 400


def set_monitor(*, actor: User, environment_id: int, settings: Settings) -> Monitor:
    """From now on every `every` seconds, or not at all. What the monitor told of ends with it. Once
    it is on, a rule tells who commands there, unless another one is about it already."""
    with transaction.atomic():
        administration.hold()
        environment = Environment.objects.filter(pk=environment_id).first()
        if environment is None:
            raise Refused("That environment does not exist.", status=404)
        permissions.require_administrator(
            person=actor, environment=environment, what="set the monitor of"
        )
        _require_sound(settings)
        hold_environment(environment)
        monitor, _ = Monitor.objects.get_or_create(environment=environment)
        before = settings_of(monitor)
        if before != settings:
            _write(monitor, settings, clock.now())
            _record(actor, environment, before, settings)
            if settings.is_on and not before.is_on:
                add_first_rule(actor=actor, environment=environment)
            live.health_changed(environment.pk)
    if before.is_on and not settings.is_on:
        end_all(environment)
    return monitor


def settings_of(monitor: Monitor) -> Settings:
    return Settings(
        monitor.is_on,
        monitor.every,
        monitor.infrastructure,
        monitor.keeps_days,
        monitor.keeps_sums_days,
    )


def accept_drift(*, actor: User, check_id: int) -> None:
    """What this check found configured is what later ones are compared with."""
    with transaction.atomic():
        administration.hold()
        check = HealthCheck.objects.select_related("environment").filter(pk=check_id).first()
        if check is None:
            raise Refused("That check does not exist any more.", status=404)
        environment = check.environment
        permissions.require_administrator(
            person=actor, environment=environment, what="accept the configuration of"
        )
        if check.snapshot is None or check.unchecked:
            raise Refused(
                "This check did not read the whole configuration, or it is kept no more. Accept a"
                " newer one."
            )
        hold_environment(environment)
        Monitor.objects.filter(environment=environment).update(baseline=check)
        administration.record(
            actor=actor,
            kind="monitor.accepted",
            text=f"accepted the configuration of {environment} as found at"
            f" {check.requested_at:%Y-%m-%d %H:%M} UTC",
            environment=environment,
            data={"check": check.pk, "drift": check.drift},
        )
    ask(actor=None, environment=environment, cause=HealthCause.HAND)


def ask_due_checks() -> int:
    """Ask for the checks that are due; how many. Due times lie on a grid: a late pass makes none
    later, and what was missed is not made up. What no worker tells of, that none is there, is
    noticed here. A due time further ahead than the next one can be is from before the clock was set
    back."""
    now = clock.now()
    seconds = Cast("every", IntegerField())  # SQLite multiplies no other kind with a duration
    interval = ExpressionWrapper(seconds * timedelta(seconds=1), DurationField())
    is_due = Q(next_at__lte=now) | Q(next_at__gt=now + interval)
    due = Monitor.objects.filter(is_due, is_on=True).select_related("environment")
    return sum(_ask(monitor, now) for monitor in due[:200])


def _ask(monitor: Monitor, now: datetime) -> bool:
    if monitor.next_at is None:
        return False
    after = next_after(monitor.next_at, monitor.every, now)
    with transaction.atomic():
        hold_environment(monitor.environment)
        claimed = Monitor.objects.filter(
            pk=monitor.pk, is_on=True, next_at=monitor.next_at, every=monitor.every
        ).update(next_at=after)
        if not claimed:
            return False
        if not _is_at_work(monitor.environment):
            ask(actor=None, environment=monitor.environment, cause=HealthCause.SCHEDULE)
    tell_of_blindness(monitor)
    if hour_of(monitor.next_at) != hour_of(after):
        compact(monitor)
    return True


def next_after(due: datetime, every: int, now: datetime) -> datetime:
    missed = int((now - due).total_seconds() // every)
    return due + timedelta(seconds=every * (missed + 1))


def _is_at_work(environment: Environment) -> bool:
    """A check that takes longer than the time between two has no second beside it."""
    return HealthCheck.objects.filter(
        environment=environment,
        cause=HealthCause.SCHEDULE,
        state__in=UNENDED_CHECKS,
    ).exists()


def _require_sound(settings: Settings) -> None:
    faults = []
    if not LEAST_EVERY <= settings.every <= MOST_EVERY:
        faults.append(f"A check every {LEAST_EVERY} seconds to every day is possible.")
    if not 1 <= settings.keeps_days <= MOST_DAYS:
        faults.append(f"Whole reports are kept for 1 to {MOST_DAYS} days.")
    if not settings.keeps_days <= settings.keeps_sums_days <= MOST_SUM_DAYS:
        faults.append(f"Counts are kept for at least as long, at most {MOST_SUM_DAYS} days.")
    known = files.names(folder())
    if settings.infrastructure and settings.infrastructure not in known:
        faults.append(
            f"There is no infrastructure file {settings.infrastructure}. There are:"
            f" {', '.join(known) or 'none yet'}."
        )
    if faults:
        raise Refused(" ".join(faults), status=422)


def _write(monitor: Monitor, settings: Settings, now: datetime) -> None:
    """The first check at once; what another file says is compared with nothing from before."""
    if settings.infrastructure != monitor.infrastructure:
        monitor.baseline = None
    for name, value in settings._asdict().items():
        setattr(monitor, name, value)
    monitor.next_at = now if settings.is_on else None
    monitor.save(update_fields=[*Settings._fields, "next_at", "baseline"])


def _record(actor: User, environment: Environment, before: Settings, after: Settings) -> None:
    """Only what is different."""
    old, new = _changed(before, after), _changed(after, before)
    words = ", ".join(_said(name, value) for name, value in new.items())
    administration.record(
        actor=actor,
        kind="monitor.set",
        text=f"set the monitor of {environment}: {words}",
        environment=environment,
        data={"before": old, "after": new},
    )


def _said(name: str, value: object) -> str:
    """As the form calls it."""
    words = {
        "is_on": "on" if value else "off",
        "every": f"every {value} s",
        "infrastructure": f"by {value}.yaml" if value else "by the file of its project",
        "keeps_days": f"whole reports for {value} days",
        "keeps_sums_days": f"counts for {value} days",
    }
    return words[name]


def _changed(one: Settings, other: Settings) -> Mapping[str, object]:
    theirs = other._asdict()
    return {name: value for name, value in one._asdict().items() if value != theirs[name]}
