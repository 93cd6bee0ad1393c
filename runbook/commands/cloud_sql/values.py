"""Values of instance settings: as people write them, as Google takes them, as they are read."""

from __future__ import annotations

import re

from runbook.commands.base import NotRunnable
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.language.keys import get
from runbook.document.definition import Json

# Google counts the days of a maintenance window from Monday, 1, to Sunday, 7.
DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MEMORY = r"\d{1,6}(?:M|MB|MiB|G|GB|GiB)?"
_ABSENT_IS_FALSE = (
    "deletion-protection",
    "enable-point-in-time-recovery",
    "insights-config-query-insights-enabled",
)


def as_sent(flag: str, value: Json, project: str) -> Json:
    """A flag's value as Google's field takes it."""
    if flag == "storage-size":
        return str(value)
    if flag == "network" and isinstance(value, str) and "/" not in value:
        return f"projects/{project}/global/networks/{value}"
    if flag == "maintenance-window-day":
        return DAYS.index(str(value)) + 1
    if flag == "authorized-networks" and isinstance(value, list):
        return [{"kind": "sql#aclEntry", "value": one} for one in value]
    return value


def as_read(flag: str, value: Json) -> Json:
    """Google's field in a form that can be compared and shown."""
    if flag in _ABSENT_IS_FALSE:
        return bool(value)
    if flag == "network" and isinstance(value, str) and "projects/" in value:
        return value[value.index("projects/") :]
    if flag == "authorized-networks":
        entries = value if isinstance(value, list) else []
        return [*sorted(str(get(entry, ("value",))) for entry in entries)]
    return value


def as_written(flag: str, value: Json) -> str:
    """The flag that sets a field back to what was read of it."""
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    if flag == "authorized-networks" and isinstance(value, list):
        return f"--{flag}={','.join(map(str, value))}" if value else f"--clear-{flag}"
    if flag == "maintenance-window-day" and isinstance(value, int):
        return f"--{flag}={DAYS[value - 1]}"
    return f"--{flag}={value}"


def machine_of(arguments: Arguments) -> str:
    """The custom tier that `--cpu` and `--memory` ask for, or ""."""
    cores, memory = arguments.flag("cpu"), arguments.text("memory")
    if cores is None or not memory:
        return ""
    return f"db-custom-{cores}-{_mebibytes(memory)}"


def _mebibytes(text: str) -> int:
    number = int(re.match(r"\d+", text)[0])  # type: ignore[index]  # MEMORY begins with a digit
    return number if "M" in text else number * 1024


def check_machine(arguments: Arguments) -> None:
    """gcloud's own rules, which it checks before it asks Google. Raises NotRunnable."""
    names = [name for name in ("cpu", "memory") if arguments.flag(name) is not None]
    if len(names) == 1:
        missing = "memory" if names == ["cpu"] else "cpu"
        raise NotRunnable(
            f"Missing required argument [--{missing}]: Both [--cpu] and [--memory] must be set to "
            "create a custom machine type instance.",
            gcloud_exit=1,
        )
    if names and arguments.text("tier"):
        raise NotRunnable(
            "Invalid value for [--tier]: Cannot set both [--tier] and [--cpu]/[--memory] for the "
            "same instance.",
            gcloud_exit=1,
        )
