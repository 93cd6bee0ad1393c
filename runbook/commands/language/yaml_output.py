"""JSON and YAML as gcloud prints them: keys sorted, YAML 1.2, long texts as literal blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from runbook.commands.language.transform_numbers import number_text
from runbook.document.definition import Json


class _Dumper(yaml.SafeDumper):
    """YAML 1.2 reads `yes`, `on` and `1:30` as text, so they are written without quotes."""


_Dumper.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    (
        "float",
        (
            r"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
            r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        "-+0123456789.",
    ),
    (
        "int",
        r"^(?:[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$",
        "-+0123456789",
    ),
    ("merge", r"^<<$", "<"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    (
        "timestamp",
        (
            r"^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?"
            r"(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$"
        ),
        "0123456789",
    ),
    ("value", r"^=$", "="),
):
    _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _number(dumper: _Dumper, number: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", str(number_text(number)))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def to_yaml(
    value: Json, attributes: Mapping[str, str | int | float], *, is_one_of_many: bool
) -> str:
    """One document; documents of a list start with `---`."""
    shown = _with_null(value, attributes.get("null"))
    if not isinstance(shown, dict | list):
        return f"{'---' if is_one_of_many else ''}\n  {_scalar(shown)}\n"
    options: dict[str, Any] = {
        "default_flow_style": False,
        "allow_unicode": True,
    }  # keywords of yaml.dump
    return str(yaml.dump(shown, Dumper=_Dumper, explicit_start=is_one_of_many, **options))


def _scalar(value: Json) -> str:
    """A value that is the whole document."""
    return str(yaml.dump(value, Dumper=_Dumper, allow_unicode=True)).removesuffix("...\n").rstrip()


def _with_null(value: Json, null: str | float | None) -> Json:
    """`null` is printed in the place of null."""
    if null is None or null == "null":
        return value
    if isinstance(value, dict):
        return {name: _with_null(item, null) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_null(item, null) for item in value]
    return str(null) if value is None else value


def to_json(value: Json) -> str:
    """Keys sorted, two spaces; an empty list stays on its line."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
