"""Who has caused what a rule asks for does not approve it: the rule's author, and the runbook's."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts
from incidents.actions.alert_rule_terms import Terms
from incidents.actions.alert_rules import add_rule, change_rule
from incidents.actions.library import add_revision
from incidents.models import AlertRule, Approval, Run, StepCommand
from incidents.quorum import weigh
from incidents.states import RunState
from tests import factories
from tests.incidents.actions.alerting import RUNBOOK, make_declaring, make_monitor, signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor() -> User:
    return make_monitor()


def test_author_of_what_a_rule_runs_does_not_approve_it(monitor: User, engineer: User) -> None:
    shipped = factories.make_revision(RUNBOOK)
    add_revision(
        slug=shipped.runbook.slug, source=RUNBOOK + b"\n", is_shipped=False, actor=engineer
    )
    make_declaring(monitor, shipped)
    alerts.hear(signal())
    command = StepCommand.objects.filter(effect="changes").get()
    author = {"rule_author": factories.make_person("rules")}

    by_rule = weigh(factories.make_waiting_approval(command, monitor, run=author))
    Run.objects.update(rule_author=None)
    by_hand = weigh(Approval.objects.get())

    assert "You wrote the runbook" in by_rule.excluded[engineer.pk]
    assert by_rule.counts_as(engineer.pk) == frozenset()
    assert engineer.pk not in by_hand.excluded


def test_author_of_a_rule_does_not_approve_what_it_asks_for(
    monitor: User, engineer: User, commander: User
) -> None:
    make_declaring(monitor, runs=["scale-the-connector"], changed_by=engineer)
    alerts.hear(signal())
    AlertRule.objects.update(changed_by=commander)
    asked = Run.objects.get(effect="changes")
    Run.objects.update(state=RunState.CANCELLED)
    as_asked = {"rule_author": asked.rule_author}

    weighing = weigh(factories.make_waiting_approval(asked.command, monitor, run=as_asked))

    assert "You wrote the alert rule" in weighing.excluded[engineer.pk]
    assert weighing.counts_as(engineer.pk) == frozenset()
    assert commander.pk not in weighing.excluded


def test_author_is_who_changed_a_rule_last() -> None:
    first, second = (User.objects.create_superuser(name) for name in ("ann", "ben"))
    rule = add_rule(actor=first, terms=Terms(name="Pods"))
    change_rule(actor=second, rule_id=rule.pk, terms=Terms(name="Pods"))  # says the same
    assert AlertRule.objects.get().changed_by == first

    change_rule(actor=second, rule_id=rule.pk, terms=Terms(name="Pods", tells=("commander",)))

    assert AlertRule.objects.get().changed_by == second
