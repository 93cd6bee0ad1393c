"""gcloud commands that people write and that must not be run: why, and what to write instead."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from runbook.commands.base import NotRunnable

_REASONS: dict[tuple[str, ...], str] = {
    ("sql", "connect"): (
        "gcloud sql connect is not a diagnosis: it first changes the instance's authorized "
        "networks and then starts psql, has no --command flag, and cannot reach an instance "
        "that has only a private address."
    ),
    ("sql", "instances", "get-connection-info"): (
        "gcloud has no such command: Invalid choice: 'get-connection-info'."
    ),
    ("compute", "ssh"): (
        "gcloud compute ssh is not a diagnosis: it creates a key pair and writes it to the "
        "project's metadata."
    ),
    ("secrets", "versions", "add"): (
        "A value is piped in from here: printf %s VALUE | gcloud secrets versions add SECRET "
        "--data-file=-. Files of somebody's computer are not read."
    ),
    ("alpha",): "Commands of gcloud's alpha track are not run from here.",
    ("beta",): "Commands of gcloud's beta track are not run from here.",
}


def mistake_in(argv: Sequence[str]) -> NotRunnable | None:
    """What is wrong with these words, or None when nothing is known about them."""
    if not argv or argv[0] != "gcloud":
        return None
    if len(argv) > 1 and argv[1].startswith("-"):
        return NotRunnable("Write the flags after the command, not before it.")
    for path, reason in _REASONS.items():
        if tuple(argv[1 : len(path) + 1]) == path:
            return NotRunnable(reason, instead=_instead(path, argv[len(path) + 1 :]))
    return None


def _instead(path: tuple[str, ...], words: Sequence[str]) -> str:
    """A command for the same instance that does what was probably meant."""
    if path[0] != "sql" or not words or words[0].startswith("-"):
        return ""
    project = [word for word in words if word.startswith("--project=")]
    command = ["sql", "instances", "describe", words[0]]
    return shlex.join(["gcloud", *command, *project])
