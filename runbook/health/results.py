"""Each criterion of a validation held against what was found before and after the fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runbook.health.criteria import (
    Category,
    Criteria,
    Criterion,
    OfAreas,
    OfLogs,
    OfMetric,
    OfPage,
    OfSocket,
    OfSteps,
    What,
)
from runbook.health.metrics import Metric
from runbook.health.report import Finding
from runbook.health.thresholds import shown
from runbook.health.trying import Newest, Tried
from runbook.health.validation import Result

_SECONDS_OF = {OfPage: "endpoint.seconds", OfSocket: "websocket.seconds"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check found: `numbers` are values by the metric's name and its subject. `error` says
    why there is nothing."""

    findings: tuple[Finding, ...] = ()
    numbers: Mapping[tuple[str, str], float] = field(default_factory=dict)
    error: str = ""

    def found(self, finding: Finding) -> str:
        """What was found for the same expectation, "" when it was not looked at."""
        for one in self.findings:
            if (one.resource, one.expectation) == (finding.resource, finding.expectation):
                return _found(one)
        return ""


@dataclass(frozen=True, slots=True)
class StepFact:
    """An exit criterion. `passed` is None while nobody has ticked it; `words` say who did."""

    title: str
    passed: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that results are made of. `metrics` are those that the numbers may be of, by name; those
    in `newest` count before those of the check."""

    before: Seen
    after: Seen
    tried: Mapping[What, Tried]
    steps: Sequence[StepFact]
    metrics: Mapping[str, Metric]
    newest: Newest = field(default_factory=Newest)


def results_of(criteria: Criteria, evidence: Evidence) -> tuple[Result, ...]:
    return tuple(
        result
        for category, criterion in criteria.criteria()
        for result in _of_criterion(category, criterion, evidence)
    )


def _of_criterion(category: Category, one: Criterion, evidence: Evidence) -> Iterator[Result]:
    what = one.what
    if isinstance(what, OfAreas):
        yield from _of_areas(category, what, evidence)
    elif isinstance(what, OfSteps):
        yield from _of_steps(category, one, evidence)
    elif isinstance(what, OfMetric):
        yield from _of_metric(category, one, what, evidence)
    else:
        yield _of_trial(category, one, what, evidence)


def _of_areas(category: Category, what: OfAreas, evidence: Evidence) -> Iterator[Result]:
    if evidence.after.error:
        title = f"Check of {', '.join(area.value for area in what.areas)}"
        yield Result(category, title, None, detail=evidence.after.error)
        return
    for finding in evidence.after.findings:
        if finding.area in what.areas:
            yield Result(
                category=category,
                title=_title(finding),
                passed=None if finding.verdict == "unchecked" else finding.verdict == "passed",
                before=evidence.before.found(finding),
                after=_found(finding),
                detail=_detail(finding),
                severity="warning" if finding.is_risk else finding.severity,
            )


def _title(finding: Finding) -> str:
    """ "state of staging-connector": never "name: word", which reads like a secret's value where
    the name is that of a secret."""
    is_url = "://" in finding.resource
    name = finding.resource if is_url else finding.resource.rpartition("/")[2]
    _, is_named, rest = finding.expectation.partition(f"{name}.")
    field = (rest if is_named else finding.expectation).replace("_", " ")
    return f"{name} exists" if field == "exists" else f"{field} of {name}"


def _found(finding: Finding) -> str:
    return finding.found if finding.verdict != "unchecked" else "could not be checked"


def _detail(finding: Finding) -> str:
    if finding.verdict == "passed":
        return ""
    follows = f"Follows from: {finding.follows}" if finding.follows else ""
    return " ".join(_sentence(part) for part in (finding.message, follows) if part)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _of_steps(category: Category, one: Criterion, evidence: Evidence) -> Iterator[Result]:
    for step in evidence.steps:
        yield Result(category, step.title, step.passed, after=step.words, severity=one.severity)
    if not evidence.steps:
        title = one.title or "Exit criteria"
        detail = "The runbook of this incident names no exit criteria."
        yield Result(category, title, None, detail=detail, severity=one.severity)


def _of_metric(
    category: Category, one: Criterion, what: OfMetric, evidence: Evidence
) -> Iterator[Result]:
    metric = evidence.metrics.get(what.metric, Metric(what.metric, what.metric))
    title = one.title or metric.title
    numbers = {**evidence.after.numbers, **evidence.newest.numbers}
    found = {key: value for key, value in numbers.items() if key[0] == what.metric}
    if not found:
        none = f"There is no recent value of {what.metric}."
        detail = evidence.newest.why_none.get(what.metric, none)
        yield Result(category, title, None, detail=detail, severity=one.severity)
    for (name, subject), value in sorted(found.items()):
        passed = value > what.limit if what.is_above else value < what.limit
        side = "above" if what.is_above else "below"
        expected = f"Expected {side} {shown(what.limit, metric.unit)}."
        yield Result(
            category=category,
            title=f"{title}: {subject}" if len(found) > 1 else title,
            passed=passed,
            before=_number(evidence.before.numbers.get((name, subject)), metric.unit),
            after=shown(value, metric.unit),
            detail="" if passed else expected,
            severity=one.severity,
        )


def _of_trial(
    category: Category, one: Criterion, what: OfPage | OfSocket | OfLogs, evidence: Evidence
) -> Result:
    tried = evidence.tried.get(what, Tried(None, "could not be checked", evidence.after.error))
    before = "" if isinstance(what, OfLogs) else _answer_before(what, evidence.before)
    return Result(
        category=category,
        title=one.title or _name_of(what),
        passed=tried.passed,
        before=before,
        after=tried.after,
        detail=tried.detail,
        severity=one.severity,
    )


def _answer_before(what: OfPage | OfSocket, before: Seen) -> str:
    """What was answered, and after how long: a refusal may come sooner than any page."""
    own = [one for one in before.findings if one.resource == what.url and one.found]
    answers = (_found(one) for one in own if one.expectation.endswith(".status"))
    answered = next(answers, "") or next((_found(one) for one in own), "")
    seconds = before.numbers.get((_SECONDS_OF[type(what)], what.url))
    if seconds is None:
        return answered
    return f"{answered if answered.isdigit() else 'answered'} after {seconds:.2f} s"


def _name_of(what: OfPage | OfSocket | OfLogs) -> str:
    if isinstance(what, OfPage):
        often = f" {what.tries} times" if what.tries > 1 else ""
        return f"{what.url} answers {what.status} within {what.within:g} s{often}"
    if isinstance(what, OfSocket):
        return f"{what.url} opens within {what.within:g} s"
    minutes = f"{what.over / 60:g} minutes"
    return f"At most {what.at_most} log entries with {what.condition} in {minutes}"


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else shown(value, unit)
