"""Whether this installation works: database, Redis, and signs of life of the other processes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from incidents.models import Heartbeat
from runbook.document.durations import words

SILENT_AFTER = 30.0
CLOCK_SILENT_AFTER = 15.0
PROCESSES = ("clock", "worker reads", "worker changes")


@dataclass(frozen=True, slots=True)
class Sign:
    """One part. `age` is seconds since its last sign of life: none for what answered just now; None
    where there is none, below 0 where the clock has been set back since."""

    name: str
    is_well: bool
    detail: str = ""
    age: float | None = None


def read_signs(*, now: datetime) -> list[Sign]:
    database = _database()
    return [database, _redis(), *(_processes(now) if database.is_well else [])]


def silence_of_the_clock(*, now: datetime) -> str:
    """A sentence for people who rely on it, "" while a clock works."""
    beat = Heartbeat.objects.filter(process="clock").first()
    if beat is None:
        return "No clock has been seen yet: nothing escalates by itself."
    age = (now - beat.at).total_seconds()
    if age <= CLOCK_SILENT_AFTER:
        return ""
    return f"The clock has been silent for {words(round(age))}; escalations will be late."


def _database() -> Sign:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return Sign("database", is_well=False, detail=type(error).__name__)
    return Sign("database", is_well=True, age=0.0)


def _redis() -> Sign:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return Sign("redis", is_well=False, detail=type(error).__name__)
    finally:
        client.close()
    return Sign("redis", is_well=True, age=0.0)


def _processes(now: datetime) -> list[Sign]:
    """One sign per process that has ever reported; those that must are reported as never seen."""
    beats = {beat.process: beat.at for beat in Heartbeat.objects.order_by("process")}
    signs = [_alive(name, at, now) for name, at in beats.items()]
    absent = [
        Sign(name, is_well=False, detail="never seen") for name in PROCESSES if name not in beats
    ]
    return signs + absent


def _alive(name: str, at: datetime, now: datetime) -> Sign:
    age = round((now - at).total_seconds(), 1)
    return Sign(name, is_well=abs(age) <= SILENT_AFTER, age=age)
