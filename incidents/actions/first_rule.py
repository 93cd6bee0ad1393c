"""The rule that comes with watching: who commands in an environment hears what is found there."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import administration
from incidents.actions.alert_rows import fit_what_fires
from incidents.health_states import AlertKind
from incidents.models import AlertRule, Environment
from incidents.states import Role


def add_first_rule(*, actor: User | None, environment: Environment) -> AlertRule | None:
    """Behind all others, and none where a rule is about this monitor already, be it off. Inside the
    caller's transaction, which holds the administrators' ledger and has asked for permission."""
    matchers = [_is("kind", AlertKind.MONITOR), _is("environment", environment.name)]
    rules = list(AlertRule.objects.all())
    name = f"Monitor of {environment}"
    if any(one.name == name or _covers(one, matchers) for one in rules):
        return None
    rule = AlertRule.objects.create(
        name=name,
        position=max((one.position for one in rules), default=0) + 1,
        matchers=matchers,
        tells=[Role.COMMANDER.value],
        changed_by=actor,
    )
    administration.record(
        actor=actor,
        kind="alert_rule.added",
        text=f"added the alert rule “{rule}” with the monitor",
        environment=environment,
        data={"tells": rule.tells, "matchers": matchers},
    )
    fit_what_fires()
    return rule


def _is(label: str, value: str) -> dict[str, str]:
    return {"label": label, "test": "is", "value": str(value)}


def _covers(rule: AlertRule, matchers: list[dict[str, str]]) -> bool:
    """It asks for nothing else than these two, so that it fits each alert of the monitor."""
    return rule.source_id is None and all(one in matchers for one in rule.matchers)
