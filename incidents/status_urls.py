"""Addresses of the status page in its other forms, of subscribing to it and of editing it."""

from __future__ import annotations

from django.urls import path

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.api import statuspage
from incidents.views import status, status_edit, status_feed, subscribing

page = [
    path("status/", status.status, name="status"),
    path("status/feed.atom", status_feed.feed, name="status-feed"),
    path("status/events/", status.events, name="status-events"),
]

of_subscribers = [
    path("status/subscribe/", subscribing.subscribe, name="subscribe"),
    path("status/subscribe/sent/", subscribing.subscribed, name="subscribed"),
    path("status/confirm/<slug:token>/", subscribing.confirm, name="confirm-subscription"),
    path("status/leave/<slug:token>/", subscribing.leave, name="leave-subscription"),
]

editing = [
    path("status/edit/", status_edit.edit, name="edit-status"),
    path("status/edit/components/add/", status_edit.add, name="list-component"),
    path("status/edit/components/<row:component_id>/", status_edit.change, name="relist-component"),
    path(
        "status/edit/components/<row:component_id>/move/",
        status_edit.move,
        name="move-component",
    ),
    path(
        "status/edit/components/<row:component_id>/remove/",
        status_edit.remove,
        name="remove-component",
    ),
    path("status/edit/maintenance/add/", status_edit.plan, name="plan-maintenance"),
    path(
        "status/edit/maintenance/<row:maintenance_id>/",
        status_edit.move_work,
        name="move-maintenance",
    ),
]

as_json = [
    path(f"api/v2/{name}.json", statuspage.answer(body), name=f"statuspage-{name}")
    for name, body in statuspage.BODIES.items()
]

urlpatterns = page + as_json + of_subscribers + editing
