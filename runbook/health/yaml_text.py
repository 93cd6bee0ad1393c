"""YAML as plain values that know their lines, so that a mistake is shown where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from runbook.document.definition import Json

Path: TypeAlias = "tuple[str | int, ...]"

_LONGEST = 1_000_000
_DEEPEST = 20
_MOST_KEYS = 10_000
_MERGE = "tag:yaml.org,2002:merge"


class NotYaml(Exception):
    """The text cannot be read at all: a sentence, and the line where reading stopped."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Written:
    """The value of a text and the line of everything in it, by path."""

    value: Json
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """Of the nearest that is there: a path may name what is missing."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Written:
    """Anchors and merge keys are resolved. Raises `NotYaml`, for a key that stands twice too."""
    if len(text) > _LONGEST:
        raise NotYaml("The file is longer than a million characters.", 1)
    lines: dict[Path, int] = {}
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        value = None if node is None else _value(loader, node, (), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(
            f"This is not YAML: {error.problem}.", mark.line + 1 if mark else 1
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotYaml(f"This is not YAML: {error}.", 1) from error
    return Written(value, lines)


def _value(loader: yaml.SafeLoader, node: yaml.Node, path: Path, lines: dict[Path, int]) -> Json:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if len(path) > _DEEPEST or len(lines) > _LONGEST // 10:
        raise NotYaml("The file goes deeper than anything that is read from it.", line)
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, one, (*path, at), lines) for at, one in enumerate(node.value)]
    return _scalar(loader, node)


def _mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, path: Path, lines: dict[Path, int]
) -> dict[str, Json]:
    _check_keys(node)
    if _keys_of(node, {}) > _MOST_KEYS:
        line = node.start_mark.line + 1
        raise NotYaml("Keys are merged here until they are more than anybody reads.", line)
    loader.flatten_mapping(node)
    found: dict[str, Json] = {}
    for key, value in node.value:
        name = str(_scalar(loader, key))
        lines[*path, name] = key.start_mark.line + 1
        found[name] = _value(loader, value, (*path, name), lines)
    return found


def _keys_of(node: yaml.Node, known: dict[int, int]) -> int:
    """How many keys there are once others are merged in. Counted beforehand: a few lines that merge
    what merges others make more than there is memory for."""
    if id(node) not in known:
        if isinstance(node, yaml.MappingNode):
            merged = ((key.tag == _MERGE, value) for key, value in node.value)
            known[id(node)] = sum(_keys_of(one, known) if many else 1 for many, one in merged)
        else:
            several = node.value if isinstance(node, yaml.SequenceNode) else ()
            known[id(node)] = sum(_keys_of(one, known) for one in several)
    return known[id(node)]


def _check_keys(node: yaml.MappingNode) -> None:
    """A merged key may be written again, one of the same mapping may not."""
    seen: set[str] = set()
    for key, _value_node in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise NotYaml("A key is one word here.", line)
        if key.value in seen and key.value != "<<":
            raise NotYaml(f"'{key.value}' stands here twice; keep one of the two.", line)
        seen.add(key.value)


def _scalar(loader: yaml.SafeLoader, node: yaml.Node) -> Json:
    """What YAML would make a date stays the text that it is."""
    if node.tag == "tag:yaml.org,2002:timestamp":
        return str(node.value)
    value = loader.construct_object(node)
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")  # "\ud800" is half a letter
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(node.value)
