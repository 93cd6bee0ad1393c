"""What `benchmarks.clocks` measures, on the database that its environment names."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402  (Django must be set up first)
from django.db import connection  # noqa: E402  (likewise)
from django.test.utils import CaptureQueriesContext  # noqa: E402  (likewise)

from incidents.actions import clockwork, escalate  # noqa: E402  (likewise)
from incidents.models import (  # noqa: E402  (likewise)
    EscalationLevel,
    Incident,
    Notification,
    TimelineEntry,
    Timer,
)
from incidents.states import Role  # noqa: E402  (likewise)
from tests import factories  # noqa: E402  (likewise)

INCIDENTS, DUE = 10_000, 1_000
LONGEST_ROUND = 120.0
START_SECONDS = 6.0
"""For each clock, until it makes its passes on a machine with little to spare."""
KILL_EVERY = 3.0
ROUNDS = ((1, False), (2, False), (4, False), (4, True))


def measure(incidents: int = INCIDENTS, due: int = DUE) -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    print(f"\n{os.environ['RUNBOOK_BENCH']}: {incidents} open incidents with three timers each")
    furnish(incidents)
    idle()
    print(
        f"{due} levels due within a second      p50     p99     max   to the last"
        "   lost  doubled  killed"
    )
    for place, (clocks, is_killing) in enumerate(ROUNDS):
        one_round(place, due, clocks, is_killing=is_killing)


def furnish(count: int) -> None:
    """Each has one level and owes words to two audiences, all due in a year."""
    environment, now = factories.make_environment(), datetime.now(UTC)
    commander = factories.make_person("commander", Role.COMMANDER, environment=environment)
    revision = factories.make_revision()
    rows = Incident.objects.bulk_create(
        [
            Incident(
                number=number,
                title="Something is away",
                severity="P2",
                environment=environment,
                revision=revision,
                commander=commander,
                started_at=now,
            )
            for number in range(1, count + 1)
        ],
        batch_size=1000,
    )
    levels = [EscalationLevel(incident=row, position=1, after=3600) for row in rows]
    EscalationLevel.objects.bulk_create(levels, batch_size=1000)
    later = now + timedelta(days=365)
    kinds = (("escalation", "1"), ("update due", "leadership"), ("update due", "engineering"))
    Timer.objects.bulk_create(
        [
            Timer(incident=row, kind=kind, key=key, every=3600, due_at=later)
            for row in rows
            for kind, key in kinds
        ],
        batch_size=1000,
    )


def idle() -> None:
    """Passes over nothing that is due."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    clockwork.tick()
    whole, timers = [], []
    for _ in range(30):
        whole.append(seconds_of(clockwork.tick))
        timers.append(seconds_of(escalate.fire_due_timers))
    with CaptureQueriesContext(connection) as of_timers:
        escalate.fire_due_timers()
    with CaptureQueriesContext(connection) as of_all:
        clockwork.tick()
    print(
        f"an idle pass: {statistics.median(whole) * 1000:.1f} ms in {len(of_all)} queries, of which"
        f" the timers {statistics.median(timers) * 1000:.2f} ms in {len(of_timers)}"
    )
    due = Timer.objects.filter(state="pending", due_at__lte=datetime.now(UTC)).order_by("due_at")
    plan = due.values_list("pk", flat=True)[:50].explain()
    print("  " + next(line.strip() for line in plan.splitlines() if "timer_" in line))


def seconds_of(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def one_round(place: int, due: int, clocks: int, *, is_killing: bool) -> None:
    """Levels of incidents that no round before has touched."""
    rows = Timer.objects.filter(kind="escalation").order_by("pk")
    chosen = list(rows.values_list("pk", flat=True)[place * due : (place + 1) * due])
    running = [start_clock() for _ in range(clocks)]
    try:
        time.sleep(START_SECONDS * (clocks + 1))
        at = datetime.now(UTC) + timedelta(seconds=1)
        make_due(chosen, at)
        killed = wait_until_fired(chosen, running, is_killing=is_killing)
    finally:
        for clock in running:
            clock.kill()
            clock.wait()
    show(chosen, at, f"{clocks} clock{'s' if clocks > 1 else ' '}", killed)


def make_due(chosen: list[int], at: datetime) -> None:
    spread = [at + timedelta(seconds=number / len(chosen)) for number in range(len(chosen))]
    timers = [Timer(pk=pk, due_at=moment) for pk, moment in zip(chosen, spread, strict=True)]
    Timer.objects.bulk_update(timers, ["due_at"], batch_size=250)


def wait_until_fired(
    chosen: list[int], running: list[subprocess.Popen[bytes]], *, is_killing: bool
) -> int:
    """How many clocks were killed meanwhile; another one starts in the place of each."""
    killed = 0
    begun = time.monotonic()
    while time.monotonic() < begun + LONGEST_ROUND and pending(chosen):
        time.sleep(0.2)
        if is_killing and time.monotonic() > begun + KILL_EVERY * (killed + 1):
            victim = random.randrange(len(running))
            running[victim].kill()
            running[victim].wait()
            running[victim] = start_clock()
            killed += 1
    return killed


def start_clock() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "manage.py", "clock"])


def pending(chosen: list[int]) -> int:
    return Timer.objects.filter(pk__in=chosen, state="pending").count()


def show(chosen: list[int], at: datetime, words: str, killed: int) -> None:
    """Lost is what did not fire; doubled what more than one entry or notice tells of."""
    fired = Timer.objects.filter(pk__in=chosen, state="fired")
    late = sorted(fired.values_list("late", flat=True))
    owners = list(Timer.objects.filter(pk__in=chosen).values_list("incident", flat=True))
    entries = TimelineEntry.objects.filter(incident__in=owners, kind="escalation.fired").count()
    notices = Notification.objects.filter(incident__in=owners, key__endswith="/page").count()
    lost = len(chosen) - min(len(late), entries, notices)
    doubled = max(entries, notices) - len(chosen) + lost
    if not late:
        print(f"{words:<30} nothing fired")
        return
    last = (max(fired.values_list("fired_at", flat=True)) - at).total_seconds()
    p99 = late[int(len(late) * 0.99) - 1]
    print(
        f"{words:<30}{statistics.median(late):7.2f} {p99:7.2f} {late[-1]:7.2f}"
        f" {last:11.2f} s {lost:6} {max(0, doubled):8} {killed:7}"
    )


if __name__ == "__main__":
    measure(*(int(word) for word in sys.argv[1:]))
