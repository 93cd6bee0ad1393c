"""Reading a form that must be right: what is wrong becomes a refusal in words."""

from __future__ import annotations

from typing import Any

from django.forms import Form

from incidents.refusal import Refused


def typed(form: Form) -> dict[str, Any]:  # Any: fields differ by form
    """The cleaned values. Raises `Refused` with the form's own sentences."""
    if form.is_valid():
        return form.cleaned_data
    wrong = [
        f"{_called(form, name)}: {' '.join(str(error) for error in errors)}"
        for name, errors in form.errors.items()
    ]
    raise Refused(" ".join(wrong), status=422)


def _called(form: Form, name: str) -> str:
    """As the page calls the field, where it says."""
    field = form.fields.get(name)
    label = field.label if field else None
    return str(label or name.replace("_", " ").capitalize())
