"""When an environment may be changed, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from zoneinfo import available_timezones

from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, permissions
from incidents.models import ChangeWindow, Environment
from incidents.refusal import Refused

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def add_window(
    *,
    actor: User,
    environment_id: int,
    weekdays: Sequence[int],
    opens: time,
    closes: time,
    time_zone: str,
) -> ChangeWindow:
    """Changes may start inside of it. With the first window of an environment all other time is
    closed to changes, emergencies apart."""
    with transaction.atomic():
        administration.hold()
        environment = Environment.objects.filter(pk=environment_id).first()
        if environment is None:
            raise Refused("That environment does not exist.", status=404)
        _require_administrator(actor, environment)
        if not weekdays or not set(weekdays) <= set(range(7)):
            raise Refused("Choose at least one day of the week.", status=422)
        if time_zone not in available_timezones():
            raise Refused(f"“{time_zone}” is not a time zone, such as Europe/Rome.", status=422)
        window = ChangeWindow.objects.create(
            environment=environment,
            weekdays=sorted(set(weekdays)),
            opens=opens,
            closes=closes,
            time_zone=time_zone,
        )
        text = f"opened {environment} for changes {in_words(window)}"
        _record(actor, environment, text, {"before": None, "after": _facts(window)})
    return window


def remove_window(*, actor: User, window_id: int) -> Environment:
    """Without its last window an environment may be changed at any time."""
    with transaction.atomic():
        administration.hold()
        found = ChangeWindow.objects.select_related("environment").filter(pk=window_id).first()
        if found is None:
            raise Refused("Somebody has removed this window already.", status=404)
        _require_administrator(actor, found.environment)
        text = f"removed the change window {in_words(found)} of {found.environment}"
        _record(actor, found.environment, text, {"before": _facts(found), "after": None})
        found.delete()
    return found.environment


def in_words(window: ChangeWindow) -> str:
    return f"{', '.join(DAYS[day] for day in window.weekdays)} {window}"


def _facts(window: ChangeWindow) -> dict[str, object]:
    return {
        "weekdays": window.weekdays,
        "opens": f"{window.opens:%H:%M}",
        "closes": f"{window.closes:%H:%M}",
        "time_zone": window.time_zone,
    }


def _record(actor: User, environment: Environment, text: str, data: dict[str, object]) -> None:
    administration.record(
        actor=actor, kind="window.changed", text=text, environment=environment, data=data
    )


def _require_administrator(actor: User, environment: Environment) -> None:
    permissions.require_administrator(
        person=actor, environment=environment, what="change the windows of"
    )
