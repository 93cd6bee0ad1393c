"""Addresses of environments, groups, people and their tokens."""

from __future__ import annotations

from django.urls import path

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.views import environments, freezes, monitors, people, tokens, windows

of_environments = [
    path("environments/", environments.environments, name="environments"),
    path("environments/add/", environments.add, name="add-environment"),
    path("environments/<slug:name>/", environments.environment, name="environment"),
    path("environments/<slug:name>/change/", environments.change, name="change-environment"),
    path("environments/<slug:name>/members/", environments.grant, name="grant-role"),
    path(
        "environments/<slug:name>/members/<row:membership_id>/remove/",
        environments.revoke,
        name="revoke-role",
    ),
    path("environments/<slug:name>/windows/", windows.add_window, name="add-window"),
    path(
        "environments/<slug:name>/windows/<row:window_id>/remove/",
        windows.remove_window,
        name="remove-window",
    ),
    path("environments/<slug:name>/freezes/", freezes.declare_freeze, name="declare-freeze"),
    path(
        "environments/<slug:name>/freezes/<row:freeze_id>/lift/",
        freezes.lift_freeze,
        name="lift-freeze",
    ),
    path("environments/<slug:name>/monitor/", monitors.set_monitor, name="set-monitor"),
    path(
        "environments/<slug:name>/monitor/accept/<row:check_id>/",
        monitors.accept_drift,
        name="accept-drift",
    ),
]

of_people = [
    path("groups/", people.groups, name="groups"),
    path("groups/add/", people.add_group, name="add-group"),
    path("groups/<row:group_id>/delete/", people.delete_group, name="delete-group"),
    path("groups/<row:group_id>/members/", people.add_to_group, name="add-to-group"),
    path(
        "groups/<row:group_id>/members/<row:person_id>/remove/",
        people.remove_from_group,
        name="remove-from-group",
    ),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add-person"),
    path("people/<row:person_id>/password/", people.give_new_password, name="give-new-password"),
    path("people/<row:person_id>/deactivate/", people.deactivate, name="deactivate-person"),
    path("people/<row:person_id>/activate/", people.activate, name="activate-person"),
    path("people/<row:person_id>/superuser/", people.set_superuser, name="set-superuser"),
    path("people/<row:person_id>/try-again/", people.let_try_again, name="let-try-again"),
    path(
        "people/<row:person_id>/second-factors/remove/",
        people.remove_second_factors,
        name="remove-second-factors",
    ),
]

of_tokens = [
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/add/", tokens.create, name="create-token"),
    path("account/tokens/<row:token_id>/revoke/", tokens.revoke, name="revoke-token"),
]

urlpatterns = of_environments + of_people + of_tokens
