"""The rules about alerts: which of them an alert fits, and how they are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Q, QuerySet

from incidents.models import Alert, AlertMessage, AlertRule, AlertSource, Environment
from runbook.alerts.matching import Matcher, fit, read_matchers

MOST_TRIED = 50


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules that are on, in their order, with their conditions read."""

    pages: Sequence[tuple[AlertRule, tuple[Matcher, ...]]]

    @classmethod
    def read(cls, source: AlertSource | None) -> Self:
        """Those for everybody and those for the source alone: one query."""
        own = Q(source__isnull=True) | Q(source=source) if source else Q(source__isnull=True)
        return cls([(rule, conditions_of(rule)) for rule in all_rules().filter(own, is_on=True)])

    def rule_for(self, alert: Alert) -> AlertRule | None:
        facts = facts_of(alert)
        return next((rule for rule, matchers in self.pages if fit(matchers, facts)), None)


@dataclass(frozen=True, slots=True)
class Trial:
    """One alert of a kept message, and the rule that would take it."""

    alert: Alert
    rule: AlertRule | None


def try_rules(message: AlertMessage) -> list[Trial]:
    """What the rules would do about the alerts of a message, as they stand now."""
    book = RuleBook.read(message.source)
    alerts = message.alerts.select_related("source", "environment").order_by("pk")
    return [Trial(alert, book.rule_for(alert)) for alert in alerts[:MOST_TRIED]]


def all_rules() -> QuerySet[AlertRule]:
    return AlertRule.objects.select_related("environment", "runbook", "acts_as", "source").order_by(
        "position", "pk"
    )


def rules_about(visible: QuerySet[Environment]) -> QuerySet[AlertRule]:
    """What somebody may see who sees these environments: rules that name no other one."""
    return all_rules().filter(
        Q(environment=None) | Q(environment__in=visible),
        Q(source__environment=None) | Q(source__environment__in=visible),
    )


def conditions_of(rule: AlertRule) -> tuple[Matcher, ...]:
    return read_matchers(rule.matchers)


def facts_of(alert: Alert) -> Mapping[str, str]:
    """What conditions are held against: the labels, and what is known of every alert."""
    return {name: str(value) for name, value in alert.labels.items()} | {
        "source": alert.source.name if alert.source else "",
        "kind": alert.kind,
        "environment": alert.environment.name if alert.environment else "",
        "severity": alert.severity,
        "verdict": alert.verdict,
        "title": alert.title,
    }
