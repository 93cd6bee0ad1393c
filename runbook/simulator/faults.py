"""Faults on request: armed by path, used up by matching requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from runbook.simulator.denials import denied
from runbook.simulator.errors import Refusal, shape_of
from runbook.simulator.store import Resource, Store

Kind = Literal[
    "403",
    "404",
    "409",
    "429",
    "503",
    "slow",
    "drop",
    "html",
    "hang",
    "operation-fails",
    "operation-never-ends",
    "reply-lost",
]

_ON_CHANGES_ONLY = ("operation-fails", "operation-never-ends", "reply-lost")
_HOLDS = {"slow": 1.0, "hang": 120.0}
_FIELDS = {"match", "method", "kind", "times", "seconds", "retry_after"}
_MESSAGES = {
    404: "Requested entity was not found.",
    409: "The operation was aborted: the resource is the subject of a conflict.",
    429: "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'.",
    503: "The service is currently unavailable.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault as it hits one request. `seconds` is how long `slow` and `hang` hold it."""

    kind: Kind
    seconds: float
    retry_after: float | None

    def refuse(self, method: str, path: str) -> None:
        """Raises the error that this fault stands for, if it stands for one."""
        if not self.kind.isdecimal():
            return
        code = int(self.kind)
        refusal = _worded(code, method, path)
        if self.retry_after is not None:
            refusal.headers["retry-after"] = f"{self.retry_after:g}"
        raise refusal


def _worded(code: int, method: str, path: str) -> Refusal:
    """The error in the words of the API that the path belongs to, where they are known."""
    match (code, shape_of(path)):
        case (403, _):
            return denied(method, path)
        case (404, "compute"):
            return Refusal(404, f"The resource '{path[path.find('projects/') :]}' was not found")
        case (404, "sql"):
            text = "The Cloud SQL instance does not exist."
            return Refusal(404, text, reason="instanceDoesNotExist")
        case (409, "sql"):
            text = "Operation failed because another operation was already in progress."
            return Refusal(409, text, reason="operationInProgress")
    return Refusal(code, _MESSAGES[code])


def arm(store: Store, wanted: Resource) -> Resource:
    """Adds a fault and returns it as armed.

    Without `times` it strikes once, or any number of times when `seconds` gives it a life span;
    `times: 0` means until removed. `operation-*` and `reply-lost` strike changes only. `seconds`
    is how long `slow` and `hang` hold a request, and how long any other fault lives.
    """
    kind = str(wanted.get("kind", ""))
    if unknown := sorted(set(wanted) - _FIELDS):
        raise Refusal(400, f"A fault has no field {', '.join(unknown)}.")
    if kind not in get_args(Kind):
        raise Refusal(400, f"No fault {kind!r}; there are: {', '.join(get_args(Kind))}.")
    seconds = _number(wanted, "seconds")
    lives = seconds is not None and kind not in _HOLDS
    times = _number(wanted, "times")
    fault = {
        "id": store.serial(),
        "match": str(wanted.get("match", "/")),
        "method": str(wanted.get("method", "")).upper(),
        "kind": kind,
        "times": (0 if lives else 1) if times is None else int(times),
        "struck": 0,
        "until": store.now() + seconds if lives and seconds is not None else None,
        "seconds": _HOLDS.get(kind, 0.0) if seconds is None else seconds,
        "retry_after": _number(wanted, "retry_after"),
    }
    store.faults.append(fault)
    return fault


def strike(store: Store, *, method: str, path: str) -> Fault | None:
    """The first armed fault that fits this request; counts it and drops what is used up."""
    store.faults[:] = [one for one in store.faults if _is_alive(one, store.now())]
    for armed in store.faults:
        if not _fits(armed, method, path):
            continue
        armed["struck"] += 1
        store.touch()
        kind = cast("Kind", armed["kind"])
        return Fault(kind=kind, seconds=armed["seconds"], retry_after=armed["retry_after"])
    return None


def is_away(store: Store, path: str) -> bool:
    """Whether a 503 is armed for reads of a region or a zone that `path` lies in; counts it.

    Lists over all scopes ask this for each of them: a fault on one scope leaves the others there.
    """
    for armed in store.faults:
        names_scope = any(part in str(armed["match"]) for part in ("/regions/", "/zones/"))
        if armed["kind"] == "503" and names_scope and _fits(armed, "GET", path):
            armed["struck"] += 1
            store.touch()
            return True
    return False


def _number(wanted: Resource, field: str) -> float | None:
    value = wanted.get(field)
    if value is None or (isinstance(value, int | float) and value >= 0):
        return value
    raise Refusal(400, f"{field} is a number of at least 0, not {value!r}.")


def _is_alive(armed: Resource, now: float) -> bool:
    if armed["until"] is not None and now >= armed["until"]:
        return False
    return not armed["times"] or armed["struck"] < armed["times"]


def _fits(armed: Resource, method: str, path: str) -> bool:
    """`match` is the beginning of the path, or of its part from `projects/` on."""
    if armed["method"] and armed["method"] != method:
        return False
    if armed["kind"] in _ON_CHANGES_ONLY and method in ("GET", "HEAD"):
        return False
    match = str(armed["match"])
    at = path.find("projects/")
    return path.startswith(match) or (at >= 0 and path[at:].startswith(match))
