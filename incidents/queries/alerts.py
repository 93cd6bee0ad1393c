"""Alerts as pages show them: those that fire or recovered lately, and messages that led to
nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from incidents.health_states import AlertMessageState, AlertState
from incidents.models import Alert, AlertMessage, AlertSource, Environment
from incidents.queries.alert_causes import Cause, by_cause

MOST_FIRING, MOST_RECENT, MOST_MESSAGES = 200, 50, 30
RECENT = timedelta(days=7)
LED_TO_NOTHING = (AlertMessageState.UNMATCHED, AlertMessageState.MALFORMED)


@dataclass(frozen=True, slots=True)
class Inbox:
    """`firing` are at most some of `firing_count`, the worst first; `recent` have recovered."""

    firing: Sequence[Alert]
    firing_count: int
    recent: Sequence[Alert]
    messages: Sequence[AlertMessage]

    @property
    def causes(self) -> tuple[Cause[Alert], ...]:
        return by_cause(self.firing, lambda alert: alert)

    @property
    def past_causes(self) -> tuple[Cause[Alert], ...]:
        return by_cause(self.recent, lambda alert: alert)


def read_inbox(
    visible: QuerySet[Environment],
    *,
    now: datetime,
    environment: Environment | None = None,
    sees_all: bool = False,
) -> Inbox:
    """What somebody may see who sees these environments: alerts of no environment are everybody's,
    their messages only of those who look after the installation."""
    own = Q(environment=environment) if environment else Q(environment__in=visible)
    if environment is None:
        own |= Q(environment=None)
    alerts = Alert.objects.filter(own).select_related("incident", "rule", "source", "environment")
    firing = alerts.filter(state=AlertState.FIRING)
    recent = alerts.filter(state=AlertState.RESOLVED, last_at__gt=now - RECENT)
    return Inbox(
        firing=list(firing.order_by("severity", "-first_at", "-pk")[:MOST_FIRING]),
        firing_count=firing.count(),
        recent=list(recent.order_by("-last_at", "-pk")[:MOST_RECENT]),
        messages=_messages(visible, environment, sees_all=sees_all),
    )


def _messages(
    visible: QuerySet[Environment], environment: Environment | None, *, sees_all: bool
) -> list[AlertMessage]:
    own = Q(source__environment=environment) if environment else Q(source__environment__in=visible)
    if environment is None and sees_all:
        own |= Q(source__environment=None)
    rows = AlertMessage.objects.filter(own, state__in=LED_TO_NOTHING).select_related("source")
    return list(rows.order_by("-received_at", "-pk")[:MOST_MESSAGES])


def kept_messages() -> list[AlertMessage]:
    """The newest that said something, to try rules on."""
    rows = AlertMessage.objects.select_related("source").exclude(state=AlertMessageState.MALFORMED)
    return list(rows.order_by("-received_at", "-pk")[:MOST_MESSAGES])


def sources(visible: QuerySet[Environment]) -> list[AlertSource]:
    """Those of no environment or one of these, with how many messages of each are kept: `kept`, and
    how many could not be read: `odd`."""
    odd = Q(messages__state=AlertMessageState.MALFORMED)
    rows = AlertSource.objects.select_related("environment", "created_by")
    rows = rows.filter(Q(environment=None) | Q(environment__in=visible))
    return list(rows.annotate(kept=Count("messages"), odd=Count("messages", filter=odd)))
