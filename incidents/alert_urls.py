"""Addresses of alerts: where others post them, and pages about them, their rules and sources."""

from __future__ import annotations

from django.urls import path

from incidents.views import alert_inbox

urlpatterns = [
    path("alerts/in/<str:source>/", alert_inbox.inbox, name="alert-inbox"),
]
