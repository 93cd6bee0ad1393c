"""What flags of `health-checks update` make of a health check, and which values Google takes."""

from __future__ import annotations

from runbook.commands.base import NotRunnable
from runbook.commands.changing import Resource
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import get
from runbook.document.definition import Json

TOP = {
    "check-interval": "checkIntervalSec",
    "timeout": "timeoutSec",
    "healthy-threshold": "healthyThreshold",
    "unhealthy-threshold": "unhealthyThreshold",
}
INNER = {"host": "host", "port": "port", "request-path": "requestPath"}
_OUTPUT_ONLY = ("creationTimestamp", "id", "kind", "region", "selfLink")
# In gcloud's own words and order; the thresholds' sentences differ by a colon there too.
_SECONDS = "must not be less than 1 second or greater than 300 seconds"
_COUNT = "must be an integer between 1 and 10, inclusive"
_LIMITS = (
    ("check-interval", 300, f"[--check-interval] {_SECONDS}; received [{{}}] seconds."),
    ("timeout", 300, f"[--timeout] {_SECONDS}; received: [{{}}] seconds."),
    ("healthy-threshold", 10, f"[--healthy-threshold] {_COUNT}; received: [{{}}]."),
    ("unhealthy-threshold", 10, f"[--unhealthy-threshold] {_COUNT}; received [{{}}]."),
)


def block_of(protocol: str) -> str:
    """The field that holds what only checks of one protocol have: "httpHealthCheck"."""
    return f"{protocol}HealthCheck"


def check_values(arguments: Arguments) -> None:
    """Raises NotRunnable where gcloud itself refuses."""
    for flag, most, words in _LIMITS:
        value = arguments.flag(flag)
        if isinstance(value, int) and not 1 <= value <= most:
            raise NotRunnable(words.format(value), gcloud_exit=1)
    if not arguments.flags:
        raise NotRunnable("At least one property must be modified.", gcloud_exit=1)


def updated(before: Resource, arguments: Arguments, protocol: str) -> Resource:
    """The whole health check with the flags' values; an empty text takes a value away."""
    given = dict(arguments.flags)
    block = before.get(block_of(protocol))
    inner: Resource = dict(block) if isinstance(block, dict) else {}
    inner |= {INNER[flag]: _json(given[flag]) for flag in INNER if flag in given}
    if "port" in given:
        inner |= {"portName": None, "portSpecification": "USE_FIXED_PORT"}
    after = {**before, **{TOP[flag]: _json(given[flag]) for flag in TOP if flag in given}}
    if "description" in given:
        after["description"] = _json(given["description"])
    return _without_nothing({**after, block_of(protocol): _without_nothing(inner)})


def sent_of(resource: Resource) -> Resource:
    """The resource as it is sent: without what Google fills in."""
    return {field: value for field, value in resource.items() if field not in _OUTPUT_ONLY}


def fields_of(resource: Resource | None, protocol: str) -> dict[str, Json]:
    block = block_of(protocol)
    paths = [(field,) for field in (*TOP.values(), "description")]
    inner = [(block, field) for field in (*INNER.values(), "portName")]
    return {".".join(path): get(resource, path) for path in (*paths, *inner)}


def _json(value: object) -> Json:
    return value if isinstance(value, str | int) else None


def _without_nothing(resource: Resource) -> Resource:
    return {field: value for field, value in resource.items() if value not in (None, "")}
