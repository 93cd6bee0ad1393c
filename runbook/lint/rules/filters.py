"""Filters that find less than they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import gcloud_commands

_BEGINNING = Rule("filter-beginning", "warning", "`name:word*` in place of `name:word`")
_RESOURCE_TYPE = Rule("log-resource-type", "warning", "a type of resource that no log entry has")
RULES = (_BEGINNING, _RESOURCE_TYPE)

_STARRED = re.compile(r"\b([\w.]+):(?:\"|')?([\w-]+)\*")
_TYPE = re.compile(r"resource\.type\s*[=:]\s*(?:\"|')?(cloud_sql_\w+|cloudsql(?!_database)\w*)")


def findings(document: Document) -> Iterator[Finding]:
    for command in gcloud_commands(document):
        for key, word in _STARRED.findall(command.flags.get("filter", "")):
            message = (
                f"{key}:{word}* finds only what begins with {word}, so a name that holds it "
                "further on is left out."
            )
            yield found(_BEGINNING, command.line, message, f'--filter="{key}:{word}"')
        filters = [command.flags.get("log-filter", ""), *command.path]
        for wrong in _TYPE.findall(" ".join(filters)):
            message = f"No log entry has the resource type {wrong}; Cloud SQL's is another."
            instead = 'resource.type="cloudsql_database"'
            yield found(_RESOURCE_TYPE, command.line, message, instead)
