"""YAML as gcloud prints it: keys sorted, the words of YAML 1.2, long texts as literal blocks."""

from __future__ import annotations

import re
from typing import Any

import yaml

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


_Dumper.add_representer(str, _text)


def to_yaml(value: Json, *, is_one_of_many: bool) -> str:
    """One document; documents of a list start with `---`."""
    options: dict[str, Any] = {
        "default_flow_style": False,
        "allow_unicode": True,
    }  # keywords of yaml.dump
    if value is None:
        return "---\nnull\n...\n" if is_one_of_many else "null\n...\n"
    return str(yaml.dump(value, Dumper=_Dumper, explicit_start=is_one_of_many, **options))
