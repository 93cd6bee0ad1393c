"""What of an infrastructure is configured otherwise than it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from runbook.document.definition import Json

Snapshot = Mapping[str, Mapping[str, Json]]
"""For each resource, by its full name, its fields by dotted path."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One field of a resource. `path` is "" for a resource that came (`before` None) or went
    (`after` None) as a whole."""

    resource: str
    path: str
    before: Json
    after: Json

    def as_json(self) -> dict[str, Json]:
        return asdict(self)

    def __str__(self) -> str:
        if not self.path:
            return f"{self.resource} {'is new' if self.before is None else 'is gone'}"
        return f"{self.resource} {self.path}: {_shown(self.before)} → {_shown(self.after)}"


def drift(before: Snapshot, after: Snapshot, *, unseen: Iterable[str] = ()) -> list[Drift]:
    """What differs, by resource and path. `unseen` are resources that could not be read this time:
    nothing is said about them."""
    left_out = set(unseen)
    names = sorted((set(before) | set(after)) - left_out)
    return [one for name in names for one in _of_resource(name, before.get(name), after.get(name))]


def _of_resource(
    name: str, before: Mapping[str, Json] | None, after: Mapping[str, Json] | None
) -> Iterator[Drift]:
    if before is None or after is None:
        yield Drift(name, "", _whole(before), _whole(after))
        return
    for path in sorted(set(before) | set(after)):
        if before.get(path) != after.get(path):
            yield Drift(name, path, before.get(path), after.get(path))


def _whole(fields: Mapping[str, Json] | None) -> Json:
    return None if fields is None else dict(fields)


def _shown(value: Json) -> str:
    return "nothing" if value is None else str(value)
