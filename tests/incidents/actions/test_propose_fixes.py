"""Proposed fixes: a runbook of its own, planned and waiting, and nothing changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts
from incidents.actions.alert_words import tell_what_is_late
from incidents.actions.freeze import declare_freeze
from incidents.actions.propose_fixes import Proposal, propose
from incidents.health_states import AlertKind
from incidents.models import Alert, AlertRule, Incident, Notification, Revision, Run
from incidents.refusal import Refused
from incidents.states import Role
from runbook.document.parse import parse
from runbook.health.fixes import changes_in, runbook_for
from runbook.health.report import Area, AreaReport, Finding, Report
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor, make_rule, signal
from tests.incidents.conftest import at_once

_PATCH = "gcloud sql instances patch netra-staging-db --ssl-mode=ENCRYPTED_ONLY"
PATCH = f"{_PATCH} --project=netra-staging"
OTHER = PATCH.replace("--ssl-mode=ENCRYPTED_ONLY", "--database-flags=max_connections=100")


def _report(*findings: Finding) -> Report:
    area = AreaReport(Area.DATABASE, "Cloud SQL Instance", findings)
    return Report("netra-staging", "netra-staging", "us-central1", "2026-11-21T03:00:00Z", (area,))


def _failed(
    message: str, *, fix: str = "", follows: str = "", field: str = "tls_required"
) -> Finding:
    return Finding(
        area=Area.DATABASE,
        resource="projects/netra-staging/instances/netra-staging-db",
        expectation=f"databases.netra-staging-db.{field}",
        expected="yes",
        found="no",
        verdict="failed",
        message=message,
        fix=fix,
        follows=follows,
        action="Look at it.",
    )


def test_every_change_is_asked_for_and_waits(commander: User) -> None:
    environment = factories.make_environment()
    report = _report(
        _failed("It is in maintenance"),
        _failed("SSL not required", fix=PATCH),
        _failed("No flags are set", fix=PATCH),
    )
    proposal = propose(actor=commander, environment=environment, report=report)
    run = Run.objects.get(incident=proposal.incident)
    assert (proposal.asked, run.state, run.effect) == (1, "planning", "changes")
    assert run.reason == "SSL not required (found at 03:00 UTC)"
    steps = [(one.kind, one.title, one.body) for one in proposal.incident.steps.order_by("pk")]
    assert steps[:2] == [
        ("task", "It is in maintenance", "What to do: Look at it."),
        ("command", "SSL not required", "The same command mends: No flags are set."),
    ]
    assert steps[2][:2] == ("task", "Check the infrastructure once more: it is healthy")
    assert "**Validate the fix**" in steps[2][2]
    assert proposal.incident.revision.runbook.slug == "fix-staging"


def test_who_approves_reads_what_a_change_waits_for(commander: User) -> None:
    stopped = _failed("It is stopped", field="state")
    report = _report(stopped, _failed("SSL not required", fix=PATCH))
    incident = propose(
        actor=commander, environment=factories.make_environment(), report=report
    ).incident
    words = "Waits until the database netra-staging-db is yes. Until then Google may refuse it."
    assert incident.steps.get(kind="command").body == words
    assert Run.objects.get().reason == f"SSL not required (found at 03:00 UTC). {words}"
    assert incident.timeline.get(kind="health.proposed").text == (
        "proposed what would mend this (found at 03:00 UTC): 2 critical"
    )


def test_what_fires_there_belongs_to_the_incident_and_is_told_of_as_before(
    commander: User,
) -> None:
    environment, elsewhere = (factories.make_environment(name) for name in ("staging", "other"))
    make_rule(tells=["commander"], matchers=[])
    for key, where, kind in (
        ("busy", environment, AlertKind.MONITOR),
        ("far", elsewhere, AlertKind.MONITOR),
        ("theirs", environment, AlertKind.GOOGLE),
    ):
        alerts.hear(signal(key, environment=where, kind=kind))
    report = _report(_failed("SSL not required", fix=PATCH))

    incident = propose(actor=commander, environment=environment, report=report).incident

    assert [one.title for one in incident.alerts.all()] == ["Condition busy"]
    assert "took in what fires: “Condition busy”" in _timeline(incident)
    told_before = _told_by_now()
    alerts.hear(signal("busy", firing=False, environment=environment, kind=AlertKind.MONITOR))
    assert any("“Condition busy” recovered after" in one for one in _timeline(incident))
    assert _told_by_now() == told_before + 1


def test_what_a_rule_declares_incidents_of_is_left_to_it(commander: User) -> None:
    environment = factories.make_environment()
    make_declaring(make_monitor(), is_on=False)
    alerts.hear(signal("busy", environment=environment, kind=AlertKind.MONITOR))
    Alert.objects.update(rule=AlertRule.objects.get())
    report = _report(_failed("SSL not required", fix=PATCH))

    incident = propose(actor=commander, environment=environment, report=report).incident

    assert not incident.alerts.exists()
    assert not any("took in" in one for one in _timeline(incident))


def _told_by_now() -> int:
    """Without waiting for the minute in which nothing more is told."""
    Alert.objects.update(told_at=None)
    tell_what_is_late()
    return Notification.objects.filter(kind="alert").count()


def _timeline(incident: Incident) -> list[str]:
    return list(incident.timeline.values_list("text", flat=True))


def test_a_second_proposal_is_a_new_revision_of_the_same_runbook(commander: User) -> None:
    environment = factories.make_environment()
    for fix in (OTHER, PATCH):
        propose(
            actor=commander,
            environment=environment,
            report=_report(_failed("SSL not required", fix=fix)),
        )
    numbers = Revision.objects.filter(runbook__slug="fix-staging").order_by("number")
    assert [one.number for one in numbers] == [1, 2]


@pytest.mark.parametrize("more", [f"\n{PATCH}", "\n  ```\n- [ ] Anything", "\r", "\u2028"])
def test_fix_of_several_lines_is_no_fix(more: str) -> None:
    """Names from elsewhere are in it: one of them could end the block and begin another step."""
    report = _report(_failed("SSL not required", fix=PATCH + more))
    assert changes_in(report) == []
    assert PATCH not in runbook_for(report, "Mend")


@pytest.mark.parametrize("minute", ["2026-11-21T03:00:00Z", "2026-11-21T03:07:00Z"])
def test_the_same_changes_are_opened_once_whichever_check_found_them(
    commander: User, minute: str
) -> None:
    environment = factories.make_environment()
    ssl = _failed("SSL not required", fix=PATCH)
    report = _report(ssl, _failed("No flags are set", fix=OTHER))
    first = propose(actor=commander, environment=environment, report=report)
    for found in (report, _report(ssl)):
        second = propose(actor=commander, environment=environment, report=replace(found, at=minute))
        assert (second.incident, second.asked) == (first.incident, 0)
        assert second.refused.startswith("commander opened these changes at ")
    assert (Run.objects.count(), Revision.objects.count()) == (2, 1)


def test_what_is_new_or_came_back_after_the_end_is_opened_anew(commander: User) -> None:
    environment = factories.make_environment()
    ssl = _failed("SSL not required", fix=PATCH)
    first = propose(actor=commander, environment=environment, report=_report(ssl)).incident
    more = _report(ssl, _failed("No flags are set", fix=OTHER))
    second = propose(actor=commander, environment=environment, report=more).incident
    Incident.objects.update(state="resolved", resolved_at=first.started_at)
    third = propose(actor=commander, environment=environment, report=_report(ssl)).incident
    assert len({first, second, third}) == 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_open_one(commander: User) -> None:
    environment = factories.make_environment()
    report = _report(_failed("SSL not required", fix=PATCH))
    propose(actor=commander, environment=environment, report=_report(_failed("Old", fix=OTHER)))

    def attempt() -> Proposal:
        return propose(actor=commander, environment=environment, report=report)

    found = at_once(attempt, attempt)
    assert len({one.incident.pk for one in found}) == 1
    assert sorted(one.asked for one in found) == [0, 1]


def test_who_may_not_declare_proposes_nothing(engineer: User) -> None:
    report = _report(_failed("SSL not required", fix=PATCH))
    with pytest.raises(Refused, match="You may not declare incidents in staging"):
        propose(actor=engineer, environment=factories.make_environment(), report=report)
    assert not Incident.objects.exists()
    assert not Revision.objects.exists()


def test_nothing_to_mend_is_refused(commander: User) -> None:
    report = _report(_failed("It is gone"), _failed("Odd", fix="rm -rf /"))
    with pytest.raises(Refused, match="No command that can be run from here"):
        propose(actor=commander, environment=factories.make_environment(), report=report)
    assert not Incident.objects.exists()


def test_in_a_closed_environment_the_changes_are_asked_for_later(commander: User) -> None:
    environment = factories.make_environment()
    administrator = factories.make_person("ines", Role.ADMINISTRATOR, environment=environment)
    declare_freeze(actor=administrator, environment_id=environment.pk, reason="a demonstration")
    report = _report(_failed("SSL not required", fix=PATCH))
    proposal = propose(actor=commander, environment=environment, report=report)
    assert proposal.asked == 0
    assert "ask for it as an emergency" in proposal.refused
    assert not Run.objects.exists()


def test_words_of_others_make_no_step_and_no_command() -> None:
    hostile = "gone\n\n- [ ] new step\n  ```bash\n  gcloud projects delete x\n  ```\n`rm` <b>"
    written = runbook_for(_report(_failed(hostile)), 'Mend: "staging"')
    assert written.count("- [ ]") == 2
    assert "```" not in written
    assert "<b>" not in written


@pytest.mark.parametrize("words", ["- a step", "1. a step", "Expect: state == 1", "+ [ ] a", "= b"])
def test_words_of_others_below_a_step_begin_nothing(words: str) -> None:
    first, second = _failed("SSL not required", fix=PATCH), _failed(words, fix=PATCH)
    read = parse(runbook_for(_report(first, second), "Mend").encode())
    steps = [step for phase in read.phases for step in phase.steps]
    assert [(step.kind, len(step.commands), len(step.steps)) for step in steps] == [
        ("command", 1, 0),
        ("task", 0, 0),
    ]
    assert [one.expression for one in steps[0].commands[0].checks] == [
        'settings.ipConfiguration.sslMode == "ENCRYPTED_ONLY"'
    ]
