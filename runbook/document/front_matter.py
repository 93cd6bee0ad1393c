"""The settings at the head of a runbook: YAML in, typed values or problems out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import yaml

from runbook.document.clocks import read_escalation, read_severity, read_updates
from runbook.document.definition import (
    REPORT_WITHIN,
    ApprovalPolicy,
    Component,
    EscalationLevel,
    GitHub,
    Handoff,
    Json,
    Parameter,
    Problem,
    Severity,
    Span,
    UpdateCadence,
)
from runbook.document.telling import read_github, read_handoffs, read_stakeholders
from runbook.document.values import (
    Wrong,
    read_mapping,
    read_name,
    read_seconds,
    read_text,
    read_words,
)

MAX_CHARACTERS = 64 * 1024
MAX_DEPTH = 20

_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What no database keeps. A document in UTF-8 cannot hold it, and YAML can still write it."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the head of a document says. `other` keeps the keys that nothing reads."""

    title: str = ""
    severity: Severity | None = None
    environment: str = ""
    impact: str = ""
    parameters: tuple[Parameter, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    components: tuple[Component, ...] = ()
    escalation: tuple[EscalationLevel, ...] = ()
    updates: tuple[UpdateCadence, ...] = ()
    report: int = REPORT_WITHIN
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    stakeholders: tuple[str, ...] = ()
    github: GitHub = field(default_factory=GitHub)
    handoffs: tuple[Handoff, ...] = ()
    other: Mapping[str, Json] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def span(lines: Sequence[str]) -> Span | None:
    """Where the front matter stands, its marks included; None when the document has none."""
    if lines[0].rstrip(" \t") != "---":
        return None
    for index in range(1, len(lines)):
        if _END.fullmatch(lines[index]):
            return Span(1, index + 1)
    return None


def read(lines: Sequence[str], where: Span) -> FrontMatter:
    """Never fails: what cannot be read becomes a problem with its line."""
    text = "\n".join(lines[where.first : where.last - 1])
    try:
        _check_bounds(text)
        values = yaml.safe_load(text)
    except Wrong as error:
        return _unread(1, error.what, error.instead)
    except (yaml.YAMLError, ValueError) as error:
        return _unread(_line_of(error), f"The front matter is not YAML: {_first_line(error)}")
    if values is None:
        return FrontMatter()
    if not isinstance(values, dict):
        return _unread(2, "The front matter is not a list of `key: value` lines")
    return _read_keys(values, _key_lines(text))


def _unread(line: int, what: str, instead: str = "") -> FrontMatter:
    return FrontMatter(problems=(Problem(line, "error", what, instead),))


def _line_of(error: Exception) -> int:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return mark.line + 2 if mark else 1


def _first_line(error: Exception) -> str:
    problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
    return (problem or str(error)).split("\n", 1)[0][:200]


def _check_bounds(text: str) -> None:
    """Refuses what would cost more to read than a head of a document should."""
    if len(text) > MAX_CHARACTERS:
        raise Wrong(f"The front matter is longer than {MAX_CHARACTERS // 1024} KiB and is not read")
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Wrong(
                "The front matter uses a YAML alias and is not read", "Write the value again"
            )
        if isinstance(event, yaml.ScalarEvent) and _UNSTORABLE.search(event.value):
            raise Wrong(
                "The front matter writes a zero byte or half a character and is not read",
                "Write the character itself",
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise Wrong(
                f"The front matter is nested deeper than {MAX_DEPTH} levels and is not read"
            )


def _key_lines(text: str) -> dict[str, int]:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: key.start_mark.line + 2 for key, _ in node.value}


def _read_keys(values: Mapping[object, object], lines: Mapping[str, int]) -> FrontMatter:
    found = FrontMatter()
    other: dict[str, Json] = {}
    problems: list[Problem] = []
    for key, value in values.items():
        name, line = str(key), lines.get(str(key), 1)
        if name not in KEYS:
            other[name] = _json(value)
            problems.append(Problem(line, "note", f"Nothing reads the front-matter key `{name}`"))
            continue
        if value is None:
            continue
        try:
            # The reader in the table returns the type of the field of the same name.
            found = replace(found, **{name: cast("Any", KEYS[name](value, line))})
        except Wrong as error:
            what = f"Front matter `{name}`: {error.what}"
            problems.append(Problem(line, "error", what, error.instead))
    return replace(found, other=other, problems=tuple(problems))


def _parameters(value: object, line: int) -> tuple[Parameter, ...]:
    if isinstance(value, list):
        value = dict.fromkeys((read_text(name, line) for name in value), "")
    return tuple(_parameter(str(k), v, line) for k, v in read_mapping(value).items())


def _parameter(name: str, value: object, line: int) -> Parameter:
    if not _NAME.fullmatch(name):
        raise Wrong(f"`{name[:40]}` is not a name", "Letters, digits and underscores: `CONNECTOR`")
    if not isinstance(value, dict):
        return Parameter(name, value=read_text("" if value is None else value, line), line=line)
    unknown = [str(key) for key in value if key not in ("value", "about")]
    if unknown:
        raise Wrong(f"`{name}` has the unknown key `{unknown[0][:40]}`", "Only `value` and `about`")
    given, about = value.get("value"), value.get("about")
    return Parameter(
        name,
        value="" if given is None else read_text(given, line),
        about="" if about is None else read_text(about, line),
        line=line,
    )


def _roles(value: object, line: int) -> dict[str, str]:
    if isinstance(value, list):
        return {read_name(name, line): "" for name in value}
    return {
        read_name(k, line): "" if v is None else read_text(v, line)
        for k, v in read_mapping(value).items()
    }


def _components(value: object, line: int) -> tuple[Component, ...]:
    if not isinstance(value, list):
        raise Wrong("this is not a list", "`[Frontend, Backend API]`")
    return tuple(_component(item, line) for item in value)


def _component(item: object, line: int) -> Component:
    if not isinstance(item, dict):
        return Component(read_name(item, line))
    unknown = set(item) - {"name", "function", "priority"}
    if unknown or not item.get("name"):
        raise Wrong("a component has a name", "`{name: …, function: …, priority: …}`")
    return Component(
        **{key: read_name(text, line) for key, text in item.items() if text is not None}
    )


def _approval(value: object, line: int) -> ApprovalPolicy:
    policy = read_mapping(value)
    unknown = [str(key) for key in policy if key not in ("changes", "destroys", "expires")]
    if unknown:
        raise Wrong(f"unknown key `{unknown[0][:40]}`", "`changes`, `destroys`, `expires`")
    standard = ApprovalPolicy()
    return ApprovalPolicy(
        changes=read_text(policy.get("changes") or standard.changes, line),
        destroys=read_text(policy.get("destroys") or standard.destroys, line),
        expires=read_seconds(policy["expires"], line) if "expires" in policy else standard.expires,
    )


def _json(value: object) -> Json:
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_json(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


KEYS: Mapping[str, Callable[[object, int], object]] = {
    "title": read_text,
    "severity": read_severity,
    "environment": read_name,
    "impact": read_words,
    "parameters": _parameters,
    "roles": _roles,
    "components": _components,
    "escalation": read_escalation,
    "updates": read_updates,
    "report": read_seconds,
    "approval": _approval,
    "stakeholders": read_stakeholders,
    "github": read_github,
    "handoffs": read_handoffs,
}
"""Every key that is read, and its reader."""
