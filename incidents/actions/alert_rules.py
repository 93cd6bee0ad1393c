"""Rules about alerts: written, changed, put in order and removed, by superusers. The first rule
that fits an alert keeps it from all others, whatever environments these are about."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max

from incidents import administration, permissions
from incidents.actions.alert_rows import fit_what_fires
from incidents.actions.alert_rule_terms import Terms, require_sound
from incidents.models import AlertRule
from incidents.refusal import Refused

MOST = 200


def add_rule(*, actor: User, terms: Terms) -> AlertRule:
    """Behind all others: the first that fits counts. It takes up what fires and fits no other."""
    with transaction.atomic():
        administration.hold()
        _require_may(actor)
        require_sound(terms, itself=None)
        if AlertRule.objects.count() >= MOST:
            raise Refused(f"There are {MOST} rules already. Remove one that is not used.")
        last = AlertRule.objects.aggregate(last=Max("position"))["last"] or 0
        rule = AlertRule.objects.create(position=last + 1, changed_by=actor, **_columns(terms))
        _record(actor, rule, "alert_rule.added", "added the alert rule", None)
        fit_what_fires()
    return rule


def change_rule(*, actor: User, rule_id: int, terms: Terms) -> AlertRule:
    """For what comes, and what fires and fits no rule; what it has declared stays."""
    with transaction.atomic():
        administration.hold()
        rule = _find(actor, rule_id)
        require_sound(terms, itself=rule)
        before = _facts(rule)
        for column, value in _columns(terms).items():
            setattr(rule, column, value)
        if _facts(rule) != before:
            rule.changed_by = actor
            rule.save(update_fields=[*_columns(terms), "changed_by"])
            _record(actor, rule, "alert_rule.changed", "changed the alert rule", before)
            fit_what_fires()
    return rule


def move_rule(*, actor: User, rule_id: int, up: bool) -> AlertRule:
    """One place up or down; at the end of the list it stays where it is."""
    with transaction.atomic():
        administration.hold()
        rule = _find(actor, rule_id)
        ordered = list(AlertRule.objects.order_by("position", "pk").values_list("pk", flat=True))
        place = ordered.index(rule.pk)
        other = max(0, min(len(ordered) - 1, place + (-1 if up else 1)))
        ordered[place], ordered[other] = ordered[other], ordered[place]
        for position, pk in enumerate(ordered, start=1):
            AlertRule.objects.filter(pk=pk).update(position=position)
        if other != place:
            way = "up" if up else "down"
            _record(actor, rule, "alert_rule.moved", f"moved {way} the alert rule", None)
    rule.refresh_from_db()
    return rule


def remove_rule(*, actor: User, rule_id: int) -> None:
    """Alerts that it took stay, and their incidents."""
    with transaction.atomic():
        administration.hold()
        rule = _find(actor, rule_id)
        _record(actor, rule, "alert_rule.removed", "removed the alert rule", _facts(rule))
        AlertRule.objects.filter(position__gt=rule.position).update(position=F("position") - 1)
        rule.delete()


def _columns(terms: Terms) -> dict[str, object]:
    return {
        "name": terms.name,
        "is_on": terms.is_on,
        "source": terms.source,
        "matchers": [
            {"label": one.label, "test": one.test, "value": one.value} for one in terms.matchers
        ],
        "tells": list(terms.tells),
        "declares": terms.declares,
        "runbook": terms.runbook,
        "environment": terms.environment,
        "severity": terms.severity,
        "parameters": dict(terms.parameters),
        "group_by": list(terms.group_by),
        "runs": list(terms.runs),
        "closes": terms.closes,
        "reopens_within": terms.reopens_within,
        "acts_as": terms.acts_as,
    }


def _find(actor: User, rule_id: int) -> AlertRule:
    _require_may(actor)
    rows = AlertRule.objects.select_related("source", "runbook", "environment", "acts_as")
    found = rows.filter(pk=rule_id).first()
    if found is None:
        raise Refused("That rule does not exist any more.", status=404)
    return found


def _require_may(actor: User) -> None:
    permissions.require_superuser(person=actor, what="change what follows from alerts")


def _facts(rule: AlertRule) -> dict[str, object]:
    names = ("source", "runbook", "environment", "acts_as")
    plain = (
        *("name", "is_on", "matchers", "tells", "declares", "severity", "parameters", "group_by"),
        *("runs", "closes", "reopens_within", "position"),
    )
    named = {name: str(getattr(rule, name) or "") for name in names}
    return {name: getattr(rule, name) for name in plain} | named


def _record(
    actor: User, rule: AlertRule, kind: str, did: str, before: dict[str, object] | None
) -> None:
    administration.record(
        actor=actor,
        kind=kind,
        text=f"{did} “{rule}”",
        environment=rule.environment,
        data={"before": before, "after": _facts(rule)},
    )
