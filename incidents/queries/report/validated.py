"""Whether the fix held: each validation with its verdict, the last one with its criteria."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.models import Incident, Validation
from incidents.queries.report.wording import who
from incidents.queries.validations import MARKS, categories_of, done_validations
from incidents.visible_text import readable


@dataclass(frozen=True, slots=True)
class Criterion:
    """`passed` is None when it could not be checked."""

    category: str
    title: str
    before: str
    after: str
    passed: bool | None
    detail: str

    @property
    def has_moved(self) -> bool:
        return bool(self.before) and self.before != self.after

    @property
    def word(self) -> str:
        return MARKS[self.passed]


@dataclass(frozen=True, slots=True)
class ValidationFact:
    number: int
    at: datetime
    asked_by: str
    passed: int
    total: int
    may_sign_off: bool
    recommendation: str
    digest: str

    @property
    def verdict(self) -> str:
        """What was recommended: who signs off is a person."""
        return f"sign-off {'' if self.may_sign_off else 'not '}recommended"


@dataclass(frozen=True, slots=True)
class Validations:
    """`criteria` are those of the last one that did not pass, or where something else was found
    before; the `others` passed and say nothing new."""

    facts: tuple[ValidationFact, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    others: int = 0


def read_validations(incident: Incident) -> Validations:
    rows = list(done_validations(incident))
    if not rows:
        return Validations()
    every = list(_criteria(rows[-1]))
    told = tuple(one for one in every if one.passed is not True or one.has_moved)
    return Validations(tuple(map(_fact, rows)), told, len(every) - len(told))


def _fact(row: Validation) -> ValidationFact:
    return ValidationFact(
        number=row.number,
        at=row.ended_at or row.asked_at,
        asked_by=who(row.asked_by),
        passed=row.passed,
        total=row.total,
        may_sign_off=row.may_sign_off,
        recommendation=readable(row.recommendation),
        digest=row.digest,
    )


def _criteria(row: Validation) -> list[Criterion]:
    return [
        Criterion(
            category=category.name,
            title=readable(line["title"]),
            before=readable(line["before"]),
            after=readable(line["after"]),
            passed=line["passed"],
            detail=readable(line["detail"]),
        )
        for category in categories_of(row)
        for line in category.lines
    ]
