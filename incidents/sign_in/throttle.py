"""How many failed attempts are let through, and how long the next one has to wait.

The counts are allauth's, kept in the database: "20/m/ip,5/5m/key" is 20 a minute from one address
and 5 in five minutes for one name, whether or not there is such a person.
"""

from __future__ import annotations

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

_APP = "allauth.account"
_ACTION = "login_failed"


def key_of(username: str) -> str:
    return f"name:{username.strip().lower()}"


def second_factor_key(person_id: int) -> str:
    """The key under which allauth counts wrong codes of one person."""
    return f"mfa-auth-user-{person_id}"


def seconds_to_wait(request: HttpRequest, *, key: str) -> int:
    """Until the next attempt for `key` from this address is heard; 0 when it is at once."""
    now = time.time()
    waits = [
        _wait(_history(request, rate, key), rate, now)
        for rate in ratelimit.get_rates(app=_APP, action=_ACTION)
    ]
    return math.ceil(max(waits, default=0.0))


def forgive(request: HttpRequest, *, username: str, person_id: int) -> None:
    """Forget the failures counted for one person; those of an address stay."""
    for rate in ratelimit.get_rates(app=_APP, action=_ACTION):
        if rate.per == "key":
            for key in (key_of(username), second_factor_key(person_id)):
                cache.delete(_place(request, rate, key))


def in_words(seconds: int) -> str:
    if seconds <= 1:
        return "a second"
    if seconds <= 90:
        return f"{seconds} seconds"
    return f"{math.ceil(seconds / 60)} minutes"


def _wait(history: list[float], rate: ratelimit.Rate, now: float) -> float:
    recent = [at for at in history if at > now - rate.duration]
    if len(recent) < rate.amount:
        return 0.0
    return min(recent) + float(rate.duration) - now


def _history(request: HttpRequest, rate: ratelimit.Rate, key: str) -> list[float]:
    return list(cache.get(_place(request, rate, key), []))


def _place(request: HttpRequest, rate: ratelimit.Rate, key: str) -> str:
    return str(ratelimit.get_cache_key(request, app=_APP, action=_ACTION, rate=rate, key=key))
