"""Labels of resources: which characters their keys and values may hold."""

from __future__ import annotations

from collections.abc import Mapping

from runbook.commands.base import NotRunnable

_LONGEST = 63
_SAID = (
    "Only hyphens (-), underscores (_), lowercase characters, and numbers are allowed. "
    "International characters are allowed."
)


def check_labels(labels: Mapping[str, str]) -> None:
    """Raises NotRunnable in gcloud's words for `--labels`."""
    for key, value in labels.items():
        for text, is_possible in ((key, _is_key(key)), (value, _is_value(value))):
            if not is_possible:
                words = f"argument --labels: Bad value [{text}]: {_SAID}"
                raise NotRunnable(words, gcloud_exit=2)


def _is_key(text: str) -> bool:
    return bool(text) and _is_lower(text[0]) and _is_value(text)


def _is_value(text: str) -> bool:
    plain = all(char in "-_" or char.isdigit() or _is_lower(char) for char in text)
    return plain and len(text) <= _LONGEST


def _is_lower(char: str) -> bool:
    """Letters without case are allowed too."""
    return char.isalpha() and not char.isupper()
