"""Hearing of alerts: the monitor's own and those that others post. What follows from them is done
by `alert_incidents`, `alert_recovery` and `alert_words`; here they are told apart by their key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from incidents import live
from incidents.actions.alert_incidents import came_back, follow
from incidents.actions.alert_recovery import recovered
from incidents.actions.alert_rows import store
from incidents.actions.alert_said import Said
from incidents.actions.alert_words import tell_what_is_new
from incidents.actions.storable import storable, storable_text
from incidents.health_states import AlertKind, AlertSeverity, AlertState
from incidents.models import Alert, AlertMessage, AlertSource, Environment
from incidents.redacting import beginning, redactor_with
from runbook.document.definition import Json
from runbook.redaction.redactor import Redactor

LONGEST_KEY, LONGEST_TITLE, LONGEST_LINK, LONGEST_TEXT = 300, 300, 1000, 8000
LONGEST_LABEL, LONGEST_VALUE, MOST_LABELS, MOST_FINDINGS = 200, 1000, 64, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Somebody says that something is wrong, or right again.

    `key` tells the condition from all others, whoever tells of it: "monitor/staging/…",
    "alertmanager/<source>/<fingerprint>". `labels` are what rules are matched against, `findings`
    those of the check that showed it (`runbook.health.report`), `verdict` is "infrastructure",
    "application" or "". `said_at` as `runbook.alerts.message.Told` has it.
    """

    kind: AlertKind
    key: str
    firing: bool
    title: str
    summary: str = ""
    severity: AlertSeverity = AlertSeverity.WARNING
    environment: Environment | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    verdict: str = ""
    because: str = ""
    findings: Sequence[Json] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    said_at: datetime | None = None


def hear(
    signal: Signal, *, source: AlertSource | None = None, message: AlertMessage | None = None
) -> Alert | None:
    """The alert that the signal is about; None for the end of something never heard of.

    Call it outside of transactions: it makes its own, as an incident may follow. Safe to repeat:
    of one key one alert fires at a time, and who tells again is counted.
    """
    found = hear_all([signal], source=source, message=message)
    return found[0] if found else None


def hear_all(
    signals: Sequence[Signal],
    *,
    source: AlertSource | None = None,
    message: AlertMessage | None = None,
) -> list[Alert]:
    """The same for all that comes in one message: together they make one entry on a timeline, and
    people are told once. Of several with one key the last counts."""
    clean = cache(beginning)  # many alerts of a message say the same
    unique = {one.key: one for one in (_said(signal, source, clean) for signal in signals)}
    heard = store(list(unique.values()), source=source, message=message)
    alerts = [one.alert for one in heard]
    for environment_id in {one.environment_id for one in alerts if one.environment_id}:
        live.health_changed(environment_id)
    follow([one for one in alerts if one.state == AlertState.FIRING])
    came_back([one.alert for one in heard if one.is_back])
    recovered([one for one in alerts if one.state == AlertState.RESOLVED])
    tell_what_is_new({one.rule_id for one in alerts if one.rule_id})
    return list(Alert.objects.filter(pk__in=[one.pk for one in alerts]))


Clean = Callable[[Redactor, str, int], str]


def _said(signal: Signal, source: AlertSource | None, clean: Clean) -> Said:
    environment = signal.environment or (source.environment if source else None)
    columns = _columns(signal, environment, clean)
    return Said(
        key=_key(signal),
        is_firing=signal.firing,
        columns=columns,
        environment=environment,
        began=signal.starts_at,
        ended=signal.ends_at,
        said_at=signal.said_at,
    )


def _columns(signal: Signal, environment: Environment | None, clean: Clean) -> dict[str, object]:
    """What a signal says, in a form that every database takes, with secrets taken out."""
    redactor = redactor_with({}, environment.redact if environment else [])

    def text(words: str, longest: int) -> str:
        return clean(redactor, storable_text(words), longest)

    labels = {
        storable_text(name)[:LONGEST_LABEL]: storable_text(value)[:LONGEST_VALUE]
        for name, value in list(signal.labels.items())[:MOST_LABELS]
    }
    return {
        "kind": signal.kind,
        "severity": signal.severity,
        "title": " ".join(text(signal.title, LONGEST_TITLE).split()) or "An alert without a title",
        "summary": text(signal.summary, LONGEST_TEXT),
        "labels": redactor.json(dict(labels)),
        "link": text(signal.link, LONGEST_LINK),
        "verdict": signal.verdict[:20],
        "because": text(signal.because, LONGEST_TEXT),
        "findings": redactor.json(storable(list(signal.findings)[:MOST_FINDINGS])),
    }


def _key(signal: Signal) -> str:
    key = storable_text(signal.key)
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
