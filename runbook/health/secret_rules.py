"""Whether the value of a secret has the form that a program expects. Only the verdict leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from runbook.commands.base import NotRunnable
from runbook.commands.language.patterns import compiled
from runbook.commands.secret_input import Written
from runbook.document.definition import Json
from runbook.health.kinds import Judged, Shape

RULES: Mapping[str, Shape] = {
    "scheme": "text",
    "min_length": "number",
    "prefix": "text",
    "suffix": "text",
    "json": "text",
    "pattern": "text",
}

_FITS = Judged(is_met=True, words="fits")
_OTHER = Judged(is_met=False, words="does not fit")
_BREAK = Judged(is_met=False, words="ends with a line break")
_PLACEHOLDER = Judged(is_met=False, words="holds a placeholder")
_BINARY = Judged(is_met=False, words="is no text")


def judge(value: bytes, rules: Mapping[str, Json]) -> dict[str, Judged]:
    """By rule. Raises nothing, as an error could carry the value along."""
    given = Written(value)
    if given.ends_with_newline():
        return dict.fromkeys(rules, _BREAK)
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return dict.fromkeys(rules, _BINARY)
    told = {rule: _FITS if _KEPT[rule](text, wanted) else _OTHER for rule, wanted in rules.items()}
    if given.has_placeholder() and told.get("scheme") is _FITS:
        told["scheme"] = _PLACEHOLDER
    return told


def _has_scheme(text: str, wanted: Json) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in _options(wanted) and bool(parts.hostname)
    except ValueError:
        return False


def _is_long(text: str, wanted: Json) -> bool:
    return isinstance(wanted, int | float) and len(text) >= wanted


def _begins(text: str, wanted: Json) -> bool:
    return text.startswith(tuple(_options(wanted)))


def _ends(text: str, wanted: Json) -> bool:
    return text.endswith(tuple(_options(wanted)))


def _is_json(text: str, wanted: Json) -> bool:
    """ "object", "array", or "array of URLs"."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if wanted == "object":
        return isinstance(found, dict)
    if not isinstance(found, list):
        return False
    return wanted != "array of URLs" or all(_is_url(one) for one in found)


def _is_url(found: object) -> bool:
    return isinstance(found, str) and _has_scheme(found, ["http", "https"])


def _matches(text: str, wanted: Json) -> bool:
    try:
        return compiled(str(wanted)).fullmatch(text) is not None
    except NotRunnable:
        return False


def _options(wanted: Json) -> list[str]:
    return [str(one) for one in wanted] if isinstance(wanted, list) else [str(wanted)]


_KEPT: Mapping[str, Callable[[str, Json], bool]] = {
    "scheme": _has_scheme,
    "min_length": _is_long,
    "prefix": _begins,
    "suffix": _ends,
    "json": _is_json,
    "pattern": _matches,
}
