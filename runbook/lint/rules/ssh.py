"""Commands that look like a diagnosis and change something."""

from __future__ import annotations

from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import gcloud_commands

_SSH = Rule("ssh-writes-keys", "warning", "`compute ssh` makes a key pair and writes metadata")
_CONNECT = Rule(
    "connect-changes-networks", "warning", "`sql connect` changes the instance's networks first"
)
RULES = (_SSH, _CONNECT)


NO_DIAGNOSES = ("compute ssh", "sql connect")


def findings(document: Document) -> Iterator[Finding]:
    for command in gcloud_commands(document):
        if command.begins("compute ssh"):
            message = (
                "This is not a diagnosis: gcloud makes a key pair on this machine and writes it "
                "to the project's metadata before it connects."
            )
            yield found(_SSH, command.line, message)
        if command.begins("sql connect") and "command" not in command.flags:
            message = (
                "This is not a diagnosis: gcloud first changes the instance's authorized networks, "
                "and it cannot reach an instance that has only a private address."
            )
            instead = f"gcloud sql instances describe {command.operand('sql connect')}"
            project = command.flags.get("project", "")
            instead += f" --project={project}" if project else ""
            yield found(_CONNECT, command.line, message, instead)
