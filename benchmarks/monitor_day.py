"""A whole day of one watched environment, with every check really read over HTTP.

A simulator process plays Google; its clock and ours are moved together, so 288 checks take minutes.
Prints what happened, each alert with its begin and end, and what it took; then holds that against
what must have been told, and ends with 1 where it differs. From the project's folder:
`.venv/bin/python -m benchmarks.monitor_day [HOURS]`.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

_folder = tempfile.TemporaryDirectory(prefix="rb-monitor-")
os.environ |= {"RUNBOOK_DATA": _folder.name, "DJANGO_SETTINGS_MODULE": "runbook.settings"}
os.environ.pop("DATABASE_URL", None)
os.environ.pop("REDIS_URL", None)
django.setup()

import httpx  # noqa: E402  (Django must be set up first)
from django.apps import apps  # noqa: E402  (likewise)
from django.conf import settings  # noqa: E402  (likewise)
from django.core.management import call_command  # noqa: E402  (likewise)

from incidents.models import AlertRule, Notification  # noqa: E402  (likewise)
from incidents.states import Role  # noqa: E402  (likewise)
from tests import factories  # noqa: E402  (likewise)
from tests.support.processes import private_simulator  # noqa: E402  (likewise)
from tests.support.watched_time import DATABASE, WatchedTime, watched_time  # noqa: E402  (likewise)

START = datetime(2026, 3, 2, tzinfo=UTC)
EVERY = 300
SERVICE = "/apis/serving.knative.dev/v1/namespaces/netra-staging/services/netra-backend-staging"

Deed = Callable[[WatchedTime], None]
Event = tuple[str, str, Deed]


def connector(**columns: object) -> Deed:
    return lambda day: day.set_connector(**columns)


def database(policy: str) -> Deed:
    def change(day: WatchedTime) -> None:
        key = f"sql/{DATABASE}"
        settings = day.google.state()["resources"][key]["settings"]
        day.google.change_resource(key, settings=settings | {"activationPolicy": policy})

    return change


def deploy(memory: str) -> Deed:
    """By hand, past the application."""

    def change(day: WatchedTime) -> None:
        url = f"{day.google.address}{SERVICE}"
        service = httpx.get(url).json()
        container = service["spec"]["template"]["spec"]["containers"][0]
        container["resources"]["limits"]["memory"] = memory
        service["spec"]["template"]["metadata"].pop("name", None)
        httpx.put(url, json=service).raise_for_status()

    return change


def refuse(kind: str, minutes: int) -> Deed:
    return lambda day: day.refuse(kind, seconds=60 * minutes)


def worker(*, is_there: bool) -> Deed:
    def change(day: WatchedTime) -> None:
        day.has_worker = is_there

    return change


DOWN, UP = connector(state="CREATING"), connector(state="READY")


def flapping(hour: int, down: int, up: int) -> list[Event]:
    """Twelve times, between two checks or over one."""
    return [
        event
        for minute in range(0, 60, 5)
        for event in (
            (clock_time(hour * 60 + minute + down), "", DOWN),
            (clock_time(hour * 60 + minute + up), "", UP),
        )
    ]


def clock_time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


EVENTS: list[Event] = [
    ("02:01", "a spike between two checks", DOWN),
    ("02:03", "", UP),
    ("04:00", "an hour of flapping, two minutes of five", lambda _: None),
    *flapping(4, 1, 3),
    ("06:02", "an outage that comes back for a minute, twice", DOWN),
    ("06:19", "", UP),
    ("06:21", "", DOWN),
    ("06:29", "", UP),
    ("06:31", "", DOWN),
    ("06:42", "", UP),
    ("09:31", "maxInstances is changed by hand", connector(maxInstances=9)),
    ("10:01", "Google refuses for 40 minutes", refuse("403", 40)),
    ("10:41", "Google does not answer for 20 minutes", refuse("503", 20)),
    ("11:31", "maxInstances is changed back", connector(maxInstances=10)),
    ("13:01", "the database is stopped", database("NEVER")),
    ("13:31", "and started", database("ALWAYS")),
    ("15:01", "a service is deployed by hand with less memory", deploy("512Mi")),
    ("15:41", "and again with more than it had", deploy("8Gi")),
    ("16:21", "and with what it had", deploy("4Gi")),
    ("17:01", "the worker is gone for half an hour", worker(is_there=False)),
    ("17:31", "", worker(is_there=True)),
    ("20:01", "an outage of an hour", DOWN),
    ("20:28", "in which Google refuses for five minutes", refuse("403", 5)),
    ("21:01", "repaired", UP),
]

TOLD = [
    "check 06:05 to 06:20",
    *(
        f"{threshold} 06:10 to 06:50"
        for threshold in (
            "connector-failures",
            "connector-instances",
            "connector-utilisation",
            "database-connection-time",
            "database-failed-connections",
            "login-success",
        )
    ),
    "start-up 06:10 to 06:55",
    "check 06:25 to 06:30",
    "check 06:35 to 06:45",
    "drift 09:35 to 11:35",
    "blind 10:15 to 11:05",
    "check 13:05 to 13:35",
    "check 15:05 to 15:45",
    "drift 15:45 to 16:25",
    "blind 17:20 to 17:35",
    "check 20:05 to 21:05",
    "connector-instances 20:05 to 21:05",
    "database-connection-time 20:05 to 21:10",
    "database-failed-connections 20:05 to 21:10",
    "connector-failures 20:10 to 21:10",
    "connector-utilisation 20:10 to 21:10",
    "login-success 20:10 to 21:10",
    "start-up 20:10 to 21:15",
]


def main(hours: int) -> int:
    logging.disable(logging.CRITICAL)
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)
    people = factories.make_person("cleo", Role.COMMANDER)
    about = {"label": "kind", "test": "is", "value": "monitor"}
    AlertRule.objects.create(name="Monitors", matchers=[about], tells=[Role.COMMANDER.value])
    with (
        private_simulator(Path(_folder.name), scenario="healthy") as google,
        watched_time(google, begins=START, every=EVERY) as day,
    ):
        begun = time.perf_counter()
        live(day, START + timedelta(hours=hours))
        seconds = time.perf_counter() - begun
    print(*day.told, sep="\n")
    print(f"{day.checks} checks in {seconds:.0f} s, {seconds / day.checks:.2f} s each")
    words = Notification.objects.filter(person=people, kind="alert", key__contains="page").count()
    return judged(day, words, hours)


def live(day: WatchedTime, end: datetime) -> None:
    for at, what, deed in EVENTS:
        hour, minute = map(int, at.split(":"))
        moment = START + timedelta(hours=hour, minutes=minute)
        if moment >= end:
            break
        day.pass_until(moment)
        deed(day)
        if what:
            print(f"{at}  {what}", flush=True)
    day.pass_until(end)


def judged(day: WatchedTime, words: int, hours: int) -> int:
    """0 when all was told that should have been by then, and nothing else."""
    told = [str(one) for one in day.told if one.ended]
    due = [line for line in TOLD if line.rpartition(" ")[2] < clock_time(60 * hours)]
    moments = {moment for one in day.told for moment in (one.began, one.ended) if moment}
    wrong = [f"not told: {one}" for one in due if one not in told]
    wrong += [f"told and should not have been: {one}" for one in told if one not in due]
    if words != len(moments):
        wrong.append(f"people heard {words} words about news of {len(moments)} moments")
    print(
        *(wrong or [f"{len(told)} alerts, {words} words to the commander: as it should be"]),
        sep="\n",
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 24))
    finally:
        _folder.cleanup()
