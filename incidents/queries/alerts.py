"""Alerts as pages show them: those that fire or recovered lately, and messages that led to
nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from incidents.health_states import AlertMessageState, AlertState
from incidents.models import Alert, AlertMessage, AlertSource, Environment
from incidents.queries.alert_causes import Cause, by_cause
from incidents.queries.parts import Part, part_of

FIRING_AT_ONCE, RECENT_AT_ONCE, MESSAGES_AT_ONCE = 20, 10, 10
MOST_MESSAGES_TO_TRY = 30
RECENT = timedelta(days=7)
LED_TO_NOTHING = (AlertMessageState.UNMATCHED, AlertMessageState.MALFORMED)


@dataclass(frozen=True, slots=True)
class Turned:
    """How far each list was turned: the id of the last row seen, None for its beginning."""

    firing: int | None = None
    recent: int | None = None
    messages: int | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """`firing` are of `firing_count`, the worst first; `recent` have recovered."""

    firing: Part[Alert]
    firing_count: int
    recent: Part[Alert]
    messages: Part[AlertMessage]

    @property
    def causes(self) -> tuple[Cause[Alert], ...]:
        return by_cause(self.firing.rows, lambda alert: alert)

    @property
    def past_causes(self) -> tuple[Cause[Alert], ...]:
        return by_cause(self.recent.rows, lambda alert: alert)


def read_inbox(
    visible: QuerySet[Environment],
    *,
    now: datetime,
    environment: Environment | None = None,
    sees_all: bool = False,
    turned: Turned | None = None,
) -> Inbox:
    """What somebody may see who sees these environments: alerts of no environment are everybody's,
    their messages only of those who look after the installation."""
    turned = turned or Turned()
    own = Q(environment=environment) if environment else Q(environment__in=visible)
    if environment is None:
        own |= Q(environment=None)
    alerts = Alert.objects.filter(own).select_related("incident", "rule", "source", "environment")
    firing = alerts.filter(state=AlertState.FIRING)
    recent = alerts.filter(state=AlertState.RESOLVED, last_at__gt=now - RECENT)
    kept = _messages(visible, environment, sees_all=sees_all)
    worst_first, newest_first = ("severity", "-first_at", "-pk"), ("-last_at", "-pk")
    return Inbox(
        firing=part_of(firing, worst_first, size=FIRING_AT_ONCE, behind=turned.firing),
        firing_count=firing.count(),
        recent=part_of(recent, newest_first, size=RECENT_AT_ONCE, behind=turned.recent),
        messages=part_of(
            kept, ("-received_at", "-pk"), size=MESSAGES_AT_ONCE, behind=turned.messages
        ),
    )


def _messages(
    visible: QuerySet[Environment], environment: Environment | None, *, sees_all: bool
) -> QuerySet[AlertMessage]:
    own = Q(source__environment=environment) if environment else Q(source__environment__in=visible)
    if environment is None and sees_all:
        own |= Q(source__environment=None)
    return AlertMessage.objects.filter(own, state__in=LED_TO_NOTHING).select_related("source")


def kept_messages() -> list[AlertMessage]:
    """The newest that said something, to try rules on."""
    rows = AlertMessage.objects.select_related("source").exclude(state=AlertMessageState.MALFORMED)
    return list(rows.order_by("-received_at", "-pk")[:MOST_MESSAGES_TO_TRY])


def sources(visible: QuerySet[Environment]) -> list[AlertSource]:
    """Those of no environment or one of these, with how many messages of each are kept: `kept`, and
    how many could not be read: `odd`."""
    odd = Q(messages__state=AlertMessageState.MALFORMED)
    rows = AlertSource.objects.select_related("environment", "created_by")
    rows = rows.filter(Q(environment=None) | Q(environment__in=visible))
    return list(rows.annotate(kept=Count("messages"), odd=Count("messages", filter=odd)))
