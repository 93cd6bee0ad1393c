"""Log entries: the lines that a scenario says are written again and again, as Cloud Logging has
them.

A line has its own second within each period, the same whenever it is asked for; a line with
`while` is written only as long as that component of the application is down.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from runbook.simulator.store import Place, Resource, Store
from runbook.simulator.symptoms import HOURS, spans

_LINES = "logging/lines"


def seed(section: Mapping[str, Any], _place: Place) -> dict[str, Resource]:  # Any: YAML
    """Lines by name: `log`, `resource`, `severity`, `every` (seconds), `while`, and one payload of
    `text`, `json` and `proto`, in which `{n}` counts; `http` and `labels` may stand beside it."""
    return {f"{_LINES}/{name}": dict(line) | {"of": name} for name, line in section.items() if line}


def written(store: Store) -> Iterator[Resource]:
    """Every entry of the hours that are kept, in no order."""
    for line in store.under(_LINES):
        unchanging = _unchanging(line, store.place)
        for number in _moments(store, line):
            yield unchanging | _changing(store, line, number)


def _moments(store: Store, line: Resource) -> Iterator[int]:
    """The numbers of the periods in which the line was written."""
    now, every = store.now(), float(line["every"])
    component = line.get("while")
    kept = [(now - HOURS * 3600, now)] if component is None else spans(store, component)
    for since, until in kept:
        shift = _shift(line)
        first, last = math.ceil((since - shift) / every), math.floor((until - shift) / every)
        yield from range(first, last + 1)


def _shift(line: Resource) -> float:
    digest = hashlib.sha256(line["of"].encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 * float(line["every"])


def _unchanging(line: Resource, place: Place) -> Resource:
    """What all entries of a line share."""
    resource = line["resource"]
    labels = {"project_id": place.project} | resource.get("labels", {})
    return {
        "insertId": "",
        "resource": {"type": resource["type"], "labels": labels},
        "timestamp": "",
        "severity": line["severity"],
        "logName": f"projects/{place.project}/logs/{quote(line['log'], safe='')}",
    }


def _changing(store: Store, line: Resource, number: int) -> Resource:
    at = number * float(line["every"]) + _shift(line)
    return {
        "insertId": hashlib.sha256(f"{line['of']}/{number}".encode()).hexdigest()[:16],
        "timestamp": stamp(store, at),
        "receiveTimestamp": stamp(store, at + 0.413),
    } | _payload(line, number)


def _payload(line: Resource, number: int) -> Resource:
    fields = {"text": "textPayload", "json": "jsonPayload", "proto": "protoPayload"}
    fields |= {"http": "httpRequest", "labels": "labels"}
    return {fields[key]: _counted(line[key], number) for key in fields if line.get(key)}


def _counted(value: Any, number: int) -> Any:  # noqa: ANN401 - JSON in and out
    if isinstance(value, str):
        return value.replace("{n}", str(number % 1000))
    if isinstance(value, dict):
        return {key: _counted(one, number) for key, one in value.items()}
    return value


def stamp(store: Store, at: float) -> str:
    """A time as Cloud Logging writes it, to the microsecond."""
    return store.time(at).replace("Z", f"{int(at * 1_000_000) % 1000:03}Z")
