"""What people did is sealed where the timeline tells of it: a row or a file that says something
else by now is named, in the database and in a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction

from incidents import clock
from incidents.actions import (
    announce,
    checklist,
    execute,
    follow_ups,
    hand_off,
    handoff_items,
    mitigate,
    report,
    severity,
    stop,
)
from incidents.actions.advance import advance
from incidents.actions.declare import declare
from incidents.models import Handoff, Incident, Step, Update
from incidents.queries.proof import verify_bundle
from incidents.queries.proof.verification import verify_incident
from incidents.states import HandoffSide
from tests import factories
from tests.support.forged_bundles import exported, forge

RUNBOOK = f"""---
roles:
  development: Development team
  infrastructure: Infrastructure team
---
# The connector is too small

## Look
- [ ] Look at the connector
  ```bash
  {factories.DESCRIBE}
  ```
- [ ] Look at the pods
  ```bash
  kubectl get pods
  ```
- [ ] Tell the others

## Repair
- [ ] Repair it
"""


@pytest.fixture
def told(commander: User, engineer: User) -> Incident:
    """Everything that needs no worker, done by people from its declaration on."""
    commander.groups.add(Group.objects.get_or_create(name="development")[0])
    engineer.groups.add(Group.objects.get_or_create(name="infrastructure")[0])
    incident = declare(
        actor=commander,
        revision=factories.make_revision(RUNBOOK.encode()),
        environment=factories.make_environment(),
        severity="P1",
        title="Too small",
        parameters={},
        is_drill=True,
    )
    _work_through(incident, commander)
    _write_down(incident, commander, engineer)
    incident.refresh_from_db()
    return incident


def _work_through(incident: Incident, person: User) -> None:
    first, second, third = Step.objects.filter(phase__position=1).order_by("position")
    run = execute.request_run(actor=person, command_id=first.commands.get().pk)
    stop.cancel_run(actor=person, run_id=run.pk)
    checklist.paste_result(actor=person, command_id=second.commands.get().pk, text="none runs")
    checklist.tick(actor=person, step_id=first.pk)
    checklist.skip(actor=person, step_id=second.pk, reason="no pods")
    checklist.tick(actor=person, step_id=third.pk)
    checklist.untick(actor=person, step_id=third.pk)
    checklist.complete_phase(actor=person, phase_id=first.phase_id)


def _write_down(incident: Incident, person: User, other: User) -> None:
    own = {"actor": person, "incident_id": incident.pk}
    announce.post_update(**own, audience="leadership", text="We know why.")
    severity.change_severity(**own, severity="P0", reason="all of it")
    mitigate.mitigate(**own, words="it answers")
    report.save_section(**own, section="causes", text="One.", seen=0)
    follow_ups.add(**own, wanted=follow_ups.Wanted("Widen it", owner_id=person.pk))
    items = {HandoffSide.ASKED: ["Check it"]}
    offered = hand_off.offer(**own, given_by="development", taken_by="infrastructure", items=items)
    handoff_items.set_item(actor=other, item_id=offered.items.get().pk, is_done=True)
    hand_off.accept(actor=other, handoff_id=offered.pk)


def found(incident: Incident) -> list[str]:
    return [problem.what for problem in verify_incident(incident.number).problems]


def found_after(incident: Incident, statement: str) -> list[str]:
    """What is named once the statement was run by hand; then it is undone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 1, statement
        named = found(incident)
        transaction.set_rollback(True)
    return named


def test_rows_that_people_wrote_are_held_against_the_timeline(
    told: Incident, outsider: User
) -> None:
    assert verify_incident(told.number).problems == []
    assert verify_incident(told.number).counts.unsealed == []
    step, reopened = (
        Step.objects.get(title=f"{words}") for words in ("Look at the pods", "Tell the others")
    )
    command, update = step.commands.get(), Update.objects.get()
    handoff, phase = Handoff.objects.get(), told.phases.get(position=1)
    line, follow_up = handoff.items.get(), told.follow_ups.get()
    changes = {
        "incidents_update SET text = 'other'": f"update {update.pk}",
        f"incidents_update SET author_id = {outsider.pk}": f"update {update.pk}",
        f"incidents_step SET decided_by_id = {outsider.pk} WHERE id = {step.pk}": f"step {step.pk}",
        f"incidents_step SET reason = 'other' WHERE id = {step.pk}": f"step {step.pk}",
        f"incidents_step SET state = 'done' WHERE id = {reopened.pk}": f"step {reopened.pk}",
        "incidents_phase SET completed_at = NULL WHERE position = 1": f"phase {phase.pk}",
        f"incidents_run SET requested_by_id = {outsider.pk}": "run 1, as asked for",
        "incidents_run SET text = 'gcloud other'": "run 1, as asked for",
        "incidents_run SET reason = 'other'": "run 1, as asked for",
        "incidents_run SET message = 'other'": "run 1, as it ended",
        f"incidents_stepcommand SET pasted = 'all run' WHERE id = {command.pk}": (
            f"pasted result {command.pk}"
        ),
        "incidents_handoff SET reason = 'other'": f"handoff {handoff.pk}",
        "incidents_handoffitem SET text = 'other'": f"line {line.pk} of handoff {handoff.pk}",
        "incidents_followup SET owner_id = NULL": f"follow-up {follow_up.pk}",
        f"incidents_reportrevision SET author_id = {outsider.pk}": "report, revision 1",
        "incidents_incident SET title = 'other'": "incident, title",
        "incidents_incident SET severity = 'P4'": "incident, severity",
        f"incidents_incident SET commander_id = {outsider.pk}": "incident, commander",
        "incidents_incident SET mitigated_at = NULL": "incident, mitigated_at",
        "incidents_incident SET state = 'resolved'": "incident, state",
    }
    for change, named in changes.items():
        assert found_after(told, f"UPDATE {change}") == [named], change


def test_rows_put_in_or_taken_out_by_hand_are_named(told: Incident) -> None:
    first = Update.objects.get()
    added = Update.objects.create(
        incident=told, audience="leadership", text="b", author=told.commander, at=clock.now()
    )
    assert found(told) == [f"update {added.pk}"]
    Update.objects.filter(pk=first.pk).delete()
    assert found(told) == [f"update {added.pk}", f"update {first.pk}"]


def test_what_is_older_than_its_seal_is_counted_and_not_wrong(commander: User) -> None:
    """An incident that was declared before rows were sealed, and is worked on afterwards."""
    incident = factories.make_incident(commander)
    step, other = (factories.make_step(factories.make_phase(incident)) for _ in range(2))
    Step.objects.filter(pk=other.pk).update(state="done", decided_by=commander)
    checklist.tick(actor=commander, step_id=step.pk)
    verdict = verify_incident(incident.number)
    assert verdict.problems == []
    assert f"step {other.pk}" in verdict.counts.unsealed
    assert f"step {step.pk}" not in verdict.counts.unsealed


def test_time_that_passes_in_a_drill_is_no_forgery(told: Incident) -> None:
    advance(incident_id=told.pk, seconds=600)
    verdict = verify_incident(told.number)
    assert verdict.problems == []
    assert "incident, started_at" in verdict.counts.unsealed
    assert "incident, title" not in verdict.counts.unsealed


def test_files_of_a_bundle_are_held_against_its_timeline(told: Incident, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    files = exported(told, file)
    head = Incident.objects.get(pk=told.pk).timeline_head
    wrong, said = verify_bundle.verify(file, head)
    assert (wrong, "older" in said) == ([], False)
    changes = [
        ("updates.jsonl", b"We know why.", b"Nothing.", "update"),
        ("runs.jsonl", b"connectors describe", b"connectors delete", "run 1, as asked for"),
        (
            "runs.jsonl",
            b'"requested_by":"commander"',
            b'"requested_by":"engineer"',
            "run 1, as asked",
        ),
        ("pastes.jsonl", b"none runs", b"all runs", "pasted result"),
        ("handoffs.jsonl", b'"offered_by":"commander"', b'"offered_by":"engineer"', "handoff"),
        ("checklists.jsonl", b"Check it", b"Skip it", "line"),
        ("follow_ups.jsonl", b"Widen it", b"Leave it", "follow-up"),
        ("reports.jsonl", b'"author":"commander"', b'"author":"engineer"', "report, revision 1"),
        ("incident.json", b"Too small", b"Too large", "incident, title"),
        ("incident.json", b'"severity":"P0"', b'"severity":"P1"', "incident, severity"),
        ("incident.json", b'"commander":"commander"', b'"commander":"eve"', "incident, commander"),
        ("steps.jsonl", b'"reason":"no pods"', b'"reason":"lazy"', "step"),
        ("phases.jsonl", b'"completed_by":"commander"', b'"completed_by":"eve"', "phase"),
        ("runs.jsonl", b'{"asked"', b'{"approved_by":"eve","asked"', "runs.jsonl, approved_by"),
        ("updates.jsonl", b',"sealed_as"', b',"sealed"', "updates.jsonl, "),
    ]
    for name, before, after, named in changes:
        assert before in files[name], (name, before)
        forge(file, {**files, name: files[name].replace(before, after)})
        wrong, _ = verify_bundle.verify(file, head)
        assert any(sentence.startswith(named) for sentence in wrong), (name, before, wrong)
