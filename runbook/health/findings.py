"""Makes findings of what was seen of one resource."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from runbook.cloud.errors import CloudError
from runbook.commands.sentences import sentence
from runbook.document.definition import Json
from runbook.health.comparing import expected_words, holds, words
from runbook.health.definition import Expectation
from runbook.health.gathering import Answer
from runbook.health.kinds import EXISTS, Asked, Fact, Field, Judged, Kind, Read, Unread
from runbook.health.report import Finding, Measured

UNCHECKED = " was not checked. "
"""Between what was not checked and why."""
_PLACE = re.compile(r"\{(?:name|key|found|expected)\}")


@dataclass(frozen=True, slots=True)
class Examined:
    """One resource held against its expectations."""

    findings: tuple[Finding, ...]
    snapshot: Mapping[str, Json] = field(default_factory=dict)
    measured: tuple[Measured, ...] = ()


def examine(kind: Kind, asked: Asked, answers: Sequence[tuple[Read, Answer]]) -> Examined:
    first = answers[0][1].error if answers else None
    if kind.asks_existence and first is not None and first.kind == "NOT_FOUND":
        facts: dict[str, Fact] = {"exists": False}
        return Examined(tuple(_settled(kind, asked, facts, only="exists")))
    facts = _facts(kind, asked, answers)
    seen = [answer.seen for _read, answer in answers if answer.seen is not None]
    return Examined(
        tuple(_settled(kind, asked, facts)),
        snapshot={path: value for one in seen for path, value in one.snapshot.items()},
        measured=tuple(number for one in seen for number in one.measured),
    )


def _facts(kind: Kind, asked: Asked, answers: Sequence[tuple[Read, Answer]]) -> dict[str, Fact]:
    """What could not be read is `Unread`, whether it exists at all as well."""
    found: dict[str, Fact] = {"exists": True}
    for number, (read, answer) in enumerate(answers):
        if answer.seen is not None:
            found |= answer.seen.facts
        elif answer.error is not None:
            unread = Unread(_reason(answer.error, kind.full_name(asked)))
            found |= dict.fromkeys(read.fields if number else ("exists", *read.fields), unread)
    return found


def _reason(error: CloudError, resource: str) -> str:
    """What Google said is about the resource; what kept anybody from asking is about them all."""
    if error.http_status is not None or not error.advice:
        return sentence(error, resource)
    return f"{error.message} {error.advice}"


def _settled(
    kind: Kind, asked: Asked, facts: Mapping[str, Fact], only: str = ""
) -> Sequence[Finding]:
    found = [
        _finding(kind, asked, expectation, facts)
        for expectation in asked.resource.expectations
        if only in ("", expectation.field)
    ]
    if facts["exists"] is not True:
        return kind.settle(asked, facts, found)
    # What is there although it should not be is mended by nothing that makes what is missing.
    there = [one for one in found if one.expectation == asked.expectation(EXISTS.name)]
    return [*there, *kind.settle(asked, facts, [one for one in found if one not in there])]


def _finding(
    kind: Kind, asked: Asked, expectation: Expectation, facts: Mapping[str, Fact]
) -> Finding:
    about = EXISTS if expectation.field == "exists" else kind.field(expectation.field)
    assert about is not None  # noqa: S101 (the reader takes no other fields)
    fact = _fact(expectation, facts)
    finding = Finding(
        area=kind.area,
        resource=kind.full_name(asked),
        expectation=asked.expectation(expectation.name),
        expected=expected_words(expectation, about.shape_of(expectation.key)),
        found="",
        verdict="unchecked",
        severity=expectation.severity,
        is_risk=expectation.is_risk,
        action=expectation.action,
        line=expectation.line,
    )
    if isinstance(fact, Unread):
        return replace(finding, message=f"{_named(kind, asked)}{UNCHECKED}{fact.reason}")
    is_met, found = _compared(expectation, about, fact)
    finding = replace(finding, found=found, verdict="passed" if is_met else "failed")
    if is_met:
        return finding
    return replace(finding, message=_message(kind, asked, expectation, about, finding))


def _fact(expectation: Expectation, facts: Mapping[str, Fact]) -> Fact:
    found = facts.get(expectation.field)
    if not expectation.key or isinstance(found, Unread):
        return found
    return found.get(expectation.key) if isinstance(found, dict) else None


def _compared(expectation: Expectation, about: Field, fact: Fact) -> tuple[bool, str]:
    if isinstance(fact, Judged):
        return fact.is_met, fact.words
    value = cast("Json", fact)
    shape = about.shape_of(expectation.key)
    is_met = all(holds(bound, value, shape) for bound in expectation.bounds)
    return is_met, words(value, shape)


def _message(
    kind: Kind, asked: Asked, expectation: Expectation, about: Field, finding: Finding
) -> str:
    said = expectation.message or about.says or _usual(kind, about, finding)
    values = {
        "{name}": asked.name,
        "{key}": expectation.key,
        "{found}": finding.found,
        "{expected}": finding.expected,
    }
    return _PLACE.sub(lambda place: values[place[0]], said)


def _usual(kind: Kind, about: Field, finding: Finding) -> str:
    if about is EXISTS:
        is_there = finding.found == "yes"
        return f"{kind.title} '{{name}}' {'should not be there' if is_there else 'is missing'}"
    label = about.name.replace("_", " ") + (" {key}" if about.keyed else "")
    return f"{kind.title} '{{name}}': {label} is '{{found}}', expected '{{expected}}'"


def _named(kind: Kind, asked: Asked) -> str:
    return f"{kind.title} '{asked.name}'"
