"""What can be done in an incident: tick, run, stop, ask for an undo."""

from __future__ import annotations

from incidents.actions import checklist, execute, stop, undo
from incidents.api import shapes
from incidents.api.endpoint import Call, Json
from incidents.api.reading import find_run
from incidents.forms import AskForm, ReasonForm
from incidents.views.requests import find_incident
from incidents.views.typed import typed


def request_run(call: Call, command_id: int) -> Json:
    """Queues a command that reads; has one that changes planned for approval."""
    find_incident(call.person, steps__commands=command_id)
    words = typed(AskForm(call.body))
    run = execute.request_run(actor=call.person, command_id=command_id, **words)
    return shapes.run(find_run(call, run.pk))


def cancel_run(call: Call, run_id: int) -> Json:
    find_incident(call.person, runs=run_id)
    stop.cancel_run(actor=call.person, run_id=run_id)
    return shapes.run(find_run(call, run_id))


def request_undo(call: Call, run_id: int) -> Json:
    """Has the undo of a change planned for approval; the answer is its run."""
    find_incident(call.person, runs=run_id)
    words = typed(AskForm(call.body))
    asked = undo.request_undo(actor=call.person, run_id=run_id, **words)
    return shapes.run(find_run(call, asked.pk))


def tick(call: Call, step_id: int) -> Json:
    find_incident(call.person, steps=step_id)
    return shapes.step(checklist.tick(actor=call.person, step_id=step_id), [])


def skip(call: Call, step_id: int) -> Json:
    find_incident(call.person, steps=step_id)
    reason = typed(ReasonForm(call.body))["reason"]
    return shapes.step(checklist.skip(actor=call.person, step_id=step_id, reason=reason), [])
