"""Which function answers which request: routes, what a handler is given, and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from runbook.simulator.faults import Fault
from runbook.simulator.store import Place, Resource, Store

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a handler. `params` come from the path, `body` is the JSON object sent."""

    method: str
    host: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Resource
    store: Store
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is not plain 200."""

    body: Resource
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Resource | Reply]
Waiter = Callable[[Call], Awaitable[Resource]]


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` is a path with `{parameters}`; each matches one segment up to `/` or `:`.

    A `handler` runs inside the store's transaction; a `waiter` is awaited outside of it and opens
    transactions of its own. `on_site` routes answer for the application's hosts, all others for
    Google's.
    """

    method: str
    pattern: str
    handler: Handler | None = None
    waiter: Waiter | None = None
    on_site: bool = False

    def answer(self, call: Call) -> Resource | Reply:
        if self.handler is None:
            raise TypeError(f"{self.pattern} has no handler")
        return self.handler(call)

    def match(self, path: str) -> dict[str, str] | None:
        found = _compiled(self.pattern).fullmatch(path)
        return found.groupdict() if found else None


Seed = Callable[[Mapping[str, Any], Place], dict[str, Resource]]  # Any: YAML of a scenario


@dataclass(frozen=True, slots=True)
class Product:
    """What a file in `products/` offers as `PRODUCT`.

    `sections` maps a key of the scenario to the function that turns what stands there into
    resources by key.
    """

    routes: tuple[Route, ...]
    sections: Mapping[str, Seed] = field(default_factory=dict)


_patterns: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern not in _patterns:
        escaped = re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}")
        _patterns[pattern] = re.compile(_PARAMETER.sub(r"(?P<\1>[^/:]+)", escaped))
    return _patterns[pattern]
