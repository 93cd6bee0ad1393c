"""Incidents from alerts: declared by a rule, one for each group of alerts however many messages
come at once, with the runs that the rule asks for."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet

from incidents import clock, timeline
from incidents.actions.alert_mending import join_mending
from incidents.actions.alert_recovery import recovered
from incidents.actions.alert_rows import hold_rule
from incidents.actions.alert_runs import ask_for_runs
from incidents.actions.alert_words import facts_of_alerts, named_shortly, tell_of_incident
from incidents.actions.declare import declare
from incidents.actions.moves import hold
from incidents.actions.one_by_one import few
from incidents.health_states import AlertSeverity, AlertState
from incidents.models import Alert, AlertRule, Incident, Revision
from incidents.queries.alert_rules import facts_of
from incidents.refusal import Refused
from incidents.source import BY_RULE, acting_from
from incidents.states import IncidentState
from runbook.alerts.matching import filled

PATIENCE = timedelta(seconds=10)
"""After this an alert whose incident was not declared, as its process died, is taken up again."""

REST = timedelta(minutes=5)
MOST_RESTING = 1000
MOST_DECLARED, WHILE = 20, timedelta(hours=1)
"""By one rule: labels that alerts are grouped by are chosen by who sends them."""

_resting: dict[int, datetime] = {}


def follow(alerts: Sequence[Alert]) -> None:
    """See to it that firing alerts of declaring rules are in an open incident, and in one that is
    to mend what they are about all others too."""
    groups: dict[str, list[Alert]] = defaultdict(list)
    for alert in join_mending(alerts):
        if alert.rule is not None and alert.rule.declares:
            groups[group_of(alert, alert.rule)].append(alert)
    for key, members in groups.items():
        _gather(key, members)


def came_back(alerts: Sequence[Alert]) -> None:
    """Say of alerts that fire again in the incident they had recovered in; in a new one that was
    declared for them it is said there."""
    rows = Alert.objects.filter(pk__in=[one.pk for one in alerts], state=AlertState.FIRING)
    own = rows.filter(incident__state=IncidentState.OPEN, incident__started_at__lt=F("first_at"))
    incidents: dict[int, list[Alert]] = defaultdict(list)
    for alert in own.order_by("pk"):
        incidents[alert.incident_id or 0].append(alert)
    for incident_id, members in incidents.items():
        with transaction.atomic():
            hold(pk=incident_id)
            timeline.record(
                incident_id=incident_id,
                actor=None,
                kind="alert.again",
                text=f"{named_shortly(members)} {'fires' if len(members) == 1 else 'fire'} again",
                panels=["health", "header"],
                data={"alerts": facts_of_alerts(members)},
            )


def take_up_forgotten() -> int:
    """A sweep of the clock: alerts that were stored and not followed, and after a while those whose
    rule could not do what it says: what it lacked may be there now."""
    late = Alert.objects.filter(
        state=AlertState.FIRING,
        rule__declares=True,
        rule__is_on=True,
        incident=None,
        last_at__lte=clock.now() - PATIENCE,
    )
    rows = late.select_related("rule__acts_as", "rule__environment", "environment", "source")
    forgotten = [one for one in few(rows.order_by("last_at", "pk")) if _is_due(one)]
    follow(forgotten)
    return len(forgotten)


def _is_due(alert: Alert) -> bool:
    """What is in trouble rests between two attempts, in each process that has a clock."""
    if not alert.trouble:
        return True
    now = clock.now()
    if len(_resting) > MOST_RESTING:
        _resting.clear()
    due = _resting.setdefault(alert.pk, now + REST)
    if now < due <= now + REST:
        return False
    _resting[alert.pk] = now + REST
    return True


def group_of(alert: Alert, rule: AlertRule) -> str:
    """Of alerts with the same, one incident is made."""
    facts = facts_of(alert)
    values = [facts.get(str(name), "") for name in rule.group_by]
    written = json.dumps([rule.pk, alert.environment_id, values])
    return hashlib.sha256(written.encode()).hexdigest()


def _gather(group: str, members: Sequence[Alert]) -> None:
    """What the rule cannot do is written into the alerts, where the page shows it. What recovered
    meanwhile did so before there was an incident to say it in."""
    rule = members[0].rule
    if rule is None or rule.acts_as is None:
        return
    own = Alert.objects.filter(pk__in=[one.pk for one in members])
    try:
        with acting_from(f"{BY_RULE} {rule.name}"), transaction.atomic():
            hold_rule(rule)
            _into_incident(group, rule, rule.acts_as, own.filter(_homeless(rule)))
    except Refused as refused:
        why = f"The rule “{rule.name}” could not declare an incident: {refused.sentence}"
        _keep_trouble(own.filter(state=AlertState.FIRING), why, group)
    recovered(list(own.filter(state=AlertState.RESOLVED)))


def _keep_trouble(firing: QuerySet[Alert], trouble: str, group: str) -> None:
    """People hear of it once, whatever becomes of its reason, which of a group is that of its first
    alert; also of what fires on after its incident was closed."""
    firing.filter(trouble="").update(told_as="")
    firing.update(trouble=trouble, group=group)


def _homeless(rule: AlertRule) -> Q:
    """Firing and in no open incident. One that still fires as it did when a person resolved its
    incident is left alone for as long as the rule calls it the same."""
    long_ago = clock.now() - timedelta(seconds=rule.reopens_within)
    closed = ~Q(incident__state=IncidentState.OPEN)
    since = Q(first_at__gte=F("incident__resolved_at")) | Q(incident__resolved_at__lt=long_ago)
    return Q(state=AlertState.FIRING) & (Q(incident=None) | (closed & since))


def _into_incident(group: str, rule: AlertRule, actor: User, homeless: QuerySet[Alert]) -> None:
    alerts = list(homeless.select_related("environment", "source", "incident").order_by("pk"))
    if not alerts:
        return
    incident = _open_incident(group)
    is_new = incident is None
    if incident is None:
        _require_calm(rule)
        incident = _declare(rule, actor, alerts)
    rows = Alert.objects.filter(pk__in=[one.pk for one in alerts])
    rows.update(incident=incident, group=group, trouble="", told_as=F("state"))
    kind, did = ("alert.declared", "declared by") if is_new else ("alert.joined", "joined by")
    timeline.record(
        incident_id=incident.pk,
        actor=actor,
        kind=kind,
        text=f"{did} the alert rule “{rule.name}”: {named_shortly(alerts)}{_earlier(alerts)}",
        panels=["health", "header"],
        data={"rule": rule.name, "alerts": facts_of_alerts(alerts)},
    )
    if is_new:
        tell_of_incident(incident, rule, alerts)
        ask_for_runs(incident, rule, actor)


def _open_incident(group: str) -> Incident | None:
    """The group's incident, held; None when there is none, or it has just been closed."""
    within = Alert.objects.filter(group=group, incident__isnull=False)
    rows = Incident.objects.filter(pk__in=within.values("incident"), state=IncidentState.OPEN)
    found = rows.order_by("pk").first()
    if found is None:
        return None
    hold(pk=found.pk)
    return rows.filter(pk=found.pk).first()


def _require_calm(rule: AlertRule) -> None:
    """Inside the lock of the rule."""
    lately = Incident.objects.filter(alerts__rule=rule, started_at__gt=clock.now() - WHILE)
    if lately.distinct().count() >= MOST_DECLARED:
        much = f"it has declared {MOST_DECLARED} within the last hour"
        raise Refused(f"{much}. Group by fewer labels; it goes on when the hour is over.")


def _declare(rule: AlertRule, actor: User, alerts: Sequence[Alert]) -> Incident:
    first = max(alerts, key=lambda one: (one.severity == AlertSeverity.CRITICAL, -one.pk))
    environment = rule.environment or first.environment
    if environment is None:
        raise Refused(
            "neither the rule nor the source of the alert names an environment. Set one of them."
        )
    facts = facts_of(first)
    return declare(
        actor=actor,
        revision=_newest_revision(rule),
        environment=environment,
        severity=rule.severity,
        title=first.title,
        parameters={name: filled(str(value), facts) for name, value in rule.parameters.items()},
    )


def _newest_revision(rule: AlertRule) -> Revision:
    own = Revision.objects.filter(runbook=rule.runbook_id).select_related("runbook")
    found = own.order_by("-number").first()
    if found is None:
        raise Refused("its runbook has no revision. Choose another one in the rule.")
    return found


def _earlier(alerts: Sequence[Alert]) -> str:
    names = sorted({one.incident.name for one in alerts if one.incident})
    return f". It is the same as in {', '.join(names)}, which was closed" if names else ""
