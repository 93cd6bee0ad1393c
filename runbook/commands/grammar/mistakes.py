"""gcloud commands that people write and that must not be run: why, and what to write instead."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Collection, Sequence

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


# What gcloud has beside our commands and what would be taken for one of them misspelled.
_OTHER_WORDS = frozenset(
    {
        "http-health-checks",
        "https-health-checks",
        "target-grpc-proxies",
        "target-http-proxies",
        "target-ssl-proxies",
        "target-tcp-proxies",
    }
)
_AS_GOOD_AS_THE_SAME = 0.85


def mistake_in(argv: Sequence[str], names: Collection[str] = ()) -> NotRunnable | None:
    """What is wrong with these words, or None when nothing is known about them.

    `names` are the commands that can be run, as in the registry.
    """
    if not argv or argv[0] != "gcloud":
        return None
    for path, reason in _REASONS.items():
        if tuple(argv[1 : len(path) + 1]) == path:
            words = argv[len(path) + 1 :]
            status = 2 if _is_refused(path, words) else 0
            return NotRunnable(reason, instead=_instead(path, words), gcloud_exit=status)
    return _misspelled(argv, names)


def _is_refused(path: tuple[str, ...], words: Sequence[str]) -> bool:
    """Whether gcloud's own parser does not take this."""
    has_command = any(word.partition("=")[0] == "--command" for word in words)
    return path[-1] == "get-connection-info" or (path == ("sql", "connect") and has_command)


def _misspelled(argv: Sequence[str], names: Collection[str]) -> NotRunnable | None:
    """A command that differs from one of ours in one word, by a letter or two."""
    for name in sorted(names):
        right = name.split()
        given = list(argv[: len(right)])
        odd = [
            at for at, (one, other) in enumerate(zip(given, right, strict=False)) if one != other
        ]
        if len(given) != len(right) or len(odd) != 1 or not _is_near(given[odd[0]], right[odd[0]]):
            continue
        instead = shlex.join([*right, *argv[len(right) :]])
        words = f"Invalid choice: '{given[odd[0]]}'. Maybe you meant: {name}"
        return NotRunnable(words, instead=instead, gcloud_exit=2)
    return None


def _is_near(given: str, right: str) -> bool:
    if given in _OTHER_WORDS:
        return False
    return difflib.SequenceMatcher(None, given, right).ratio() >= _AS_GOOD_AS_THE_SAME


def _instead(path: tuple[str, ...], words: Sequence[str]) -> str:
    """A command for the same instance that does what was probably meant."""
    if path[0] != "sql" or not words or words[0].startswith("-"):
        return ""
    project = [word for word in words if word.startswith("--project=")]
    command = ["sql", "instances", "describe", words[0]]
    return shlex.join(["gcloud", *command, *project])
