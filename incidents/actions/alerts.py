"""Hearing of alerts: the monitor's own and those that others post. What follows from them is done
by `alert_incidents`, `alert_recovery` and `alert_words`; here they are told apart by their key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from incidents import clock, live
from incidents.actions.alert_incidents import came_back, follow
from incidents.actions.alert_recovery import recovered
from incidents.actions.alert_words import tell_what_is_new
from incidents.actions.storable import storable, storable_text
from incidents.health_states import AlertKind, AlertSeverity, AlertState
from incidents.models import Alert, AlertMessage, AlertRule, AlertSource, Environment
from incidents.queries.alert_rules import RuleBook
from incidents.redacting import redactor_with
from runbook.document.definition import Json

LONGEST_KEY, LONGEST_TITLE, LONGEST_LINK, LONGEST_TEXT = 300, 300, 1000, 8000
LONGEST_LABEL, LONGEST_VALUE, MOST_LABELS, MOST_FINDINGS = 200, 1000, 64, 100
OLDEST = timedelta(days=30)
"""What says that it began longer ago than this has a wrong clock: it began when it was heard."""

RETRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Somebody says that something is wrong, or right again.

    `key` tells the condition from all others, whoever tells of it: "monitor/staging/…",
    "alertmanager/<source>/<fingerprint>". `labels` are what rules are matched against, `findings`
    those of the check that showed it (`runbook.health.report`), `verdict` is "infrastructure",
    "application" or "".
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
    book = RuleBook.read(source)
    unique = {one.key: one for one in signals}
    heard = _store([unique[key] for key in sorted(unique)], source, message, book)
    alerts = [one.alert for one in heard]
    for environment_id in {one.environment_id for one in alerts if one.environment_id}:
        live.health_changed(environment_id)
    follow([one for one in alerts if one.state == AlertState.FIRING])
    came_back([one.alert for one in heard if one.is_back])
    recovered([one for one in alerts if one.state == AlertState.RESOLVED])
    tell_what_is_new({one.rule_id for one in alerts if one.rule_id})
    return list(Alert.objects.filter(pk__in=[one.pk for one in alerts]))


@dataclass(frozen=True, slots=True)
class _Heard:
    """`is_back` when it had recovered and fires again."""

    alert: Alert
    is_back: bool = False


def _store(
    signals: Sequence[Signal],
    source: AlertSource | None,
    message: AlertMessage | None,
    book: RuleBook,
) -> list[_Heard]:
    """One transaction, in the order of the keys: two messages about the same wait for each other
    and not both ways round."""
    with transaction.atomic():
        stored = [_stored(one, source, book) for one in signals]
        heard = [one for one in stored if one is not None]
        if message is not None:
            message.alerts.add(*(one.alert for one in heard))
    return heard


def _stored(signal: Signal, source: AlertSource | None, book: RuleBook) -> _Heard | None:
    environment = signal.environment or (source.environment if source else None)
    columns = _columns(signal, environment)
    if not signal.firing:
        over = _end(str(columns["key"]))
        return _Heard(over) if over else None
    for _ in range(RETRIES):
        if again := _again(columns, book):
            return _Heard(again)
        if back := _back(columns):
            return _Heard(back, is_back=True)
        try:
            with transaction.atomic():
                return _Heard(_new(columns, book, source, environment, signal.starts_at))
        except IntegrityError:
            continue
    raise IntegrityError(f"the alert {columns['key']} came and went too often in a moment")


def _new(
    columns: dict[str, object],
    book: RuleBook,
    source: AlertSource | None,
    environment: Environment | None,
    began: datetime | None,
) -> Alert:
    now = clock.now()
    alert = Alert(
        **columns,
        source=source,
        environment=environment,
        first_at=began if began and now - OLDEST < began < now else now,
        last_at=now,
    )
    _fit(alert, book)
    alert.save(force_insert=True)
    return alert


def _again(columns: dict[str, object], book: RuleBook) -> Alert | None:
    """One that fires already, told again. It keeps its rule; without one, a new rule may fit."""
    firing = Alert.objects.filter(key=columns["key"], state=AlertState.FIRING)
    if not firing.update(**columns, last_at=clock.now(), times=F("times") + 1):
        return None
    alert = _loaded().get(key=columns["key"], state=AlertState.FIRING)
    if alert.rule is None and _fit(alert, book):
        alert.save(update_fields=["rule", "environment"])
    return alert


def _back(columns: dict[str, object]) -> Alert | None:
    """One that recovered a short while ago, as its rule says, fires again, since now."""
    now = clock.now()
    ended = Alert.objects.filter(key=columns["key"], state=AlertState.RESOLVED)
    facts = ended.order_by("-last_at", "-pk").values_list(
        "pk", "resolved_at", "rule__reopens_within"
    )
    pk, resolved_at, patience = facts.first() or (0, None, None)
    if resolved_at is None or now - resolved_at > timedelta(seconds=patience or 0):
        return None
    rows = Alert.objects.filter(pk=pk, state=AlertState.RESOLVED)
    try:
        with transaction.atomic():
            moved = rows.update(
                **columns,
                state=AlertState.FIRING,
                resolved_at=None,
                first_at=now,
                last_at=now,
                times=F("times") + 1,
            )
    except IntegrityError:
        return None
    return _loaded().get(pk=pk) if moved else None


def _end(key: str) -> Alert | None:
    """The alert of this key as it stands, recovered now if it fired until now."""
    now = clock.now()
    firing = Alert.objects.filter(key=key, state=AlertState.FIRING)
    firing.update(state=AlertState.RESOLVED, resolved_at=now, last_at=now)
    return _loaded().filter(key=key).first()


def _loaded() -> QuerySet[Alert]:
    return Alert.objects.select_related("rule", "environment", "source").order_by("-last_at", "-pk")


def _fit(alert: Alert, book: RuleBook) -> bool:
    """Set the first rule that fits and the environment that it names."""
    rule: AlertRule | None = book.rule_for(alert)
    if rule is None:
        return False
    alert.rule = rule
    if alert.kind != AlertKind.MONITOR:
        alert.environment = rule.environment or alert.environment
    return True


def _columns(signal: Signal, environment: Environment | None) -> dict[str, object]:
    """What a signal says, in a form that every database takes, with secrets taken out."""
    redactor = redactor_with({}, environment.redact if environment else [])

    def text(words: str, longest: int) -> str:
        return redactor.text(storable_text(words))[:longest]

    labels = {
        storable_text(name)[:LONGEST_LABEL]: storable_text(value)[:LONGEST_VALUE]
        for name, value in list(signal.labels.items())[:MOST_LABELS]
    }
    return {
        "key": _key(storable_text(signal.key)),
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


def _key(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()
