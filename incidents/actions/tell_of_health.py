"""What the monitor found, as alerts: each begins once and ends when what it is about is over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple, cast

from incidents.actions.alerts import Signal, hear_all
from incidents.actions.blindness import signals_of_blindness
from incidents.actions.unseen_areas import signals_of_unseen
from incidents.actions.watches import Watched
from incidents.health_states import AlertKind, AlertSeverity, AlertState
from incidents.models import Alert, Environment, Monitor
from incidents.queries.monitors import blind_key, unseen_key
from runbook.document.definition import Json
from runbook.document.durations import words
from runbook.health.blindness import why_blind
from runbook.health.drift import Drift
from runbook.health.report import Area, Finding, Report, Status, named
from runbook.health.thresholds import BLIND, CHECK, DRIFT, shown
from runbook.health.verdict import Verdict

MOST_NAMED = 5
LONGEST_SUBJECT = 150


class Seen(NamedTuple):
    """All that one whole check brought to light."""

    monitor: Monitor
    report: Report
    watched: Sequence[Watched]
    drift: Sequence[Drift]
    verdict: Verdict

    @property
    def environment(self) -> Environment:
        return self.monitor.environment


def tell_of_health(seen: Seen) -> None:
    """Have alerts begin, be told again where they say something new, and end. Outside of
    transactions. Safe to repeat: what a worker that died did not tell, the next check does."""
    before = {one.key: one for one in _firing(seen.environment)}
    signals = {one.key: one for one in _signals(seen, before)}
    begun = [one for one in signals.values() if _says_something_new(one, before.get(one.key))]
    held = _held_open(seen)
    ended = [
        _end(one, seen.environment)
        for key, one in before.items()
        if key not in signals and key not in held
    ]
    if why_blind(seen.report):
        begun += signals_of_blindness(seen.monitor)
    if begun or ended:
        hear_all([*begun, *ended])


def end_all(environment: Environment) -> None:
    """Nobody watches any more: what the monitor told of is not known to go on."""
    ended = [_end(one, environment) for one in _firing(environment)]
    if ended:
        hear_all(ended)


def _firing(environment: Environment) -> list[Alert]:
    return list(
        Alert.objects.filter(
            environment=environment, kind=AlertKind.MONITOR, state=AlertState.FIRING
        )
    )


def _end(alert: Alert, environment: Environment) -> Signal:
    return Signal(
        kind=AlertKind.MONITOR,
        key=alert.key,
        firing=False,
        title=alert.title,
        environment=environment,
    )


def _says_something_new(signal: Signal, alert: Alert | None) -> bool:
    if alert is None:
        return True
    if (alert.title, alert.severity) != (signal.title, signal.severity):
        return True
    if signal.verdict and signal.verdict != alert.verdict:
        return True
    if signal.labels["threshold"] == DRIFT:
        return alert.summary != signal.summary
    if signal.labels["threshold"] == BLIND and alert.because != signal.because:
        return True
    has_findings = signal.labels["threshold"] in (BLIND, CHECK)
    return has_findings and named(alert.findings) != named(signal.findings)


def _signals(seen: Seen, firing: Mapping[str, Alert]) -> Iterator[Signal]:
    if seen.report.status == Status.CRITICAL:
        yield _of_check(seen)
    if seen.drift and not seen.report.criticals:
        yield _of_drift(seen)
    yield from (_of_threshold(seen, one) for one in seen.watched if one.counts)
    if seen.report.unchecked and not why_blind(seen.report):
        yield from signals_of_unseen(seen.monitor, firing)


def _held_open(seen: Seen) -> set[str]:
    """What could not be seen this time is not over."""
    of_check = {_key(seen, kind, seen.report.infrastructure) for kind in (CHECK, DRIFT)}
    if why_blind(seen.report):
        of_areas = {unseen_key(seen.environment, area) for area in Area}
        return {*of_check, *of_areas, blind_key(seen.environment)}
    is_unseen = any(one.severity == "critical" for one in seen.report.unchecked)
    return of_check if is_unseen else set()


def _of_check(seen: Seen) -> Signal:
    failed = seen.report.criticals
    title = f"{seen.environment} is CRITICAL: {_counted(len(failed), 'failure')}"
    return _signal(
        seen,
        CHECK,
        seen.report.infrastructure,
        title=title,
        summary=_listed([one.message for one in failed]),
        severity=AlertSeverity.CRITICAL,
        findings=[*failed, *seen.report.warnings],
    )


def _of_drift(seen: Seen) -> Signal:
    return _signal(
        seen,
        DRIFT,
        seen.report.infrastructure,
        title=f"{seen.environment} is configured otherwise than when it was last healthy",
        summary=_listed([str(one) for one in seen.drift]),
        findings=seen.report.warnings,
    )


def _of_threshold(seen: Seen, one: Watched) -> Signal:
    limit, standing = one.threshold, one.standing
    assert standing is not None  # noqa: S101  (it counts, so it stands somewhere)
    value = shown(standing.value, limit.metric.unit)
    lasted = f" for {words(limit.seconds)}" if limit.seconds else ""
    summary = f"{limit.metric.title}: {value}, {limit.limit} counts{lasted}. {limit.action}"
    return _signal(
        seen,
        limit.name,
        one.subject,
        title=f"{limit.title}: {one.subject} is {limit.limit}",
        summary=summary.strip(),
        severity=AlertSeverity(limit.severity),
        findings=seen.report.criticals,
        layer=limit.layer,
    )


def _signal(
    seen: Seen,
    kind: str,
    subject: str,
    *,
    title: str,
    summary: str,
    severity: AlertSeverity = AlertSeverity.WARNING,
    findings: Sequence[Finding] = (),
    layer: str = "",
) -> Signal:
    return Signal(
        kind=AlertKind.MONITOR,
        key=_key(seen, kind, subject),
        firing=True,
        title=title,
        summary=summary,
        severity=severity,
        environment=seen.environment,
        labels={
            "threshold": kind,
            "subject": subject,
            "project": seen.report.project,
            "region": seen.report.region,
            "layer": layer,
        },
        link=f"/health/{seen.environment.name}/",
        verdict=seen.verdict.layer,
        because=seen.verdict.because,
        findings=[cast("Json", asdict(one)) for one in findings],
    )


def _key(seen: Seen, kind: str, subject: str) -> str:
    """At most as long as a key may be, whatever the subject is called."""
    if len(subject) > LONGEST_SUBJECT:
        subject = hashlib.sha256(subject.encode()).hexdigest()
    return f"monitor/{seen.environment.name}/{kind}/{subject}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _listed(sentences: Sequence[str]) -> str:
    lines = list(sentences[:MOST_NAMED])
    more = len(sentences) - MOST_NAMED
    return "\n".join([*lines, f"and {more} more"] if more > 0 else lines)
