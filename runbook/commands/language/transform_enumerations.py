"""The function `enum` of gcloud's formats: words for the values of an enumeration."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from runbook.document.definition import Json

_ENUMERATIONS: Mapping[str, Mapping[str, str]] = {
    "secrets.StateVersionJobState": {
        "STATE_UNSPECIFIED": "unknown",
        "ENABLED": "enabled",
        "DISABLED": "disabled",
        "DESTROYED": "destroyed",
    },
}
"""gcloud knows an enumeration only in the commands that have it; so do our formats of them."""


def enum(value: Json, enums: str, inverse: str = "", undefined: str = "") -> Json:
    words = _ENUMERATIONS.get(enums, {})
    if inverse:
        words = {word: name for name, word in words.items()}
    return words.get(str(value), undefined)


KNOWN: Mapping[str, Callable[..., Json]] = {"enum": enum}
