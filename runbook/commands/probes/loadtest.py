"""loadtest: sends a bounded load to an allowed host for a while and tells how it bore it.

A command of Runbook's own: no program of that name is run.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runbook.cloud.loads import MOST_CONNECTIONS, MOST_REQUESTS, Load
from runbook.commands.base import Command, Effect, NotRunnable
from runbook.commands.curl_options import header_of, url_of
from runbook.commands.kinds import CommandKind
from runbook.commands.load_bounds import number_within, seconds_of
from runbook.commands.loading import Loading

_CONNECTIONS, _DURATION, _HEADER = "--concurrent-connections", "--duration", "--header"
_WITH_VALUE = (_CONNECTIONS, _DURATION, _HEADER)
USUAL_CONNECTIONS, USUAL_DURATION = "20", "30s"


def _parse(words: Sequence[str]) -> Command:
    given, addresses = _sorted_out(words)
    if len(addresses) != 1:
        raise NotRunnable("loadtest takes exactly one address.")
    single = dict(given)
    load = Load(
        url=url_of(addresses[0]),
        method="GET",
        connections=number_within(
            single.get(_CONNECTIONS, USUAL_CONNECTIONS), MOST_CONNECTIONS, "connections"
        ),
        requests=MOST_REQUESTS,
        seconds=seconds_of(single.get(_DURATION, USUAL_DURATION)),
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


KINDS = (
    CommandKind(
        "loadtest",
        Effect.CHANGES,
        "Sends a bounded load for a while: percentiles, errors by kind, DNS and TLS time apart.",
        _parse,
    ),
)
