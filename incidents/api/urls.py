"""Addresses of the API, all of them in docs/api.md."""

from __future__ import annotations

from django.urls import path

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.api import deciding, reading, working
from incidents.api.endpoint import get, nothing, post
from incidents.states import Scope

read = [
    path("api/v1/incidents", get(reading.incidents)),
    path("api/v1/incidents/INC-<row:number>", get(reading.incident)),
    path("api/v1/runs/<row:run_id>", get(reading.run)),
    path("api/v1/runs/<row:run_id>/output", get(reading.run_output)),
    path("api/v1/approvals", get(reading.approvals)),
    path("api/v1/approvals/<row:approval_id>", get(reading.approval)),
]

work = [
    path("api/v1/commands/<row:command_id>/runs", post(working.request_run, Scope.WORK)),
    path("api/v1/runs/<row:run_id>/cancel", post(working.cancel_run, Scope.WORK)),
    path("api/v1/runs/<row:run_id>/undo", post(working.request_undo, Scope.WORK)),
    path("api/v1/steps/<row:step_id>/tick", post(working.tick, Scope.WORK)),
    path("api/v1/steps/<row:step_id>/skip", post(working.skip, Scope.WORK)),
]

approve = [
    path("api/v1/approvals/<row:approval_id>/approve", post(deciding.approve, Scope.APPROVE)),
    path("api/v1/approvals/<row:approval_id>/reject", post(deciding.reject, Scope.APPROVE)),
    path("api/v1/approvals/<row:approval_id>/withdraw", post(deciding.withdraw, Scope.APPROVE)),
]

urlpatterns = [*read, *work, *approve, path("api/<path:rest>", nothing)]
