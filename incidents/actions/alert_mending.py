"""Alerts of the monitor about what an open incident of proposed fixes is to mend join it: nobody
declares another one for the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from incidents import timeline
from incidents.actions.alert_rows import hold_rule
from incidents.actions.alert_words import facts_of_alerts, named_shortly, tell_of_joining
from incidents.actions.moves import hold, open_incidents
from incidents.health_states import AlertKind, AlertState
from incidents.models import Alert, AlertRule, Environment, Incident
from incidents.queries.mending import is_about, mended_in, open_mending


def join_mending(alerts: Sequence[Alert]) -> list[Alert]:
    """Those that joined none, which are left to their rules."""
    homeless = [one for one in alerts if one.kind == AlertKind.MONITOR and one.incident_id is None]
    joining: dict[Incident, list[Alert]] = defaultdict(list)
    for environment in {one.environment for one in homeless if one.environment}:
        for alert, incident in _pairs(environment, homeless):
            joining[incident].append(alert)
    joined = {pk for incident, members in joining.items() for pk in _join(incident, members)}
    return [one for one in alerts if one.pk not in joined]


def _pairs(environment: Environment, alerts: Sequence[Alert]) -> list[tuple[Alert, Incident]]:
    """Each alert of the environment with the newest incident that mends it."""
    incidents = list(open_mending(environment).select_related("environment"))
    mended = mended_in(incidents)
    found = []
    for alert in (one for one in alerts if one.environment == environment):
        mending = [one for one in incidents if is_about(alert, mended.get(one.pk, frozenset()))]
        incident = next((one for one in mending if _leaves_it_to(one, alert.rule)), None)
        if incident is not None:
            found.append((alert, incident))
    return found


def _leaves_it_to(incident: Incident, rule: AlertRule | None) -> bool:
    """What a rule declares elsewhere, or as more severe than the incident is, it still declares."""
    if rule is None or not rule.declares:
        return True
    is_there = rule.environment_id in (None, incident.environment_id)
    return is_there and incident.severity <= rule.severity


def _join(incident: Incident, alerts: Sequence[Alert]) -> list[int]:
    """The keys of those that joined: somebody may have resolved it, or a rule taken them up. Rules
    are held before the incident, as where they declare one."""
    rules = {one.rule.pk: one.rule for one in alerts if one.rule and one.rule.declares}
    with transaction.atomic():
        for pk in sorted(rules):
            hold_rule(rules[pk])
        hold(pk=incident.pk)
        if not open_incidents().filter(pk=incident.pk).exists():
            return []
        taken = _take_in(incident, alerts)
        if taken:
            _record(incident, taken)
        for pk in sorted(rules):
            if own := [one for one in taken if one.rule_id == pk]:
                tell_of_joining(incident, rules[pk], own)
    return [one.pk for one in taken]


def _take_in(incident: Incident, alerts: Sequence[Alert]) -> list[Alert]:
    """Of a rule that would have declared an incident the word about this one is all that is told;
    one that only tells goes on telling."""
    rows = Alert.objects.filter(pk__in=[one.pk for one in alerts])
    free = rows.filter(state=AlertState.FIRING, incident=None)
    new = list(free.values_list("pk", flat=True))
    free.filter(pk__in=new).update(incident=incident, trouble="")
    taken = rows.filter(pk__in=new, incident=incident)
    taken.filter(rule__declares=True).update(told_as=F("state"))
    return list(taken.select_related("environment").order_by("pk"))


def _record(incident: Incident, alerts: Sequence[Alert]) -> None:
    joins = "joins: what it is" if len(alerts) == 1 else "join: what they are"
    timeline.record(
        incident_id=incident.pk,
        actor=None,
        kind="alert.joined",
        text=f"{named_shortly(alerts)} {joins} about is to be mended here",
        panels=["health", "header"],
        data={"alerts": facts_of_alerts(alerts)},
    )
