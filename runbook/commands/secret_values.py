"""The pipes that give a secret its value, and what is wrong with them whatever the secret is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runbook.commands.base import Caution, Command, NotRunnable
from runbook.commands.grammar.gcloud_grammar import Arguments
from runbook.commands.secret_input import Random, SecretInput, read_input

MOST_BYTES = 65_536
_NO_FILE = (
    "Files of somebody's computer are not read from here. Pipe the value: "
    "printf %s VALUE | gcloud … --data-file=-"
)


def gcloud_stage(stages: Sequence[Sequence[str]], path: Sequence[str]) -> int:
    """Which stage of a pipe, behind the first, is `gcloud PATH`; 0 for none."""
    words = ["gcloud", *path]
    for number, stage in enumerate(stages):
        if number and list(stage[: len(words)]) == words:
            return number
    return 0


def piped(
    stages: Sequence[Sequence[str]],
    path: Sequence[str],
    parse: Callable[[Sequence[str], SecretInput], Command],
) -> tuple[Command, int] | None:
    """The command of such a pipe and how many stages it takes, or None where it is none."""
    number = gcloud_stage(stages, path)
    if not number:
        return None
    command = parse(stages[number][1 + len(path) :], read_input(stages[:number]))
    return command, number + 1


def check_data_file(arguments: Arguments, given: SecretInput | None) -> None:
    """Raises NotRunnable where value and `--data-file` do not go together."""
    wanted = arguments.text("data-file")
    if wanted not in ("", "-"):
        raise NotRunnable(_NO_FILE)
    if given is None and wanted:
        raise NotRunnable("gcloud waits for a value here, and nothing is piped into it.")
    if given is not None and not wanted:
        raise NotRunnable("Without --data-file=- gcloud does not look at what is piped into it.")
    if given is not None and len(given.made()) > MOST_BYTES:
        raise NotRunnable("A secret has at most 65536 bytes.", gcloud_exit=1)


def check_secret(arguments: Arguments) -> None:
    """Raises NotRunnable without `--secret`, which gcloud misses once the words are read."""
    if not arguments.text("secret"):
        raise NotRunnable(
            "The [version] resource is not properly specified: provide the argument `--secret` on "
            "the command line.",
            gcloud_exit=1,
        )


def value_cautions(given: SecretInput | None, command: str) -> tuple[Caution, ...]:
    """`command` is the gcloud part of the pipe."""
    found: list[Caution] = []
    if given is not None and given.ends_with_newline():
        message = (
            "The secret will end with a line break, which most programs that read it do not expect."
        )
        found.append(Caution("secret-newline", message, _without_break(given, command)))
    if given is not None and given.has_placeholder():
        message = (
            "The value holds a placeholder such as PASSWORD, PRIVATE_IP or 10.x.x.x, which is "
            "stored as it stands."
        )
        found.append(Caution("secret-placeholder", message))
    return tuple(found)


def _without_break(given: SecretInput, command: str) -> str:
    """What to write instead; the value itself is not repeated."""
    if isinstance(given, Random):
        return f"openssl rand -{given.encoding} {given.count} | tr -d '\\n' | {command}"
    return f"printf %s VALUE | {command}"
