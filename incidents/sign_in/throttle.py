"""How many failed attempts are let through, and how long the next one has to wait.

The counts are allauth's, kept in the database: "5/5m/key" is 5 in five minutes for one name,
whether or not there is such a person, "20/m/ip" 20 a minute from one address. An attempt is counted
for its name before it is heard and given back when it was right, so that no guess more is heard at
the same instant. For its address it is counted once it was wrong: that count is locked while it is
written, and a hundred people behind one address must not wait for each other when it matters.
"""

from __future__ import annotations

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

_APP = "allauth.account"
_OF_NAME = "login_failed"
_OF_ADDRESS = "login_failed_here"


def key_of(username: str) -> str:
    return f"name:{username.strip().lower()}"


def second_factor_key(person_id: int) -> str:
    """The key under which allauth counts wrong codes of one person."""
    return f"mfa-auth-user-{person_id}"


def seconds_to_wait(request: HttpRequest, *, key: str) -> int:
    """Until the next attempt for `key` from this address is heard; 0 when it is at once."""
    now = time.time()
    waits = [
        _wait(list(cache.get(_place(request, action, rate, key), [])), rate, now)
        for action in (_OF_NAME, _OF_ADDRESS)
        for rate in ratelimit.get_rates(app=_APP, action=action)
    ]
    return math.ceil(max(waits, default=0.0))


def count_for_address(request: HttpRequest) -> None:
    """One more failure from there."""
    ratelimit.consume(request, app=_APP, action=_OF_ADDRESS)


def forgive(request: HttpRequest, *, username: str, person_id: int) -> None:
    """Forget the failures counted for one person; those of an address stay."""
    for rate in ratelimit.get_rates(app=_APP, action=_OF_NAME):
        for key in (key_of(username), second_factor_key(person_id)):
            cache.delete(_place(request, _OF_NAME, rate, key))


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


def _place(request: HttpRequest, action: str, rate: ratelimit.Rate, key: str) -> str:
    return str(ratelimit.get_cache_key(request, app=_APP, action=action, rate=rate, key=key))
