"""Addresses of the pages about the health of environments."""

from __future__ import annotations

from django.urls import path

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.views import infrastructure

pages = [
    path("health/", infrastructure.overview, name="health"),
    path("health/<slug:name>/", infrastructure.environment, name="health-of"),
    path("health/<slug:name>/<row:check_id>/", infrastructure.check, name="health-check"),
    path("health/<slug:name>/trend/", infrastructure.trend, name="health-trend"),
    path("health/<slug:name>/series/", infrastructure.series, name="health-series"),
]

actions = [
    path("health/<slug:name>/run/", infrastructure.run, name="check-health"),
    path("health/<slug:name>/fixes/", infrastructure.propose, name="propose-fixes"),
]

urlpatterns = pages + actions
