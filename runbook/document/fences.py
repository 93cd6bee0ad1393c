"""What stands behind a fence's marks: its language and its attributes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from runbook.document import durations
from runbook.document.definition import StepAttributes

SHELL_LANGUAGES = frozenset(
    {"bash", "sh", "shell", "zsh", "console", "terminal", "shell-session", "shellsession"}
)
OUTPUT_LANGUAGES = frozenset({"", "text", "txt", "output", "plain", "plaintext", "none"})

_ATTRIBUTE = re.compile(
    r"""(?P<name>[A-Za-z_][\w-]*)\s*=\s*("(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s}]+))"""
    r"""|(?P<alone>[^\s{}]+)"""
)
_OWN = {"id", "needs", "approve", "undo", "timeout", "expect", "warn"}
_LONGEST_INFO = 4000
_ID = re.compile(r"[\w.-]{1,80}")


@dataclass(frozen=True, slots=True)
class Info:
    """A fence's language in lower case, its attributes, and the checks written as attributes.

    `wrong` says in a sentence what could not be read, or "".
    """

    language: str = ""
    attributes: StepAttributes = field(default_factory=StepAttributes)
    expect: str = ""
    warn: str = ""
    wrong: str = ""


def read(info: str) -> Info:
    """`bash {id=scale timeout=10m}` and the like; JSON and unknown attributes stay in `other`."""
    head, brace, rest = info[:_LONGEST_INFO].strip().partition("{")
    words = head.split()
    language = words[0].lower() if words else ""
    if rest.lstrip().startswith('"'):
        return Info(language, StepAttributes(other={"info": brace + rest}))
    values = _values(rest.removesuffix("}")) | dict.fromkeys(words[1:], "")
    timeout = durations.seconds(values.get("timeout", ""))
    own_id = values.get("id", "")
    return Info(
        language=language,
        attributes=StepAttributes(
            id=own_id if _ID.fullmatch(own_id) else "",
            needs=_names(values.get("needs", "")),
            approve=values.get("approve", ""),
            undo=values.get("undo", ""),
            timeout=timeout,
            other={name: value for name, value in values.items() if name not in _OWN},
        ),
        expect=values.get("expect", ""),
        warn=values.get("warn", ""),
        wrong=_wrong(values, timeout),
    )


def _wrong(values: dict[str, str], timeout: int | None) -> str:
    if "timeout" in values and timeout is None:
        return f"`timeout={values['timeout'][:40]}` is not a length of time such as `10m`"
    if "id" in values and not _ID.fullmatch(values["id"]):
        return "An `id` has 1 to 80 letters, digits, dots, dashes or underscores"
    return ""


def merged(first: StepAttributes, second: StepAttributes) -> StepAttributes:
    """The attributes of a step with several fences: what an earlier fence says stays."""
    return StepAttributes(
        id=first.id or second.id,
        needs=first.needs + tuple(name for name in second.needs if name not in first.needs),
        approve=first.approve or second.approve,
        undo=first.undo or second.undo,
        timeout=first.timeout if first.timeout is not None else second.timeout,
        other={**second.other, **first.other},
    )


def _values(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        if match["alone"]:
            values[match["alone"]] = ""
        else:
            values[match["name"]] = match["double"] or match["single"] or match["bare"] or ""
    return values


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[,\s]+", text) if name)
