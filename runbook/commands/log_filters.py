"""What is wrong with a filter of logs by its words alone."""

from __future__ import annotations

import re

from runbook.commands.base import Caution

_TYPE = re.compile(r"""resource\.type\s*(?:=|:)\s*["']?([A-Za-z0-9_]+)""")
_REAL_TYPES = {
    "cloud_run_service": "cloud_run_revision",
    "cloud_sql_database": "cloudsql_database",
    "vpc_connector": "vpc_access_connector",
}


def type_cautions(condition: str, command: str) -> tuple[Caution, ...]:
    """For resource types that no log entry has. `command` is the line that holds `condition`."""
    found: list[Caution] = []
    for wrong in dict.fromkeys(_TYPE.findall(condition)):
        real = _REAL_TYPES.get(wrong)
        if real is None:
            continue
        message = (
            f"No log entry has the resource type {wrong}, so this matches nothing: it is {real}."
        )
        found.append(Caution("log-resource-type", message, instead=command.replace(wrong, real)))
    return tuple(found)
