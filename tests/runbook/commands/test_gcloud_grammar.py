"""The words after a command: gcloud's own refusals, and what to write instead."""

from __future__ import annotations

import pytest

from runbook.commands import shell
from runbook.commands.base import NotRunnable
from runbook.commands.flag_values import Flag
from runbook.commands.gcloud_grammar import Grammar, read_arguments
from runbook.commands.registry import parse

CONNECTORS = "gcloud compute networks vpc-access connectors"
PATCH = "gcloud sql instances patch db --project=netra-staging"
GRAMMAR = Grammar(
    "things update",
    operand="THING",
    flags=(Flag("timeout", "duration"), Flag("size", "size"), Flag("on", "boolean")),
)


@pytest.mark.parametrize(
    ("text", "reason", "instead"),
    [
        (
            f"{CONNECTORS} list --project=netra-staging",
            "argument --region: Must be specified.",
            f"{CONNECTORS} list --project=netra-staging --region=REGION",
        ),
        (
            f"{CONNECTORS} describe c --region=us-central1",
            "The required property [project] is not currently set.",
            f"{CONNECTORS} describe c --region=us-central1 --project=PROJECT",
        ),
        (
            "gcloud compute backend-services describe b --project=netra-staging",
            "Underspecified resource. Specify one of the [--global, --region] flags.",
            "gcloud compute backend-services describe b --project=netra-staging --global",
        ),
        (
            f"{CONNECTORS} describe c --project=netra-staging --regoin=us-central1",
            "unrecognized arguments: --regoin (did you mean '--region'?)",
            "",
        ),
        (
            f"{CONNECTORS} describe --project=netra-staging --region=us-central1",
            "argument CONNECTOR: Must be specified.",
            "",
        ),
        (
            f"{CONNECTORS} describe a b --project=netra-staging --region=us-central1",
            "unrecognized arguments: b",
            "",
        ),
        (
            f"{CONNECTORS} describe a --project --region=us-central1",
            "argument --project: expected one argument",
            "",
        ),
        (f"{PATCH} --project=other-project", "The flag --project is given twice.", ""),
        (
            f"{PATCH} --database-flags=statement_timeout",
            (
                "argument --database-flags: Bad syntax for dict arg: [statement_timeout]. "
                "Write every entry as NAME=VALUE."
            ),
            "",
        ),
        (
            f"{PATCH} --activation-policy=SOMETIMES",
            (
                "argument --activation-policy: Invalid choice: 'SOMETIMES'. "
                "Valid choices are: ALWAYS, NEVER."
            ),
            "",
        ),
        (
            f"{PATCH} --clear-database-flags --database-flags=a=1",
            "At most one of --database-flags | --clear-database-flags can be specified.",
            "",
        ),
        (
            f"{PATCH} --async",
            "gcloud knows --async but it is not supported here.",
            "",
        ),
        (
            f"{PATCH} --impersonate-service-account=me@example.com",
            (
                "--impersonate-service-account is not accepted: commands run with the credentials "
                "of the environment."
            ),
            "",
        ),
        (
            f"{CONNECTORS} list --project=netra-staging --region=us-central1 --filter='a='",
            "The filter ends where a value is expected.",
            "",
        ),
        (
            "gcloud --project=netra-staging sql instances describe db",
            "Write the flags after the command, not before it.",
            "",
        ),
        (
            "gcloud sql instances get-connection-info db --project=netra-staging",
            "gcloud has no such command: Invalid choice: 'get-connection-info'.",
            "gcloud sql instances describe db --project=netra-staging",
        ),
        (
            "gcloud sql instances clone a b",
            "'gcloud sql instances clone a b' cannot be run from here yet.",
            "",
        ),
    ],
)
def test_refusals_are_those_of_gcloud(text: str, reason: str, instead: str) -> None:
    read = shell.read(text, {})
    assert (read.lines, read.reason, read.instead) == ((), reason, instead)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("60", 60), ("60s", 60), ("5m", 300), ("1h30m", 5400), ("1d", 86400)],
)
def test_durations_are_seconds(words: str, seconds: int) -> None:
    arguments = read_arguments(["x", "--timeout", words, "--project=netra-staging"], GRAMMAR)
    assert arguments.flag("timeout") == seconds


@pytest.mark.parametrize("words", ["60x", "", "m", "1.5m", "-5s"])
def test_other_durations_are_refused(words: str) -> None:
    with pytest.raises(NotRunnable) as caught:
        read_arguments(["x", f"--timeout={words}", "--project=netra-staging"], GRAMMAR)
    assert caught.value.reason == f"argument --timeout: Failed to parse duration: {words}"


def test_booleans_have_two_spellings() -> None:
    words = ["x", "--project=netra-staging"]
    assert read_arguments([*words, "--on"], GRAMMAR).flag("on") is True
    assert read_arguments([*words, "--no-on"], GRAMMAR).flag("on") is False
    assert read_arguments(words, GRAMMAR).flag("on") is None


def test_sizes_are_gigabytes() -> None:
    words = ["x", "--project=netra-staging"]
    assert read_arguments([*words, "--size=2TB"], GRAMMAR).flag("size") == 2048
    assert read_arguments([*words, "--size=20"], GRAMMAR).flag("size") == 20


def test_a_command_written_again_is_the_same_command() -> None:
    text = (
        f"{PATCH} --database-flags=a=1,b=x --no-assign-ip --storage-size=20GB --quiet "
        "--format='yaml(settings.tier)'"
    )
    (line,) = shell.read(text, {}).lines
    again = shell.read(line.command.as_gcloud(), {}).lines[0].command
    assert again == line.command
    assert line.command.as_gcloud() == (
        "gcloud sql instances patch db --no-assign-ip --database-flags=a=1,b=x --storage-size=20 "
        "--project=netra-staging '--format=yaml(settings.tier)'"
    )


def test_no_command_is_a_reason_too() -> None:
    with pytest.raises(NotRunnable) as caught:
        parse([])
    assert caught.value.reason == "There is no command here."
