"""Addresses of every page and action."""

from __future__ import annotations

from django.urls import path

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.views import (
    approvals,
    clocks,
    command,
    editing,
    export,
    hand_over,
    handoffs,
    health,
    now,
    panels,
    room,
    runbooks,
    runs,
    status,
    steps,
)

pages = [
    path("", now.now, name="now"),
    path("incidents/INC-<row:number>/", room.incident, name="incident"),
    path("incidents/INC-<row:number>/panels/<str:name>/", panels.panel, name="panel"),
    path("incidents/INC-<row:number>/revision/", editing.preview_revision, name="reread"),
    path("incidents/INC-<row:number>/handoff/", handoffs.write_handoff, name="write-handoff"),
    path("incidents/INC-<row:number>/board/", status.board, name="board"),
    path("incidents/INC-<row:number>/export/", export.export, name="export"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<row:approval_id>/", approvals.approval, name="approval"),
    path("approvals/link/", approvals.approvals_link, name="approvals-link"),
    path("runbooks/", runbooks.runbooks, name="runbooks"),
    path("runbooks/<slug:slug>/", runbooks.runbook, name="runbook"),
    path("runs/<row:run_id>/output/", runs.run_output, name="run-output"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]

actions = [
    path("library/add/", runbooks.add, name="add-runbook"),
    path("runbooks/<slug:slug>/declare/", runbooks.declare, name="declare"),
    path("incidents/INC-<row:number>/updates/", command.post_update, name="post-update"),
    path("incidents/INC-<row:number>/resolve/", command.resolve, name="resolve"),
    path("incidents/INC-<row:number>/handover/", hand_over.offer, name="offer-command"),
    path("incidents/INC-<row:number>/take-over/", hand_over.take_over, name="take-over"),
    path("handovers/<row:handover_id>/accept/", hand_over.accept, name="accept-command"),
    path("handovers/<row:handover_id>/decline/", hand_over.decline, name="decline-command"),
    path("handovers/<row:handover_id>/withdraw/", hand_over.withdraw, name="withdraw-offer"),
    path("incidents/INC-<row:number>/handoff/offer/", handoffs.offer, name="offer-handoff"),
    path("handoffs/<row:handoff_id>/accept/", handoffs.accept, name="accept-handoff"),
    path("handoffs/<row:handoff_id>/decline/", handoffs.decline, name="decline-handoff"),
    path("handoffs/<row:handoff_id>/withdraw/", handoffs.withdraw, name="withdraw-handoff"),
    path("handoffs/items/<row:item_id>/", handoffs.set_item, name="set-handoff-item"),
    path("incidents/INC-<row:number>/parameters/", editing.edit_parameters, name="edit-parameters"),
    path("incidents/INC-<row:number>/reread/", editing.take_revision, name="take-revision"),
    path("commands/<row:command_id>/edit/", editing.edit_command, name="edit-command"),
    path("commands/<row:command_id>/reset/", editing.reset_command, name="reset-command"),
    path("steps/<row:step_id>/tick/", steps.tick, name="tick"),
    path("steps/<row:step_id>/untick/", steps.untick, name="untick"),
    path("steps/<row:step_id>/skip/", steps.skip, name="skip"),
    path("phases/<row:phase_id>/diagnostics/", runs.run_diagnostics, name="run-diagnostics"),
    path("phases/<row:phase_id>/complete/", steps.complete_phase, name="complete-phase"),
    path("commands/<row:command_id>/run/", runs.request_run, name="request-run"),
    path("commands/<row:command_id>/paste/", steps.paste_result, name="paste-result"),
    path("runs/<row:run_id>/cancel/", runs.cancel_run, name="cancel-run"),
    path("runs/<row:run_id>/settle/", runs.settle_run, name="settle-run"),
    path("runs/<row:run_id>/look-again/", runs.look_again, name="look-again"),
    path("runs/<row:run_id>/undo/", runs.request_undo, name="request-undo"),
    path("approvals/<row:approval_id>/approve/", approvals.approve, name="approve"),
    path("approvals/<row:approval_id>/reject/", approvals.reject, name="reject"),
    path("approvals/<row:approval_id>/again/", approvals.again, name="ask-again"),
    path("approvals/<row:approval_id>/withdraw/", approvals.withdraw, name="withdraw"),
    path("levels/<row:level_id>/acknowledge/", clocks.acknowledge, name="acknowledge"),
    path("levels/<row:level_id>/dismiss/", clocks.dismiss, name="dismiss-level"),
    path("timers/<row:timer_id>/postpone/", clocks.postpone, name="postpone"),
    path("incidents/INC-<row:number>/pause/", clocks.pause, name="pause-escalation"),
    path("incidents/INC-<row:number>/resume/", clocks.resume, name="resume-escalation"),
    path("incidents/INC-<row:number>/severity/", clocks.severity, name="change-severity"),
    path("incidents/INC-<row:number>/mitigate/", clocks.mitigate, name="mitigate"),
    path("incidents/INC-<row:number>/worsen/", clocks.worsen, name="worsen"),
    path("components/<row:component_id>/state/", command.set_component, name="set-component"),
]

urlpatterns = pages + actions
