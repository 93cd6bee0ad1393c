"""Rules about alerts and sources: who may change them, what is refused at once, in which order they
stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents.actions import alert_rules, alert_sources
from incidents.actions.alert_rule_terms import Terms
from incidents.models import AdministrationEntry, AlertRule, AlertSource
from incidents.refusal import Refused
from runbook.alerts.matching import Matcher
from tests import factories
from tests.incidents.actions.alerting import RUNBOOK, make_monitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


@pytest.fixture
def declaring(db: None) -> dict[str, Any]:
    revision = factories.make_revision(RUNBOOK, slug="connector-is-down")
    return {"declares": True, "runbook": revision.runbook, "acts_as": make_monitor()}


def names() -> list[str]:
    return list(AlertRule.objects.values_list("name", flat=True))


def test_rules_are_added_behind_moved_changed_and_removed(root: User) -> None:
    made = [alert_rules.add_rule(actor=root, terms=Terms(name=name)) for name in "abc"]
    alert_rules.move_rule(actor=root, rule_id=made[2].pk, up=True)
    alert_rules.move_rule(actor=root, rule_id=made[0].pk, up=True)
    assert names() == ["a", "c", "b"]

    alert_rules.change_rule(actor=root, rule_id=made[0].pk, terms=Terms(name="d", is_on=False))
    alert_rules.remove_rule(actor=root, rule_id=made[1].pk)

    assert names() == ["d", "c"]
    written = AdministrationEntry.objects.order_by("number").values_list("kind", flat=True)
    assert list(written) == [
        *["alert_rule.added"] * 3,
        "alert_rule.moved",
        "alert_rule.changed",
        "alert_rule.removed",
    ]


def test_change_that_changes_nothing_is_not_written(root: User) -> None:
    made = alert_rules.add_rule(actor=root, terms=Terms(name="a"))
    alert_rules.change_rule(actor=root, rule_id=made.pk, terms=Terms(name="a"))
    assert AdministrationEntry.objects.count() == 1


def test_only_superusers_change_rules_and_sources(outsider: User, root: User) -> None:
    rule = alert_rules.add_rule(actor=root, terms=Terms(name="a"))
    source, _ = alert_sources.create_source(actor=root, name="prom", kind="alertmanager")
    for call in (
        lambda: alert_rules.add_rule(actor=outsider, terms=Terms(name="b")),
        lambda: alert_rules.change_rule(actor=outsider, rule_id=rule.pk, terms=Terms(name="b")),
        lambda: alert_rules.move_rule(actor=outsider, rule_id=rule.pk, up=True),
        lambda: alert_rules.remove_rule(actor=outsider, rule_id=rule.pk),
        lambda: alert_sources.create_source(actor=outsider, name="x", kind="google"),
        lambda: alert_sources.rotate_token(actor=outsider, source_id=source.pk),
        lambda: alert_sources.remove_source(actor=outsider, source_id=source.pk),
        lambda: alert_sources.set_secret(actor=outsider, source_id=source.pk, secret="12345678"),
    ):
        with pytest.raises(Refused, match="Ask a superuser") as refused:
            call()
        assert refused.value.status == 403
    assert (names(), AlertSource.objects.count()) == (["a"], 1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "A rule has a name"),
        ({"matchers": [Matcher("a", "matches", "(")]}, "is not a regular expression"),
        ({"matchers": [Matcher("a", "matches", "(a+)+")]}, "could take for ever"),
        ({"runs": ["diagnostics"]}, "Only a rule that declares"),
        ({"closes": True}, "Only a rule that declares"),
        ({"declares": True}, "names a runbook, and the account"),
        ({"severity": "P9"}, "Choose a severity"),
        ({"reopens_within": -1}, "up to 30 days"),
        ({"tells": ["x"] * 41}, "up to 40 words"),
    ],
)
def test_unsound_rule_is_refused(root: User, wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        alert_rules.add_rule(actor=root, terms=Terms(**{"name": "a", **wrong}))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"runs": ["no-such-step"]}, "has no step “no-such-step”"),
        ({"parameters": {"NOBODY": "x"}}, "has no parameter NOBODY"),
    ],
)
def test_rule_that_could_not_declare_is_refused(
    root: User, declaring: dict[str, Any], wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        alert_rules.add_rule(actor=root, terms=Terms(name="a", **declaring, **wrong))


def test_rule_names_what_its_runbook_needs(root: User, declaring: dict[str, Any]) -> None:
    source = RUNBOOK.replace(b"staging-connector", b"${TICKET}")
    declaring["runbook"] = factories.make_revision(source, slug="b").runbook
    with pytest.raises(Refused, match="need a value: TICKET"):
        alert_rules.add_rule(actor=root, terms=Terms(name="a", **declaring))
    alert_rules.add_rule(
        actor=root, terms=Terms(name="a", **declaring, parameters={"TICKET": "{ticket}"})
    )


def test_no_rule_acts_as_who_may_approve(
    root: User, engineer: User, outsider: User, declaring: dict[str, Any]
) -> None:
    for person in (engineer, outsider, root):
        with pytest.raises(Refused, match="may approve changes"):
            alert_rules.add_rule(
                actor=root, terms=Terms(name="a", **declaring | {"acts_as": person})
            )
    alert_rules.add_rule(actor=root, terms=Terms(name="a", **declaring, runs=["diagnostics"]))


@pytest.mark.parametrize("name", ["", "Über", "a b", "-a", "a/b", "x" * 61])
def test_source_has_a_name_for_its_address(root: User, name: str) -> None:
    with pytest.raises(Refused, match="small letters"):
        alert_sources.create_source(actor=root, name=name, kind="google")


def test_source_of_a_name_is_one_and_the_monitor_is_none(root: User) -> None:
    alert_sources.create_source(actor=root, name="a", kind="google")
    with pytest.raises(Refused, match="There is a source a already"):
        alert_sources.create_source(actor=root, name="a", kind="grafana")
    with pytest.raises(Refused, match="Choose Alertmanager"):
        alert_sources.create_source(actor=root, name="b", kind="monitor")


def test_token_and_secret_are_nowhere_in_the_database(root: User) -> None:
    source, token = alert_sources.create_source(actor=root, name="a", kind="google")
    pager, _ = alert_sources.create_source(actor=root, name="b", kind="pagerduty")
    alert_sources.set_secret(actor=root, source_id=pager.pk, secret="a-secret-of-pagerduty")

    kept = [*AlertSource.objects.values(), *AdministrationEntry.objects.values()]
    assert token not in str(kept)
    assert "a-secret-of-pagerduty" not in str(kept)
    with pytest.raises(Refused, match="PagerDuty signs"):
        alert_sources.rotate_token(actor=root, source_id=pager.pk)
    with pytest.raises(Refused, match="by its token"):
        alert_sources.set_secret(actor=root, source_id=source.pk, secret="12345678")
