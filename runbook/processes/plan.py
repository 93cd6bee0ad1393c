"""What a supervisor is to keep running, as plain values that survive a trip through JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

ReadyKind = Literal["started", "http", "redis", "line"]


@dataclass(frozen=True, slots=True)
class Ready:
    """How to see that a child does its work.

    `http`: `where` is a URL on loopback that answers below 500. `redis`: `where` is the path of a
    socket that answers PING. `line`: the child prints a line holding `where`. `started`: it
    has run for a few seconds.
    """

    kind: ReadyKind = "started"
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process. It starts when every child named in `after` has been ready once. It is asked
    to stop with SIGTERM and killed, with all it started, `patience` seconds later. `farewell` is
    what people are told when that takes longer than a moment."""

    name: str
    command: tuple[str, ...]
    ready: Ready = field(default_factory=Ready)
    after: tuple[str, ...] = ()
    patience: float = 5.0
    farewell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`stop_order` lists groups of names; a group is stopped together, after the one before it.

    `environment` is added to the supervisor's own for every child. `greeting` is printed once, when
    the child named `front` is ready. `lock` is an open file descriptor that holds the data folder.
    """

    folder: str
    logs: str
    children: tuple[Child, ...]
    stop_order: tuple[tuple[str, ...], ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    front: str = ""
    greeting: str = ""
    lock: int | None = None


def write_plan(plan: Plan, path: Path) -> None:
    """Readable by the owner alone: the environment may hold addresses with passwords."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(plan)))


def read_plan(path: Path) -> Plan:
    values = json.loads(path.read_text())
    children = [
        Child(
            name=child["name"],
            command=tuple(child["command"]),
            ready=Ready(**child["ready"]),
            after=tuple(child["after"]),
            patience=child["patience"],
            farewell=child["farewell"],
        )
        for child in values.pop("children")
    ]
    stop_order = tuple(tuple(names) for names in values.pop("stop_order"))
    return Plan(children=tuple(children), stop_order=stop_order, **values)
