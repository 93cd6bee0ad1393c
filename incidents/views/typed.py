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
        f"{name.replace('_', ' ').capitalize()}: {' '.join(str(error) for error in errors)}"
        for name, errors in form.errors.items()
    ]
    raise Refused(" ".join(wrong), status=422)
