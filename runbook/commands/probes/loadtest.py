"""loadtest: sends a bounded load to an allowed host for a while and tells how it bore it.

A command of Runbook's own: no program of that name is run.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from runbook.cloud.loads import MOST_CONNECTIONS, MOST_REQUESTS, MOST_SECONDS, Load
from runbook.commands.base import Command, Effect, NotRunnable
from runbook.commands.curl_options import header_of, url_of
from runbook.commands.kinds import CommandKind
from runbook.commands.loading import Loading

_CONNECTIONS, _DURATION, _HEADER = "--concurrent-connections", "--duration", "--header"
_WITH_VALUE = (_CONNECTIONS, _DURATION, _HEADER)
_NUMBER = re.compile(r"[1-9]\d{0,6}")
_SPAN = re.compile(r"([1-9]\d{0,5})(s|m)")
USUAL_CONNECTIONS, USUAL_DURATION = "20", "30s"


def _parse(words: Sequence[str]) -> Command:
    given, addresses = _sorted_out(words)
    if len(addresses) != 1:
        raise NotRunnable("loadtest takes exactly one address.")
    single = dict(given)
    load = Load(
        url=url_of(addresses[0]),
        method="GET",
        connections=_connections(single.get(_CONNECTIONS, USUAL_CONNECTIONS)),
        requests=MOST_REQUESTS,
        seconds=_seconds(single.get(_DURATION, USUAL_DURATION)),
        headers=tuple(header_of(value) for name, value in given if name == _HEADER),
    )
    return Loading(shlex.join(["loadtest", *words]), "loadtest", load, is_timed=True)


def _sorted_out(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The options with their values, `--name value` and `--name=value` alike, and the rest."""
    given: list[tuple[str, str]] = []
    rest: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        name, equals, value = word.partition("=")
        if name in _WITH_VALUE and equals:
            given.append((name, value))
        elif word in _WITH_VALUE and left:
            given.append((word, left.pop(0)))
        elif word.startswith("-"):
            known = ", ".join(_WITH_VALUE)
            raise NotRunnable(f"loadtest knows {known}, each with a value, and not {word}.")
        else:
            rest.append(word)
    return given, rest


def _connections(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > MOST_CONNECTIONS:
        raise NotRunnable(f"A load has 1 to {MOST_CONNECTIONS} connections here, not {text}.")
    return int(text)


def _seconds(text: str) -> float:
    span = _SPAN.fullmatch(text)
    seconds = int(span[1]) * (60 if span[2] == "m" else 1) if span else 0
    if not 0 < seconds <= MOST_SECONDS:
        raise NotRunnable(f"A load lasts at most {MOST_SECONDS:g} s here, written as 30s or 2m.")
    return float(seconds)


KINDS = (
    CommandKind(
        "loadtest",
        Effect.CHANGES,
        "Sends a bounded load for a while: percentiles, errors by kind, DNS and TLS time apart.",
        _parse,
    ),
)
