"""Messages that sources post: kept whatever they are, read, and their alerts heard."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from incidents import clock
from incidents.actions.alert_said import OLDEST, is_bygone
from incidents.actions.alerts import Signal, hear_all
from incidents.actions.storable import storable_text
from incidents.health_states import AlertKind, AlertMessageState, AlertSeverity, AlertState
from incidents.models import Alert, AlertMessage, AlertSource
from incidents.redacting import beginning, redactor_with
from incidents.refusal import Refused
from incidents.source import acting_from
from runbook.alerts.catalogue import read
from runbook.alerts.message import Malformed, Message, Told

MOST_A_MINUTE = 300
MOST_ALERTS = 2000
MOST_KEPT = 256 * 1024
MOST_MESSAGES = 5000
KEPT = timedelta(days=30)
KEPT_ALERTS = timedelta(days=90)
UNFINISHED = "Its alerts were not taken up to the end; the sender was asked to send it again."


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message: how many of its alerts fit a rule, and how many do not."""

    message: AlertMessage
    accepted: int = 0
    unmatched: int = 0


def receive(*, source: AlertSource, body: bytes) -> Received:
    """Keep the message of a source that has proven itself and do what follows from it. What cannot
    be read is kept with the reason. Refused when there are too many in a minute."""
    _require_calm(source)
    AlertSource.objects.filter(pk=source.pk).update(last_heard_at=clock.now())
    _forget(source)
    if replayed := _heard_before(source, body):
        return Received(replayed)
    try:
        message = read(source.kind, body)
    except Malformed as malformed:
        return Received(_keep(source, body, AlertMessageState.MALFORMED, str(malformed)))
    if message.is_test:
        return Received(_keep(source, body, AlertMessageState.TEST, "A test; nothing follows."))
    if bygone := _bygone(source, message):
        return Received(_keep(source, body, AlertMessageState.ACCEPTED, bygone))
    with acting_from(f"alerts, {source.name}"):
        return _hear(source, body, message)


def signals_of(source: AlertSource, told: Sequence[Told]) -> list[Signal]:
    return [
        Signal(
            kind=AlertKind(source.kind),
            key=f"{source.kind}/{source.name}/{one.key}",
            firing=one.is_firing,
            title=one.title,
            summary=one.summary,
            severity=AlertSeverity(one.severity),
            environment=source.environment,
            labels=one.labels,
            link=one.link,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            said_at=one.said_at,
        )
        for one in told
    ]


def _heard_before(source: AlertSource, body: bytes) -> AlertMessage | None:
    """PagerDuty signs its events, and none twice: the same bytes again are no news, whoever sends
    them. What was not taken up to the end is."""
    if source.kind != AlertKind.PAGERDUTY:
        return None
    done = (AlertMessageState.ACCEPTED, AlertMessageState.UNMATCHED)
    same = AlertMessage.objects.filter(source=source, digest=_digest(body), state__in=done)
    return same.exclude(reason=UNFINISHED).first()


def _bygone(source: AlertSource, message: Message) -> str:
    """Why an event of PagerDuty is too old to be news, by when it says that it occurred; "" where
    it is not. Whether it was heard before is forgotten by then. The times of other senders are not
    signed, or say when something began, which may be long ago while it still fires."""
    now = clock.now()
    said = [one.said_at for one in message.alerts if is_bygone(one.said_at, now)]
    if source.kind != AlertKind.PAGERDUTY or not said:
        return ""
    when = f"{said[0]:%Y-%m-%d %H:%M} UTC"
    return f"It is of {when}, more than {OLDEST.days} days ago: nothing follows from it now."


def _hear(source: AlertSource, body: bytes, message: Message) -> Received:
    row = _keep(source, body, AlertMessageState.ACCEPTED, UNFINISHED)
    told = message.alerts[:MOST_ALERTS]
    signals = signals_of(source, told)
    alerts = hear_all(signals, source=source, message=row)
    fitting = sum(1 for one in alerts if one.rule_id is not None)
    unmatched = len(alerts) - fitting
    row.state = _state(fitting, unmatched)
    reasons = [*_reasons(message, alerts, unmatched), *_late(signals, alerts)]
    row.reason = _clean(source, " ".join(reasons))
    row.save(update_fields=["state", "reason"])
    return Received(row, accepted=fitting, unmatched=unmatched)


def _state(fitting: int, unmatched: int) -> AlertMessageState:
    nothing_fits = unmatched and not fitting
    return AlertMessageState.UNMATCHED if nothing_fits else AlertMessageState.ACCEPTED


def _reasons(message: Message, alerts: Sequence[Alert], unmatched: int) -> list[str]:
    found = list(message.notes)
    if unmatched:
        found.append("No rule fits." if unmatched == len(alerts) else f"No rule fits {unmatched}.")
    if len(message.alerts) > MOST_ALERTS:
        found.append(f"Only its first {MOST_ALERTS} alerts were taken up.")
    if not alerts and message.alerts:
        found.append("It ends what was never heard of.")
    return found


def _late(signals: Sequence[Signal], alerts: Sequence[Alert]) -> list[str]:
    ended = {one.key for one in signals if not one.firing}
    is_late = any(one.key in ended and one.state == AlertState.FIRING for one in alerts)
    return ["What it ends has fired anew since; that goes on."] if is_late else []


def _keep(source: AlertSource, body: bytes, state: AlertMessageState, reason: str) -> AlertMessage:
    return AlertMessage.objects.create(
        source=source,
        received_at=clock.now(),
        state=state,
        reason=_clean(source, reason),
        body=_clean(source, body.decode("utf-8", errors="replace"), MOST_KEPT),
        size=len(body),
        digest=_digest(body),
    )


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _clean(source: AlertSource, text: str, longest: int = 10_000) -> str:
    """What others wrote, without secrets and as every database takes it."""
    redactor = redactor_with({}, source.environment.redact if source.environment else [])
    return beginning(redactor, storable_text(text), longest)


def _require_calm(source: AlertSource) -> None:
    since = clock.now() - timedelta(minutes=1)
    lately = AlertMessage.objects.filter(source=source, received_at__gt=since)
    if lately.count() >= MOST_A_MINUTE:
        raise Refused(
            f"This source has sent {MOST_A_MINUTE} messages in a minute. Send it again later.",
            status=429,
        )


def _forget(source: AlertSource) -> None:
    """Old messages of this source and all but the newest, and its old alerts that led to
    nothing."""
    now = clock.now()
    own = AlertMessage.objects.filter(source=source)
    own.filter(received_at__lt=now - KEPT).delete()
    if surplus := own.values_list("received_at", flat=True)[MOST_MESSAGES - 1 : MOST_MESSAGES]:
        own.filter(received_at__lt=surplus[0]).delete()
    over = Alert.objects.filter(source=source, incident=None, last_at__lt=now - KEPT_ALERTS)
    over.exclude(resolved_at=None).delete()
