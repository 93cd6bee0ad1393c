"""hey: sends a bounded load to an allowed host and tells how long the answers took."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runbook.cloud.loads import MOST_CONNECTIONS, MOST_REQUESTS, MOST_SECONDS, Load
from runbook.commands.base import Command, Effect, NotRunnable
from runbook.commands.curl_options import header_of, url_of
from runbook.commands.kinds import CommandKind
from runbook.commands.load_bounds import number_within, seconds_of
from runbook.commands.loading import Loading

_WITH_VALUE = ("-n", "-c", "-z", "-m", "-t", "-H")


def _parse(words: Sequence[str]) -> Command:
    given: list[tuple[str, str]] = []
    rest = list(words)
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        if word == "-disable-keepalive":
            given.append((word, ""))
        elif word in _WITH_VALUE and rest:
            given.append((word, rest.pop(0)))
        else:
            raise NotRunnable(f"The option {word} of hey is not understood here.")
    if len(rest) != 1:
        raise NotRunnable("hey takes exactly one address, after its options.")
    return Loading(
        shlex.join(["hey", *words]), "hey", _load(dict(given), given, rest[0]), "-z" in dict(given)
    )


def _load(single: dict[str, str], given: Sequence[tuple[str, str]], url: str) -> Load:
    connections = number_within(single.get("-c", "50"), MOST_CONNECTIONS, "connections")
    requests = number_within(single.get("-n", "200"), MOST_REQUESTS, "requests")
    is_timed = "-z" in single
    if not is_timed and requests < connections:
        raise NotRunnable("-n cannot be less than -c.")
    return Load(
        url=url_of(url),
        method=_method(single.get("-m", "GET")),
        connections=connections,
        requests=MOST_REQUESTS if is_timed else requests // connections * connections,
        seconds=seconds_of(single["-z"]) if is_timed else MOST_SECONDS,
        patience=float(number_within(single.get("-t", "20"), 60, "seconds")),
        headers=tuple(header_of(value) for name, value in given if name == "-H"),
        keeps_connections="-disable-keepalive" not in single,
    )


def _method(text: str) -> str:
    if text not in ("GET", "HEAD"):
        raise NotRunnable(f"A load is sent with GET or HEAD here, not {text}.")
    return text


KINDS = (
    CommandKind(
        "hey",
        Effect.CHANGES,
        "Sends a bounded load to an allowed host: latency percentiles, error rate, status codes.",
        _parse,
    ),
)
