"""Addresses of how people are told: notices, channels, rules, rotas and deliveries."""

from __future__ import annotations

from django.urls import path

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.views import channels, deliveries, notices, own_notifications, rotas

of_notices = [
    path("notifications/", notices.notices, name="notices"),
    path("notifications/bell/", notices.bell, name="bell"),
    path("notifications/read/", notices.read_all, name="read-all-notices"),
    path("notifications/<row:notification_id>/read/", notices.read, name="read-notice"),
    path("notifications/<row:notification_id>/open/", notices.open_notice, name="open-notice"),
]

of_deliveries = [
    path("notifications/undelivered/", deliveries.undelivered, name="undelivered"),
    path("notifications/<row:notification_id>/retry/", deliveries.retry, name="retry-delivery"),
    path(
        "incidents/INC-<row:number>/deliveries/retry/",
        deliveries.retry_all,
        name="retry-deliveries",
    ),
]

of_channels = [
    path("account/notifications/", own_notifications.own, name="own-notifications"),
    path("groups/<row:group_id>/channels/", channels.of_group, name="group-channels"),
    path("channels/add/", channels.add, name="add-channel"),
    path("channels/<row:channel_id>/remove/", channels.remove, name="remove-channel"),
    path("channels/<row:channel_id>/enabled/", channels.set_enabled, name="enable-channel"),
    path("channels/<row:channel_id>/test/", channels.test, name="test-channel"),
    path("channels/tests/<row:notification_id>/", channels.tested, name="channel-test"),
]

of_rules = [
    path("account/notifications/rules/add/", own_notifications.add_rule, name="add-rule"),
    path(
        "account/notifications/rules/<row:rule_id>/remove/",
        own_notifications.remove_rule,
        name="remove-rule",
    ),
    path(
        "account/notifications/quiet-hours/",
        own_notifications.set_quiet_hours,
        name="set-quiet-hours",
    ),
    path(
        "account/notifications/quiet-hours/remove/",
        own_notifications.clear_quiet_hours,
        name="clear-quiet-hours",
    ),
]

of_rotas = [
    path("rotas/", rotas.rotas, name="rotas"),
    path("rotas/add/", rotas.add, name="add-rota"),
    path("rotas/<slug:name>/", rotas.rota, name="rota"),
    path("rotas/<slug:name>/change/", rotas.change, name="change-rota"),
    path("rotas/<slug:name>/delete/", rotas.delete, name="delete-rota"),
    path("rotas/<slug:name>/overrides/", rotas.add_override, name="add-override"),
    path(
        "rotas/<slug:name>/overrides/<row:override_id>/remove/",
        rotas.remove_override,
        name="remove-override",
    ),
]

urlpatterns = of_notices + of_deliveries + of_channels + of_rules + of_rotas
