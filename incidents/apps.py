"""The one Django application."""

from django.apps import AppConfig

from incidents import checks

__all__ = ["IncidentsConfig", "checks"]


class IncidentsConfig(AppConfig):
    name = "incidents"
    default_auto_field = "django.db.models.BigAutoField"
