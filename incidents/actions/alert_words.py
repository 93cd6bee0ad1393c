"""What people are told of alerts: at once, and in a storm one word a minute for each rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet

from incidents import clock, permissions
from incidents.actions.tell import Event, tell
from incidents.health_states import AlertSeverity, AlertState
from incidents.models import Alert, AlertRule, Environment, Incident
from incidents.queries.receivers import Named, plain, who_commands, who_is, who_looks_after
from incidents.queries.rule_accounts import acts_for_rules
from incidents.states import Role, Severity
from runbook.document.definition import Json

KIND = "alert"
QUIET = timedelta(minutes=1)
MOST_NAMED, MOST_LISTED, MOST_KEPT = 3, 20, 50


def named_shortly(alerts: Sequence[Alert]) -> str:
    """“A”, “B” and 8 more."""
    titles = list(dict.fromkeys(f"“{one.title}”" for one in alerts))
    named, rest = titles[:MOST_NAMED], len(titles) - MOST_NAMED
    if rest > 0:
        return f"{', '.join(named)} and {rest} more"
    *first, last = named
    return f"{', '.join(first)} and {last}" if first else last


def took(alerts: Sequence[Alert]) -> str:
    """ "after 14 min", the longest of them."""
    spans = [one.resolved_at - one.first_at for one in alerts if one.resolved_at]
    seconds = max([0.0, *(span.total_seconds() for span in spans)])
    if seconds < 90:
        return f"after {round(seconds)} s"
    minutes = round(seconds / 60)
    return (
        f"after {minutes} min" if minutes < 120 else f"after {minutes // 60} h {minutes % 60} min"
    )


def facts_of_alerts(alerts: Sequence[Alert]) -> list[Json]:
    """As a timeline keeps them: with what the check found, for no more than some."""
    return [
        {
            "alert": one.pk,
            "title": one.title,
            "severity": one.severity,
            "kind": one.kind,
            "labels": one.labels,
            "verdict": one.verdict,
            "because": one.because,
            "findings": one.findings[:MOST_LISTED],
        }
        for one in alerts[:MOST_KEPT]
    ]


def tell_of_incident(incident: Incident, rule: AlertRule, alerts: Sequence[Alert]) -> None:
    """Once for each incident. Inside the caller's transaction that holds it."""
    tell(
        Event(
            kind=KIND,
            subject=f"{incident.name} ({incident.severity}) declared: {incident.title}",
            body=f"The alert rule “{rule.name}” declared {incident.name}.\n\n{_listed(alerts)}",
            topic=f"{incident.name} alerts",
            key=f"alert rule {rule.pk} declared {incident.pk}",
            incident=incident,
            to=rule.tells,
            link=f"/incidents/{incident.name}/",
            urgent=any(one.severity == AlertSeverity.CRITICAL for one in alerts),
        )
    )


def tell_of_joining(incident: Incident, rule: AlertRule, alerts: Sequence[Alert]) -> None:
    """In place of what the rule would have declared; once for each incident that alerts join."""
    tell(
        Event(
            kind=KIND,
            subject=f"{incident.name} ({incident.severity}) is to mend it: {named_shortly(alerts)}",
            body=f"{incident.name} was opened to mend what fires, so the alert rule “{rule.name}”"
            f" declared no other.\n\n{_listed(alerts)}",
            topic=f"{incident.name} alerts",
            key=f"alert rule {rule.pk} joined {incident.pk}",
            incident=incident,
            to=rule.tells,
            link=f"/incidents/{incident.name}/",
            urgent=any(one.severity == AlertSeverity.CRITICAL for one in alerts),
        )
    )


def tell_of_recovery(incident: Incident, who: str, number: int) -> None:
    """Who commands resolves what `who` has worked on; `number` is that of the timeline's entry."""
    tell(
        Event(
            kind=KIND,
            subject=f"{incident.name}: all of its alerts have recovered",
            body=f"{incident.title}\nAs {who} has worked on it, no rule resolves it."
            " Resolve it when nothing is left to do.",
            topic=f"{incident.name} alerts",
            key=f"{incident.name} recovered {number}",
            incident=incident,
            people=who_commands(incident),
            link=f"/incidents/{incident.name}/",
        )
    )


def tell_what_is_new(rule_ids: Collection[int]) -> int:
    """Tell of all that fires or recovered since people were last told, rule by rule, at most once
    a minute for each: what comes within goes into the next. How many rules had something."""
    return sum(_tell_rule(pk) for pk in sorted(rule_ids))


def tell_what_is_late() -> int:
    """A sweep of the clock: what had to wait for its minute."""
    waiting = _untold().order_by("rule").values_list("rule", flat=True).distinct()[:50]
    return tell_what_is_new([pk for pk in waiting if pk is not None])


def _untold() -> QuerySet[Alert]:
    """Of rules that tell and declare nothing, as who is told of an incident sees its alerts there;
    and of those that should declare one and cannot, as there is none to see them in."""
    telling = Q(rule__declares=False) & ~Q(rule__tells=[])
    stuck = Q(rule__declares=True) & ~Q(trouble="")
    return Alert.objects.filter(telling | stuck, rule__is_on=True).exclude(state=F("told_as"))


def _tell_rule(rule_id: int) -> bool:
    now = clock.now()
    with transaction.atomic():
        rule = _held(rule_id)
        own = Alert.objects.filter(rule=rule_id)
        _nothing_to_tell(own)
        waiting = _untold().filter(rule=rule_id).select_related("environment")
        alerts = list(waiting.order_by("pk")[:5000])
        last = own.aggregate(last=Max("told_at"))["last"]
        is_quiet = last is not None and now - QUIET < last <= now
        if rule is None or not alerts or is_quiet:
            return False
        told = Alert.objects.filter(pk__in=[one.pk for one in alerts])
        told.update(told_as=F("state"), told_at=now)
        _tell(rule, alerts, now)
    return True


def _held(rule_id: int) -> AlertRule | None:
    rows = AlertRule.objects.filter(pk=rule_id)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(no_key=True)
    return rows.first()


def _nothing_to_tell(own: QuerySet[Alert]) -> None:
    """What recovered before anybody was told of it."""
    unheard = own.filter(state=AlertState.RESOLVED, told_as="", told_at=None)
    unheard.update(told_as=AlertState.RESOLVED)


def _tell(rule: AlertRule, alerts: Sequence[Alert], now: datetime) -> None:
    """Each environment apart: a role is held in one of them."""
    for environment in dict.fromkeys(one.environment for one in alerts):
        own = [one for one in alerts if one.environment == environment]
        firing = [one for one in own if one.state == AlertState.FIRING]
        event = Event(
            kind=KIND,
            subject=_subject(own, firing),
            body=f"By the alert rule “{rule.name}”.\n\n{_why_alone(firing)}{_listed(own)}",
            topic=f"alert rule {rule.pk}",
            key=f"alert rule {rule.pk} in {environment} at {now.isoformat()}",
            environment=environment,
            to=rule.tells,
            link="/alerts/",
            urgent=any(_is_urgent(one, rule) for one in firing),
        )
        tell(event, named=_receivers(rule, environment))


def _is_urgent(alert: Alert, rule: AlertRule) -> bool:
    """As the incident that could not be declared would have been."""
    is_worst = rule.declares and rule.severity == Severity.P0
    return is_worst or alert.severity == AlertSeverity.CRITICAL


def _receivers(rule: AlertRule, environment: Environment | None) -> Named:
    """A rule that declares may leave it to the incident whom to tell; where there is none, those
    are told who would have to declare it."""
    found = _named(rule.tells, environment)
    is_read = found.channels or not all(acts_for_rules(one) for one in found.people)
    if rule.declares and not is_read:
        return replace(found, people=who_looks_after(environment))
    return found


def _named(words: Sequence[str], environment: Environment | None) -> Named:
    """A role means who holds it in the alert's environment: there is no incident to ask."""
    found = who_is(words, None)
    roles = {role: {plain(role), plain(f"{role}s")} for role in Role}
    meant = [role for role, names in roles.items() if {plain(word) for word in words} & names]
    if environment is None or not meant:
        return found
    holders = permissions.who_holds(environment, meant).order_by("username")
    return replace(found, people=(*found.people, *holders))


def _subject(alerts: Sequence[Alert], firing: Sequence[Alert]) -> str:
    over = len(alerts) - len(firing)
    if not firing:
        return f"Recovered: {named_shortly(alerts)}"
    rest = f" ({over} recovered)" if over else ""
    alone = ", no incident declared" if any(one.trouble for one in firing) else ""
    return f"{firing[0].severity.capitalize()}{alone}: {named_shortly(firing)}{rest}"


def _why_alone(firing: Sequence[Alert]) -> str:
    """Why there is no incident of them, where a rule should have declared one."""
    reasons = list(dict.fromkeys(one.trouble for one in firing if one.trouble))[:MOST_NAMED]
    if not reasons:
        return ""
    return "\n".join([*reasons, "Declare an incident by hand where it cannot wait."]) + "\n\n"


def _listed(alerts: Sequence[Alert]) -> str:
    """Lines of text: those that fire first, the rest counted."""
    ordered = sorted(alerts, key=lambda one: (one.state, one.severity, one.pk))
    lines = [_line(one) for one in ordered[:MOST_LISTED]]
    rest = len(ordered) - MOST_LISTED
    return "\n".join([*lines, *([f"… and {rest} more"] if rest > 0 else [])])


def _line(alert: Alert) -> str:
    state = "fires" if alert.state == AlertState.FIRING else "recovered"
    because = f" {alert.because}" if alert.because else ""
    return f"- {state} ({alert.severity}): {alert.title}.{because}"
