"""Addresses of every page and action."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from incidents.views import (
    approvals,
    command,
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
    path(
        "sign-in/",
        LoginView.as_view(template_name="sign_in.html", redirect_authenticated_user=True),
        name="sign-in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("incidents/INC-<int:number>/", room.incident, name="incident"),
    path("incidents/INC-<int:number>/panels/<str:name>/", panels.panel, name="panel"),
    path("incidents/INC-<int:number>/board/", status.board, name="board"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/link/", approvals.approvals_link, name="approvals-link"),
    path("runbooks/", runbooks.runbooks, name="runbooks"),
    path("runbooks/<slug:slug>/", runbooks.runbook, name="runbook"),
    path("runs/<int:run_id>/output/", runs.run_output, name="run-output"),
    path("status/", status.status, name="status"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
]

actions = [
    path("library/add/", runbooks.add, name="add-runbook"),
    path("runbooks/<slug:slug>/declare/", runbooks.declare, name="declare"),
    path("incidents/INC-<int:number>/updates/", command.post_update, name="post-update"),
    path("incidents/INC-<int:number>/resolve/", command.resolve, name="resolve"),
    path("steps/<int:step_id>/tick/", steps.tick, name="tick"),
    path("steps/<int:step_id>/untick/", steps.untick, name="untick"),
    path("steps/<int:step_id>/skip/", steps.skip, name="skip"),
    path("phases/<int:phase_id>/diagnostics/", runs.run_diagnostics, name="run-diagnostics"),
    path("phases/<int:phase_id>/complete/", steps.complete_phase, name="complete-phase"),
    path("commands/<int:command_id>/run/", runs.request_run, name="request-run"),
    path("runs/<int:run_id>/cancel/", runs.cancel_run, name="cancel-run"),
    path("runs/<int:run_id>/settle/", runs.settle_run, name="settle-run"),
    path("approvals/<int:approval_id>/approve/", approvals.approve, name="approve"),
    path("approvals/<int:approval_id>/reject/", approvals.reject, name="reject"),
    path("approvals/<int:approval_id>/withdraw/", approvals.withdraw, name="withdraw"),
    path("levels/<int:level_id>/acknowledge/", command.acknowledge, name="acknowledge"),
    path("components/<int:component_id>/state/", command.set_component, name="set-component"),
]

urlpatterns = pages + actions
