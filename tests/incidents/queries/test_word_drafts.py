"""Drafts tell the facts to those they are for, and nothing private to the public."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.models import Incident, ServiceComponent
from incidents.queries.words.drafts import draft
from incidents.queries.words.private import private_words
from incidents.queries.words.templates import TEMPLATES, find_template
from incidents.states import HandoffState, PhaseState, RunState, StepState
from runbook.document.definition import GitHub
from tests import factories
from tests.incidents.conftest import SetClock

SECRET = "correct-horse"


@pytest.fixture
def incident(set_clock: SetClock, commander: User) -> Incident:
    """Two hours old: a diagnostic that failed, a change of the connector, a level that fired."""
    incident = factories.make_incident(
        commander,
        impact=f"Nobody can sign in; {SECRET}.",
        secrets={"DB_PASSWORD": SECRET},
        roles={"infrastructure": "Infrastructure team"},
    )
    environment = incident.environment
    environment.allowed_hosts = ["api.example.com"]
    environment.save()
    first = factories.make_phase(incident, title="Diagnosis", planned_most=3600)
    second = factories.make_phase(incident, title="Repair", planned_least=3600, planned_most=7200)
    read = factories.make_command(
        factories.make_step(first, title="The connector is ready", state=StepState.OPEN)
    )
    factories.make_step(first, title="Say who commands")
    change = factories.make_command(
        factories.make_step(second, title="If it is small: scale the connector"),
        text=factories.UPDATE,
        effect="changes",
    )
    incident.components.create(position=1, name="Frontend", function="Pages", state="offline")
    incident.components.create(position=2, name="Database", state="operational")
    level = factories.make_level(incident, 7200)
    timer = incident.timers.create(
        kind="update due", key="leadership", every=3600, due_at=clock.now()
    )
    assert timer.every

    set_clock.advance(3600)
    now = clock.now()
    factories.make_run(
        read,
        commander,
        RunState.SUCCEEDED,
        finished_at=now,
        checks=[
            {
                "expression": 'state == "READY"',
                "level": "expect",
                "expected": 'state == "READY"',
                "found": "ERROR",
                "passed": False,
            }
        ],
    )
    approval = factories.make_waiting_approval(change, commander)
    run = approval.run
    run.state, run.finished_at = RunState.SUCCEEDED, now
    run.save()
    incident.steps.filter(title="Say who commands").update(
        state=StepState.DONE, decided_at=now, decided_by=commander
    )
    incident.phases.filter(pk=first.pk).update(state=PhaseState.COMPLETED, completed_at=now)
    incident.phases.filter(pk=second.pk).update(state=PhaseState.ACTIVE, started_at=now)
    incident.levels.filter(pk=level.pk).update(state="fired", fired_at=now, to=["vp-engineering"])
    incident.handoffs.create(
        given_by="development",
        taken_by="infrastructure",
        state=HandoffState.ACCEPTED,
        offered_by=commander,
        offered_at=now,
        decided_by=commander,
        decided_at=now,
    )
    set_clock.advance(3600)
    return incident


def text_of(incident: Incident, key: str, **options: str) -> str:
    template = find_template(key)
    assert template is not None
    return draft(incident, template, now=clock.now(), **options).text


def test_leadership_reads_what_was_done_and_what_comes(incident: Incident) -> None:
    text = text_of(incident, "executive-summary")
    for fact in (
        "Open for 2 h, since 03:00 UTC. Phase 2 of 2: Repair.",
        "Not working:** Frontend (offline: Pages)",
        "Working:** Database",
        "So far:**",
        "- Completed: Diagnosis",
        "- It is small: scale the connector (done)",
        "- Escalated to level 1, vp-engineering told",
        "- 1 step of the plan ticked",
        "The work is with Infrastructure team.",
        "By plan 1 h are left.",
        "Next update** by 06:00 UTC.",
    ):
        assert fact in text
    assert "gcloud" not in text
    assert SECRET not in text


def test_engineering_reads_what_changed_field_by_field(incident: Incident) -> None:
    text = text_of(incident, "technical-update")
    for fact in (
        '- The connector is ready: `state == "READY"`, found `ERROR`',
        "- It is small: scale the connector (done): connectors/staging-connector",
        "  - minInstances: 1 → 3",
        "- Say who commands",
        "With Infrastructure team for 1 h.",
    ):
        assert fact in text


def test_only_what_is_new_since_the_last_words_is_told(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    incident.updates.create(audience="leadership", text="x", author=commander, at=clock.now())
    set_clock.advance(60)
    text = text_of(incident, "executive-summary")
    assert "Since the update of 05:00 UTC:**" in text
    assert "nothing to report yet" in text
    assert "Completed" not in text
    assert "Completed: Diagnosis" in text_of(incident, "sync-meeting")


def test_public_reads_parts_stage_and_time_and_nothing_else(incident: Incident) -> None:
    ServiceComponent.objects.create(name="Database", is_public=False, created_at=clock.now())
    assert text_of(incident, "public-notice") == (
        "Frontend is unavailable at the moment. We are looking for the cause."
    )
    assert "have found the cause" in text_of(incident, "public-notice", stage="identified")
    assert "work again" in text_of(incident, "public-notice", stage="resolved")
    for stage in ("investigating", "identified", "monitoring", "resolved"):
        assert private_words(incident, text_of(incident, "public-notice", stage=stage)) == ()


def test_mail_and_issue_have_subject_recipients_and_labels(incident: Incident) -> None:
    mail, issue = (find_template(key) for key in ("stakeholder-mail", "github-issue"))
    assert mail
    assert issue
    found = draft(incident, mail, now=clock.now(), stakeholders=("product", "a@example.com"))
    assert found.subject == (f"[P0] {incident.name} Staging cannot reach its database: update")
    assert found.recipients == ("product", "a@example.com")
    posted = draft(incident, issue, now=clock.now(), github=GitHub("acme/shop#12", ("P0",)))
    assert (posted.issue, posted.labels) == ("acme/shop#12", ("P0",))
    assert "| Frontend | offline |" in posted.text
    assert "- [x] It is small: scale the connector (done)" in posted.text
    assert "  - `minInstances`: 1 → 3" in posted.text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_every_draft_is_tidy_text_without_secrets(template: object, incident: Incident) -> None:
    found = draft(incident, template, now=clock.now()).text  # type: ignore[arg-type]  # of the table
    assert SECRET not in found
    assert "\n\n\n" not in found
    assert "&" not in found
    assert found == found.strip()
    Incident.objects.filter(pk=incident.pk).update(title='Ships <b>"&"</b>')
    incident.refresh_from_db()
    assert "&lt;" not in draft(incident, template, now=clock.now()).text  # type: ignore[arg-type]


def test_private_names_are_found_whole_and_without_case(incident: Incident) -> None:
    text = (
        "Netra-Staging at API.example.com: connectors/staging-connector is full, see"
        " projects/netra-staging/x or run gcloud sql instances list; ask ops@example.com."
        " Frontend and commanders are well."
    )
    found = {(one.word.lower(), one.what) for one in private_words(incident, text)}
    assert found == {
        ("netra-staging", "the project"),
        ("api.example.com", "a host"),
        ("staging-connector", "a resource"),
        ("projects/netra-staging/x", "a resource"),
        ("gcloud sql instances list", "a command"),
        ("ops@example.com", "an address"),
    }
