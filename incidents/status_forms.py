"""What is typed about the status page: by strangers who subscribe, by its administrators."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from incidents.models import ServiceComponent
from incidents.states import MaintenanceState, SubscriberKind

_validate_url = URLValidator(schemes=["http", "https"])


class SubscribeForm(forms.Form):
    kind = forms.ChoiceField(choices=SubscriberKind)
    address = forms.CharField(max_length=300)

    def clean(self) -> dict[str, Any]:  # Any: fields differ
        values = super().clean() or {}
        address = str(values.get("address", "")).strip()
        is_mail = values.get("kind") == SubscriberKind.EMAIL
        try:
            (validate_email if is_mail else _validate_url)(address)
        except ValidationError:
            words = "name@example.com" if is_mail else "https://hooks.example.com/status"
            self.add_error("address", f"Write one like {words}.")
        return values | {"address": address.lower() if is_mail else address}


class ComponentForm(forms.Form):
    name = forms.CharField(max_length=100)
    function = forms.CharField(max_length=200, required=False)
    priority = forms.CharField(max_length=100, required=False)
    is_public = forms.BooleanField(required=False)


class MaintenanceForm(forms.Form):
    """Times are UTC, as everywhere where people plan together."""

    title = forms.CharField(max_length=200)
    words = forms.CharField(max_length=5000, required=False)
    starts_at = forms.DateTimeField(input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
    ends_at = forms.DateTimeField(input_formats=["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
    components = forms.ModelMultipleChoiceField(ServiceComponent.objects.all(), required=False)

    def clean(self) -> dict[str, Any]:  # Any: fields differ
        values = super().clean() or {}
        for name in ("starts_at", "ends_at"):
            if name in values:
                values[name] = values[name].replace(tzinfo=UTC)
        return values


class MoveForm(forms.Form):
    """How planned work goes on, or only words about it."""

    state = forms.ChoiceField(choices=MaintenanceState)
    text = forms.CharField(max_length=5000, required=False)
