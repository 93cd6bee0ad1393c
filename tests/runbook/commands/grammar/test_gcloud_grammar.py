"""The words after a command: gcloud's own refusals, and what to write instead."""

from __future__ import annotations

import pytest

from runbook.commands import shell
from runbook.commands.base import NotRunnable
from runbook.commands.grammar.flag_values import Flag
from runbook.commands.grammar.gcloud_grammar import Grammar, read_arguments
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
            "Underspecified resource [b]. Specify one of the [--global, --region] flags.",
            "gcloud compute backend-services describe b --project=netra-staging --global",
        ),
        (
            f"{CONNECTORS} describe c --project=netra-staging --regoin=us-central1",
            "unrecognized arguments: --regoin=us-central1 (did you mean '--region'?)",
            f"{CONNECTORS} describe c --project=netra-staging --region=us-central1",
        ),
        (
            f"{CONNECTORS} describe --project=netra-staging --region=us-central1",
            "argument --region: CONNECTOR must be specified.",
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
        (
            f"{PATCH} --database-flags=a=1 --database-flags=b=2",
            "--database-flags is given twice; write all its entries in one flag.",
            "",
        ),
        (
            f"{PATCH} --database-flags=statement_timeout",
            (
                "argument --database-flags: Bad syntax for dict arg: [statement_timeout]. "
                "Please see `gcloud topic flags-file` or `gcloud topic escaping` for information "
                "on providing list or dictionary flag values with special characters."
            ),
            "",
        ),
        (
            f"{PATCH} --activation-policy=SOMETIMES",
            (
                "argument --activation-policy: Invalid choice: 'SOMETIMES'. "
                "Valid choices are [ALWAYS, NEVER]."
            ),
            "",
        ),
        (
            f"{PATCH} --clear-database-flags --database-flags=a=1",
            (
                "argument --clear-database-flags: At most one of "
                "--clear-database-flags | --database-flags can be specified."
            ),
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
            "Term operand expected [a= *HERE*].",
            "",
        ),
        (
            "gcloud sql instances descripe db --project=netra-staging",
            "Invalid choice: 'descripe'. Maybe you meant: gcloud sql instances describe",
            "gcloud sql instances describe db --project=netra-staging",
        ),
        (
            f"{PATCH} --activation-policy=ALWAY",
            "argument --activation-policy: Invalid choice: 'ALWAY'. Did you mean 'ALWAYS'?",
            f"{PATCH} --activation-policy=ALWAYS",
        ),
        (
            f"{CONNECTORS} list --project=netra-staging --region=us-central1 --limit=0",
            "argument --limit: Value must be greater than or equal to 1; received: 0",
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
    [("60", 60), ("60s", 60), ("5m", 300), ("1h30m", 5400), ("1d", 86400), ("1.5m", 90)],
)
def test_durations_are_seconds(words: str, seconds: int) -> None:
    arguments = read_arguments(["x", "--timeout", words, "--project=netra-staging"], GRAMMAR)
    assert arguments.flag("timeout") == seconds


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("60x", "Failed to parse duration: Unknown character 'X' in duration"),
        ("m", "Failed to parse duration: Duration unit 'm' must be preceded by a number"),
        ("5h5", "Failed to parse duration: Duration must end with time part character"),
        ("-5s", "value must be greater than or equal to 0; received: -5s"),
        ("0.5s", "'0.5s' is not a number of whole seconds."),
    ],
)
def test_other_durations_are_refused(words: str, reason: str) -> None:
    with pytest.raises(NotRunnable) as caught:
        read_arguments(["x", f"--timeout={words}", "--project=netra-staging"], GRAMMAR)
    assert caught.value.reason == f"argument --timeout: {reason}"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"{CONNECTORS} list --project=netra-staging", 2),
        (f"{CONNECTORS} describe c --project=netra-staging", 1),
        (f"{CONNECTORS} describe c --region=us-central1", 1),
        ("gcloud compute backend-services describe b --project=netra-staging", 1),
        (f"{PATCH} --no-such-flag", 2),
        (f"{PATCH} --assign-ip=true", 2),
        (f"{PATCH} --project", 2),
        (f"{PATCH} --account=me@example.com", 0),
        (f"{PATCH} --format=nonsense", 1),
        ("gcloud sql connect db --command=x", 2),
        ("gcloud sql connect db", 0),
        ("gcloud compute http-health-checks describe h --project=netra-staging", 0),
    ],
)
def test_refusals_have_the_status_of_gcloud(text: str, status: int) -> None:
    read = shell.read(text, {})
    assert (read.lines, read.gcloud_exit) == ((), status)


@pytest.mark.parametrize(
    "text",
    [
        "gcloud --project=netra-staging sql instances describe db",
        "gcloud sql --project netra-staging -q instances describe db",
        "gcloud sql instances describe --project=netra-staging --verbosity=debug -- db",
        "gcloud sql instances describe db --project=other --project=netra-staging",
    ],
)
def test_order_of_words_is_free(text: str) -> None:
    (line,) = shell.read(text, {}).lines
    assert line.command.as_gcloud() == "gcloud sql instances describe db --project=netra-staging"


def test_other_delimiters_keep_commas() -> None:
    (line,) = shell.read(f"{PATCH} '--database-flags=^;^a=1,2;b=3'", {}).lines
    assert line.command.as_gcloud() == (
        "gcloud sql instances patch db '--database-flags=^;^a=1,2;b=3' --project=netra-staging"
    )


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


@pytest.mark.parametrize(
    ("text", "status", "begins"),
    [
        ("gcloud sql instances describe db --project=netra-staging --", 2, "unrecognized"),
        ("gcloud sql instances describe '' --project=netra-staging", 0, "argument INSTANCE"),
        (
            "gcloud sql instances patch db --project=netra-staging --zone=a",
            0,
            "gcloud knows --zone",
        ),
        ("gcloud sql instances patch db --zone=a --sort-by=b", 2, "unrecognized arguments: --sort"),
        (
            "gcloud sql instances list --limit=x --limit=3 --project=p-staging",
            2,
            "argument --limit",
        ),
        ("gcloud sql instances list --limit=1_0 --project=p-staging", 0, "argument --limit"),
        ("gcloud sql instances list --account=a --nothing --project=p-staging", 2, "unrecognized"),
        ("gcloud compute networks list net --project=netra-staging", 0, "gcloud takes 'net'"),
        ("gcloud compute networks list --async --project=netra-staging", 2, "unrecognized"),
        ("gcloud logging sinks list --page-size=2 --project=netra-staging", 2, "unrecognized"),
        ("gcloud secrets create s --labels=A=b --project=netra-staging", 2, "argument --labels"),
        ("gcloud secrets versions add s --project=netra-staging", 2, "argument --data-file"),
        ("gcloud run services update s --traffic --region=us-central1", 2, "unrecognized"),
        ("gcloud run services update --region=us-central1 --cpu=1", 1, "The [service] resource"),
        ("gcloud run services describe s --platform=managed --limit=1", 2, "unrecognized"),
        ("gcloud sql instances list --help", 0, "gcloud's help"),
    ],
)
def test_refusal_is_gclouds_where_gcloud_refuses(text: str, status: int, begins: str) -> None:
    read = shell.read(text, {})
    assert (read.gcloud_exit, read.reason[: len(begins)]) == (status, begins)
    assert read.lines == ()


def test_destination_of_a_sink_may_stand_behind_a_switch() -> None:
    text = (
        "gcloud logging sinks create s --no-disabled storage.googleapis.com/b --project=p-staging"
    )
    assert shell.read(text, {}).reason == ""


def test_instance_has_a_short_flag() -> None:
    (line,) = shell.read("gcloud sql operations list -i db --project=netra-staging", {}).lines
    assert line.command.as_gcloud() == (
        "gcloud sql operations list --instance=db --project=netra-staging"
    )
