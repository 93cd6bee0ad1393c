"""Where a log sink writes to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runbook.commands.base import NotRunnable
from runbook.commands.cloud_run.resource import Resource
from runbook.commands.grammar.flag_words import is_flag
from runbook.commands.grammar.other_flags import other_flags

_WITHOUT_VALUE = {"--disabled", "--use-partitioned-tables", "--quiet", "-q"}
_WITHOUT_VALUE |= {f"--{name}" for name in other_flags("logging sinks create").switches}
_DESTINATION = re.compile(r"[a-z]+\.googleapis\.com/[A-Za-z0-9._:/@-]{1,500}")
_ROLES = {
    "bigquery": "the BigQuery Data Editor role on the dataset",
    "storage": "the Storage Object Creator role on the bucket",
    "pubsub": "the Pub/Sub Publisher role on the topic",
}


def separate_destination(words: Sequence[str]) -> tuple[list[str], str]:
    """The words without the second of those that are no flags, and that one, "" where it is
    missing. Raises NotRunnable where it cannot be a destination."""
    places = _places(words)
    if len(places) < 2:
        return list(words), ""
    destination = words[places[1]]
    if not _DESTINATION.fullmatch(destination):
        raise NotRunnable(f"'{destination}' cannot be where a sink writes to.")
    return [word for place, word in enumerate(words) if place != places[1]], destination


def _places(words: Sequence[str]) -> list[int]:
    """Where the words stand that are neither flags nor values of flags."""
    found: list[int] = []
    is_value = False
    for place, word in enumerate(words):
        if is_value or is_flag(word):
            is_value = not is_value and "=" not in word and not _is_switch(word)
        else:
            found.append(place)
    return found


def _is_switch(word: str) -> bool:
    return word in _WITHOUT_VALUE or word.startswith("--no-")


def told_to_grant(sink: Resource) -> list[str]:
    """What gcloud tells people to do next."""
    kind = str(sink.get("destination", "")).partition(".")[0]
    lines = []
    if kind in _ROLES:
        writer = sink.get("writerIdentity")
        lines.append(f"Please remember to grant `{writer}` {_ROLES[kind]}.")
    more = "https://cloud.google.com/logging/docs/export/configure_export"
    return [*lines, f"More information about sinks can be found at {more}"]
