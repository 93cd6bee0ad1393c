"""Rows of alerts: of one key one fires at a time, whoever tells of it and how many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Coalesce, Greatest

from incidents import clock
from incidents.actions.alert_said import (
    Said,
    believed,
    is_of_an_earlier_firing,
    is_old_news,
    newest_word,
)
from incidents.health_states import AlertKind, AlertState
from incidents.models import Alert, AlertMessage, AlertRule, AlertSource
from incidents.queries.alert_rules import RuleBook

AT_ONCE = 100
"""So many in one transaction: who waits for the database waits for these and not for a storm."""

TRIES = 5
MOST_FITTED = 2000


@dataclass(frozen=True, slots=True)
class Heard:
    """`is_back` when it had recovered and fires again."""

    alert: Alert
    is_back: bool = False


def store(
    said: Sequence[Said], *, source: AlertSource | None, message: AlertMessage | None
) -> list[Heard]:
    """The alerts with their rules, environments and sources; the end of what was never heard of is
    left out. In the order of the keys: of two messages about the same one waits for the other."""
    book = RuleBook.read(source)
    ordered = sorted(said, key=lambda one: one.key)
    parts = [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]
    return [heard for part in parts for heard in _store(part, source, message, book)]


def hold_rule(rule: AlertRule) -> None:
    """Of two messages about one group the second waits here and finds the first's incident. Before
    an incident's row, which may not exist yet; nobody locks a rule behind an incident."""
    if connection.features.has_select_for_update:
        AlertRule.objects.select_for_update(no_key=True).get(pk=rule.pk)


def fit_what_fires() -> int:
    """Hold alerts that fire and fit no rule so far against the rules as they stand now; how many
    fit. Inside the caller's transaction; the clock does what follows."""
    books: dict[int | None, RuleBook] = {}
    fitting = 0
    rows = Alert.objects.filter(state=AlertState.FIRING, rule=None).order_by("key")
    for alert in rows.select_related("environment", "source")[:MOST_FITTED]:
        if alert.source_id not in books:
            books[alert.source_id] = RuleBook.read(alert.source)
        if _fit(alert, books[alert.source_id]):
            own = Alert.objects.filter(pk=alert.pk, state=AlertState.FIRING, rule=None)
            fitting += own.update(rule=alert.rule, environment=alert.environment)
    return fitting


def _store(
    said: Sequence[Said],
    source: AlertSource | None,
    message: AlertMessage | None,
    book: RuleBook,
) -> list[Heard]:
    with transaction.atomic():
        known = _newest([one.key for one in said])
        stored = [_stored(one, known.get(one.key), source, book) for one in said]
        heard = [one for one in stored if one is not None]
        if message is not None:
            message.alerts.add(*(one.alert for one in heard))
    return heard


def _newest(keys: Sequence[str]) -> dict[str, Alert]:
    """Of each key the last row, which is the one that fires if any does."""
    last = Alert.objects.filter(key__in=keys).order_by().values("key").annotate(last=Max("pk"))
    rows = Alert.objects.filter(pk__in=last.values("last"))
    return {one.key: one for one in rows.select_related("rule", "environment", "source")}


def _stored(
    said: Said, last: Alert | None, source: AlertSource | None, book: RuleBook
) -> Heard | None:
    """What `last` says may have changed meanwhile: then it is read again."""
    for _ in range(TRIES):
        try:
            heard = _moved(said, last, source, book)
        except IntegrityError:
            heard = None
        if heard is not None or (last is None and not said.is_firing):
            return heard
        last = _newest([said.key]).get(said.key)
    raise IntegrityError(f"the alert {said.key} came and went too often in a moment")


def _moved(
    said: Said, last: Alert | None, source: AlertSource | None, book: RuleBook
) -> Heard | None:
    """None when somebody was first. IntegrityError when another of the key fires."""
    now = clock.now()
    if not said.is_firing:
        return _end(last, said, now) if last else _ended_unheard(said, source, book, now)
    if last is not None and is_old_news(said, last, now):
        return Heard(last)
    if last is not None and last.state == AlertState.FIRING:
        return _again(last, said, book, now)
    with transaction.atomic():
        if last is not None and _is_same(last, now):
            return _back(last, said, now)
        return _new(said, source, book, now)


def _new(said: Said, source: AlertSource | None, book: RuleBook, now: datetime) -> Heard:
    alert = _row(said, source, now)
    _fit(alert, book)
    alert.save(force_insert=True)
    return Heard(alert)


def _row(said: Said, source: AlertSource | None, now: datetime) -> Alert:
    return Alert(
        **said.columns,
        key=said.key,
        source=source,
        environment=said.environment,
        first_at=believed(said.began, now) or now,
        last_at=now,
        said_at=said.moment(now),
    )


def _ended_unheard(
    said: Said, source: AlertSource | None, book: RuleBook, now: datetime
) -> Heard | None:
    """Of a sender that may deliver out of order the end is kept although nothing was heard of the
    beginning: that may come yet, and must find that it is over."""
    ended = believed(said.said_at, now)
    if ended is None:
        return None
    alert = _row(said, source, now)
    alert.state, alert.told_as = AlertState.RESOLVED, AlertState.RESOLVED
    alert.first_at, alert.resolved_at = min(alert.first_at, ended), ended
    _fit(alert, book)
    alert.save(force_insert=True)
    return Heard(alert)


def _again(last: Alert, said: Said, book: RuleBook, now: datetime) -> Heard | None:
    """Told again. It keeps its rule; without one, a new rule may fit. Of several who tell it at
    once the newest word stands, whoever is last."""
    columns: dict[str, object] = {**said.columns, "last_at": now}
    word = said.moment(now)
    newest = {"said_at": Greatest(Coalesce("said_at", word), word)} if word else {}
    is_firing = {"state": AlertState.FIRING}
    if not _update(last, is_firing, columns, times=F("times") + 1, **newest):
        return None
    last.times += 1
    last.said_at = newest_word(said, last, now)
    if last.rule is None and _fit(last, book):
        last.save(update_fields=["rule", "environment"])
    return Heard(last)


def _is_same(last: Alert, now: datetime) -> bool:
    """Whether what fires now is the one that recovered: within its rule's patience."""
    patience = last.rule.reopens_within if last.rule else 0
    since = last.resolved_at
    return since is not None and now - since <= timedelta(seconds=patience) and patience > 0


def _back(last: Alert, said: Said, now: datetime) -> Heard | None:
    """It fires again, since now."""
    columns: dict[str, object] = {
        **said.columns,
        "state": AlertState.FIRING,
        "resolved_at": None,
        "first_at": now,
        "last_at": now,
        "said_at": newest_word(said, last, now),
    }
    if not _update(last, {"state": AlertState.RESOLVED}, columns, times=F("times") + 1):
        return None
    last.times += 1
    return Heard(last, is_back=True)


def _end(last: Alert, said: Said, now: datetime) -> Heard | None:
    """Recovered when its sender says, else now; or as it did before. What fires anew meanwhile is
    found by its newest word."""
    if last.state == AlertState.RESOLVED or is_of_an_earlier_firing(said, last, now):
        return Heard(last)
    columns: dict[str, object] = {
        "state": AlertState.RESOLVED,
        "resolved_at": max(believed(said.ended, now) or now, last.first_at),
        "last_at": now,
        "said_at": newest_word(said, last, now),
    }
    known = {"state": AlertState.FIRING, "said_at": last.said_at}
    return Heard(last) if _update(last, known, columns) else None


def _update(
    alert: Alert, old: Mapping[str, object], columns: Mapping[str, object], **sums: object
) -> bool:
    """Conditional UPDATE of the row, and of what is held of it here."""
    if not Alert.objects.filter(pk=alert.pk, **old).update(**columns, **sums):
        return False
    for name, value in columns.items():
        setattr(alert, name, value)
    return True


def _fit(alert: Alert, book: RuleBook) -> bool:
    """Set the first rule that fits and the environment that it names."""
    rule = book.rule_for(alert)
    if rule is None:
        return False
    alert.rule = rule
    if alert.kind != AlertKind.MONITOR:
        alert.environment = rule.environment or alert.environment
    return True
