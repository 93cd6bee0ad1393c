"""What a kind of resource is to a check: which fields it has and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from runbook.document.definition import Json
from runbook.health.definition import Resource
from runbook.health.naming import SHORT, Naming
from runbook.health.report import Area, Finding, Measured, Severity

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session

Shape = Literal["text", "texts", "number", "seconds", "flag", "version", "quantity", "setting"]


@dataclass(frozen=True, slots=True)
class Field:
    """`says` is the sentence for what fails, "" for the usual one: `{name}` is the resource's,
    `{key}` the entry's, `{found}` and `{expected}` are words. A `keyed` field holds entries of that
    shape by name, as `entry_names` says; of `entries` only these, each of its own shape."""

    name: str
    shape: Shape
    about: str
    says: str = ""
    keyed: bool = False
    severity: Severity = "critical"
    entries: Mapping[str, Shape] = field(default_factory=dict)
    entry_names: Naming | None = None

    def shape_of(self, key: str) -> Shape:
        return self.entries.get(key, self.shape)


@dataclass(frozen=True, slots=True)
class Unread:
    """A field of which nothing is known, and why: a whole sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A value that stays where it was read: only whether it fits, and words that do not hold it."""

    is_met: bool
    words: str


Fact: TypeAlias = "Json | Unread | Judged | dict[str, Judged]"


@dataclass(frozen=True, slots=True)
class Asked:
    """One resource in its place, at the moment of the check (UTC)."""

    project: str
    region: str
    resource: Resource
    at: datetime

    @property
    def name(self) -> str:
        return self.resource.name

    def expectation(self, field: str) -> str:
        """The dotted name of what is expected of a field."""
        return f"{self.resource.section}.{self.name}.{field}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a read found: facts by field, entries of a keyed field by name below it."""

    facts: Mapping[str, Fact]
    snapshot: Mapping[str, Json] = field(default_factory=dict)
    measured: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """One request, or one handshake, that tells `fields`. Raises `CloudError`; the first read of a
    kind says by "NOT_FOUND" that the resource is missing."""

    fields: tuple[str, ...]
    do: Callable[[Session, Asked], Seen]


Settle: TypeAlias = "Callable[[Asked, Mapping[str, Fact], Sequence[Finding]], Sequence[Finding]]"


def as_found(
    _asked: Asked, _facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    return findings


@dataclass(frozen=True, slots=True)
class Kind:
    """`section` is its key in the file. `settle` says of the findings of one resource which follow
    from others, and what would mend them. `options` are numbers that expect nothing. Hosts and
    pages answer or do not: of them existence is not asked. `imports` is called before anything is
    timed, where a client is imported when it is first asked for."""

    section: str
    area: Area
    title: str
    fields: tuple[Field, ...]
    full_name: Callable[[Asked], str]
    reads: tuple[Read, ...]
    settle: Settle = as_found
    options: tuple[str, ...] = ()
    asks_existence: bool = True
    names: Naming = SHORT
    imports: Callable[[], object] | None = None

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class AreaWords:
    """An area for people: what is checked, what is said when all is well, and what its issues are
    called ("Found 2 VPC connector issues")."""

    area: Area
    title: str
    fine: str
    issues: str
    kinds: tuple[Kind, ...]


EXISTS = Field("exists", "flag", "whether it is there at all; expected of every resource", says="")
