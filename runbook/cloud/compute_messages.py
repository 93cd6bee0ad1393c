"""Messages of the typed Compute client as the REST API's JSON."""

from __future__ import annotations

from typing import Any

from runbook.document.definition import Json


def as_rest(message: Any) -> dict[str, Json]:  # noqa: ANN401 (proto-plus messages share no typed base)
    """Field names as in the REST API, unset fields left out, 64-bit integers as strings."""
    document: dict[str, Json] = type(message).to_dict(
        message,
        use_integers_for_enums=False,
        preserving_proto_field_name=False,
        always_print_fields_with_no_presence=False,
    )
    return document
