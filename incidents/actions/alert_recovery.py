"""Alerts that recover: said on their incident's timeline; the last one closes it where the rule
says so, and where that is not possible yet the clock tries again. What people work on is theirs to
resolve, and they are told that nothing fires any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from incidents import timeline
from incidents.actions.alert_words import facts_of_alerts, named_shortly, tell_of_recovery, took
from incidents.actions.moves import hold
from incidents.actions.resolve import resolve
from incidents.health_states import AlertState
from incidents.models import Alert, Incident, TimelineEntry
from incidents.queries.persons_work import who_works_on
from incidents.refusal import Refused
from incidents.source import BY_RULE, acting_from
from incidents.states import IncidentState

RECOVERED, KEPT_OPEN, LEFT = "alert.recovered", "alert.kept_open", "alert.left_to_people"


def recovered(alerts: Sequence[Alert]) -> None:
    """Write what has just recovered on the timelines of the incidents it belongs to, and close
    those that were declared because of it. Read again: an incident may just have been declared.
    Of a rule that declared it nobody is told besides; a rule that only tells goes on telling."""
    own = Alert.objects.filter(pk__in=[one.pk for one in alerts], state=AlertState.RESOLVED)
    incidents: dict[int, list[Alert]] = defaultdict(list)
    for alert in own.filter(incident__isnull=False).select_related("rule").order_by("pk"):
        incidents[alert.incident_id or 0].append(alert)
    for incident_id, members in incidents.items():
        declared = [one.pk for one in members if one.rule is None or one.rule.declares]
        Alert.objects.filter(pk__in=declared).update(told_as=F("state"))
        _write(incident_id, members)
        close_if_over(incident_id)


def close_what_is_over() -> int:
    """A sweep of the clock: open incidents whose alerts are all over, which something kept open."""
    left = TimelineEntry.objects.filter(incident=OuterRef("pk"), kind=LEFT)
    ids = list(_over().exclude(Exists(left)).values_list("pk", flat=True)[:50])
    return sum(close_if_over(pk) for pk in ids)


def close_if_over(incident_id: int) -> bool:
    """Resolve the incident in the name of the rule whose alerts have all recovered, unless people
    have made it theirs."""
    try:
        with transaction.atomic():
            hold(pk=incident_id)
            incident = _over().select_related("environment").filter(pk=incident_id).first()
            if incident is None:
                return False
            if who := who_works_on(incident):
                _leave_to(who, incident)
                return False
            _close(incident_id)
    except Refused as refused:
        _say_why_open(incident_id, refused.sentence)
        return False
    return True


def _over() -> QuerySet[Incident]:
    own = Alert.objects.filter(incident=OuterRef("pk"))
    return Incident.objects.filter(
        Exists(own.filter(rule__closes=True, rule__is_on=True, rule__acts_as__isnull=False)),
        ~Exists(own.filter(state=AlertState.FIRING)),
        state=IncidentState.OPEN,
    )


def _leave_to(who: str, incident: Incident) -> None:
    """Said and told once, until something else recovers."""
    entries = TimelineEntry.objects.filter(incident=incident, kind__in=[RECOVERED, LEFT])
    last = entries.order_by("-number").first()
    if last is not None and last.kind == LEFT:
        return
    entry = timeline.record(
        incident_id=incident.pk,
        actor=None,
        kind=LEFT,
        text=f"all alerts have recovered; as {who} has worked on it, no rule resolves it",
        panels=["health"],
        data={"worked": who},
    )
    tell_of_recovery(incident, who, entry.number)


def _close(incident_id: int) -> None:
    own = Alert.objects.filter(incident=incident_id).select_related("rule__acts_as")
    alerts = list(own.order_by("pk"))
    rules = [one.rule for one in alerts if one.rule and one.rule.closes and one.rule.is_on]
    rule = next((one for one in rules if one.acts_as), None)
    if rule is None or rule.acts_as is None:
        return
    words = f"By itself: {named_shortly(alerts)} recovered {took(alerts)}."
    with acting_from(f"{BY_RULE} {rule.name}"):
        resolve(actor=rule.acts_as, incident_id=incident_id, words=words)


def _write(incident_id: int, alerts: Sequence[Alert]) -> None:
    """Once for each recovery, whoever tells of it: what stands there already is left out."""
    with transaction.atomic():
        hold(pk=incident_id)
        told = _told(incident_id)
        new = [one for one in alerts if _mark(one) not in told]
        if not new:
            return
        left = Alert.objects.filter(incident=incident_id, state=AlertState.FIRING).count()
        rest = f"; {left} still fire{'s' if left == 1 else ''}" if left else ""
        timeline.record(
            incident_id=incident_id,
            actor=None,
            kind=RECOVERED,
            text=f"{named_shortly(new)} recovered {took(new)}{rest}",
            panels=["health", "header"],
            data={"alerts": facts_of_alerts(new), "recoveries": [_mark(one) for one in new]},
        )


def _told(incident_id: int) -> set[str]:
    rows = TimelineEntry.objects.filter(incident=incident_id, kind=RECOVERED)
    return {
        str(mark) for data in rows.values_list("data", flat=True) for mark in data["recoveries"]
    }


def _mark(alert: Alert) -> str:
    """One recovery of one alert."""
    return f"{alert.pk} at {alert.resolved_at.isoformat() if alert.resolved_at else ''}"


def _say_why_open(incident_id: int, sentence: str) -> None:
    """Once for each reason, until something else recovers."""
    with transaction.atomic():
        hold(pk=incident_id)
        entries = TimelineEntry.objects.filter(incident=incident_id)
        last = entries.filter(kind__in=[RECOVERED, KEPT_OPEN]).order_by("-number").first()
        if last is not None and last.kind == KEPT_OPEN and last.data.get("because") == sentence:
            return
        timeline.record(
            incident_id=incident_id,
            actor=None,
            kind=KEPT_OPEN,
            text=f"all alerts have recovered; it stays open: {sentence}",
            panels=["health"],
            data={"because": sentence},
        )
