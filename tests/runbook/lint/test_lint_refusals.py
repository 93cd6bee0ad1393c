"""What gcloud refuses is an error; what only we do not run is a note."""

from __future__ import annotations

import pytest

from tests.runbook.lint.documents import codes, lint, lint_command, the

CONNECTOR = "gcloud compute networks vpc-access connectors"
PLACE = "--region=${REGION} --project=${PROJECT}"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"{CONNECTOR} list --project=p-staging", "argument --region: Must be specified."),
        ("gcloud sql instances describe db", "The required property [project]"),
        ("gcloud sql instances describe db --project=p-staging --fomat=json", "--fomat"),
        ("gcloud sql instances describe --project=p-staging", "INSTANCE"),
        ("gcloud sql instances list --project=p-staging --limit", "expected one argument"),
        ("gcloud sql instances list --project=p-staging --limit=few", "few"),
        ("gcloud sql instances patch db --project=p-staging --database-flags=a", "Bad syntax"),
        (f"{CONNECTOR} create c {PLACE} --network=n --subnet=s", "At most one of"),
        (
            "gcloud compute health-checks update http h --timeout=60x --project=p-staging",
            "Failed to parse duration",
        ),
        ("gcloud run services describe s --project=p-staging", "You must specify a region"),
        (
            "gcloud compute backend-services update b --timeout=9s --project=p-staging",
            "Underspecified resource [b].",
        ),
        ("gcloud sql instances get-connection-info db --project=p-staging", "Invalid choice"),
        ('gcloud sql connect db --project=p-staging --command="SELECT 1"', "--command"),
        ("gcloud sql instances list --project=p-staging --format=xyz", "Format must be one of"),
    ],
)
def test_what_gcloud_refuses_is_an_error(command: str, words: str) -> None:
    found = the("gcloud-refuses", lint_command(command))
    assert (found.line, found.severity) == (3, "error")
    assert words in found.message


@pytest.mark.parametrize(
    "command",
    [
        f"{CONNECTOR} list {PLACE}",
        f"{CONNECTOR} describe ${{NAME}} {PLACE}",
        "gcloud sql instances list --project=$PROJECT --limit=$COUNT",
        "gcloud compute health-checks update http h --timeout=$LONG --project=$PROJECT",
        "gcloud storage buckets list --project=p-staging",
        "kubectl get pods",
        "python scripts/deploy.py --all",
    ],
)
def test_what_gcloud_takes_is_no_error(command: str) -> None:
    assert [f for f in lint_command(command) if f.severity == "error"] == []


@pytest.mark.parametrize(
    "command",
    [
        f"{CONNECTOR} list --project=p-staging | jq .",
        f"{CONNECTOR} list --project=p-staging && kubectl get pods",
        f"if {CONNECTOR} list --project=p-staging; then\n  kubectl get pods\nfi",
        f"kubectl get pods || {CONNECTOR} list --project=p-staging",
    ],
)
def test_a_command_among_others_is_looked_at(command: str) -> None:
    assert "gcloud-refuses" in codes(lint_command(command))


def test_what_is_missing_is_found_beside_a_name_without_value() -> None:
    found = the("gcloud-refuses", lint_command("gcloud sql instances describe ${INSTANCE}"))
    assert found.instead == "gcloud sql instances describe ${INSTANCE} --project=PROJECT"


def test_one_mistake_does_not_hide_another() -> None:
    create = f"{CONNECTOR} update c --min-instances=3 --max-instances=15"
    found = lint_command(f"{create} --project=p-staging")
    assert {"gcloud-refuses", "connector-limits"} <= codes(found)


def test_instead_is_a_whole_command() -> None:
    found = the("gcloud-refuses", lint_command(f"{CONNECTOR} list --project=${{PROJECT}}"))
    assert found.instead == f"{CONNECTOR} list --project=${{PROJECT}} --region=REGION"


def test_a_loop_that_is_not_run_is_noted_once_at_its_first_line() -> None:
    loop = "for f in $(ls); do\n  kubectl apply -f $f\n  kubectl get pods\ndone"
    notes = [f for f in lint_command(loop) if f.code == "not-runnable"]
    assert [note.line for note in notes] == [3]


def test_a_command_with_options_in_words_is_read_and_a_mere_name_is_not() -> None:
    refused = f"Run `{CONNECTOR} list --project=p-staging` first.\n"
    assert the("gcloud-refuses", lint(refused)).line == 1
    assert lint(f"Run `{CONNECTOR} list` first.\n") == ()


def test_a_wrong_flag_is_found_whatever_its_value() -> None:
    found = the("gcloud-refuses", lint_command("gcloud projects describe p-1 --projct=${PROJECT}"))
    assert "unrecognized arguments: --projct=${PROJECT}" in found.message


@pytest.mark.parametrize("command", ["sql connect db", "compute ssh vm --zone=us-central1-a"])
def test_what_is_no_diagnosis_is_said_once(command: str) -> None:
    found = lint_command(f"gcloud {command} --project=p-staging")
    assert [f.severity for f in found if f.line == 3] == ["warning"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sql instances describe <instance> --project=<project> --fomat=json", "--fomat"),
        (f"{CONNECTOR[7:]} describe <name> --project=<project id>", "--region: Must be specified"),
        ("sql instances describe <instance>", "The required property [project]"),
    ],
)
def test_what_is_wrong_beside_a_blank_is_found(command: str, words: str) -> None:
    found = the("gcloud-refuses", lint_command(f"gcloud {command}"))
    assert words in found.message
    assert "unset" not in f"{found.message} {found.instead}"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (
            "gcloud sql instances describe <instance> --project=<project>",
            "Fill in <instance> first.",
        ),
        (
            "gcloud compute networks list --project=<p> --filter='name=<b>'",
            "Fill in <p> first.",
        ),
        (
            "gcloud compute networks list --project=p-staging --filter='name=<b>'",
            "Fill in <b> first.",
        ),
        ('gcloud compute networks list --project="<project>"', "Fill in <project> first."),
        ("kubectl exec -it <pod name> -- sh", "kubectl is not a program that is run from here."),
    ],
)
def test_a_blank_is_the_reason_only_where_filling_it_in_helps(command: str, reason: str) -> None:
    assert [(f.severity, f.message) for f in lint_command(command)] == [("note", reason)]
