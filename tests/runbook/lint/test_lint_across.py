"""Rules that need more of a document than one command."""

from __future__ import annotations

import pytest

from tests.runbook.lint.documents import codes, lint, lint_command, the

CREATE = (
    "gcloud compute networks vpc-access connectors create c --region=us-central1 "
    "--network=n --range=10.8.0.0/28 --project=p-staging"
)
DELETE = (
    "gcloud compute networks vpc-access connectors delete c "
    "--region=us-central1 --project=p-staging"
)
PATCH = "gcloud sql instances patch db --project=p-staging"
PROXY = "gcloud compute target-https-proxies update x --global --project=p-staging"
CHECK = "gcloud compute health-checks update http api-staging-check --project=p-staging"
RUN = "gcloud run services describe api-staging --region=us-central1 --project=p-staging"


@pytest.mark.parametrize(
    ("command", "words", "code"),
    [
        (CREATE, "If the connector has failed", "connector-over-failed"),
        (f"{PATCH} --database-flags=max_connections=9", "Raise the limit", "flags-restart"),
        (f"{PATCH} --network=n --no-assign-ip", "Private address", "private-ip-for-ever"),
        (
            "gcloud sql instances restart db --project=p-staging",
            "If it is not running",
            "restart-is-not-start",
        ),
        (f"{PROXY} --ssl-certificates=new", "Switch", "certificate-list-replaced"),
        (f"{CHECK} --timeout=60s --check-interval=30s", "Slower", "timeout-above-interval"),
        (f"{CHECK} --timeout=60 --check-interval=30", "Slower", "timeout-above-interval"),
        (f"{RUN}\n{CHECK} --timeout=5s", "Check it", "serverless-backend"),
        ('gcloud compute url-maps list --filter="name:web*"', "List", "filter-beginning"),
        (
            "gcloud logging sinks create s d --log-filter=resource.type=cloud_sql_database",
            "Sink",
            "log-resource-type",
        ),
        ("echo x | gcloud secrets create s --data-file=-", "Store", "secret-newline"),
        ("openssl rand -hex 8 | gcloud secrets create s --data-file=-", "Store", "secret-newline"),
        (
            "printf u:PASSWORD@10.x.x.x | gcloud secrets create s --data-file=-",
            "",
            "secret-placeholder",
        ),
    ],
)
def test_harm_is_found(command: str, words: str, code: str) -> None:
    assert the(code, lint_command(command, words)).severity == "warning"


@pytest.mark.parametrize(
    ("command", "words", "code"),
    [
        (CREATE, "If there is no connector", "connector-over-failed"),
        (f"{DELETE}\n{CREATE}", "If the connector has failed", "connector-over-failed"),
        (f"{PATCH} --database-flags=max_connections=9", "This restarts it", "flags-restart"),
        (f"{PATCH} --network=n --no-assign-ip", "It cannot be undone", "private-ip-for-ever"),
        (
            "gcloud sql instances restart db --project=p-staging",
            "If it hangs",
            "restart-is-not-start",
        ),
        (f"{PROXY} --ssl-certificates=new,old", "Switch", "certificate-list-replaced"),
        (f"{PROXY} --ssl-certificates=new", "Once it is ACTIVE", "certificate-list-replaced"),
        (f"{CHECK} --timeout=30s --check-interval=30s", "Slower", "timeout-above-interval"),
        (f"{RUN}\n{CHECK} --timeout=5s", "If not serverless", "serverless-backend"),
        (f"{CHECK} --timeout=5s", "Check it", "serverless-backend"),
        ('gcloud compute url-maps list --filter="name:web"', "List", "filter-beginning"),
        (
            "gcloud logging sinks create s d --log-filter=resource.type=cloudsql_database",
            "Sink",
            "log-resource-type",
        ),
        ("printf x | gcloud secrets create s --data-file=-", "Store", "secret-newline"),
        ("echo -n x | gcloud secrets create s --data-file=-", "Store", "secret-newline"),
        ('printf "$PASSWORD" | gcloud secrets create s --data-file=-', "", "secret-placeholder"),
    ],
)
def test_what_is_right_or_said_aloud_is_left_alone(command: str, words: str, code: str) -> None:
    assert code not in codes(lint_command(command, words))


def test_a_second_patch_of_flags_drops_those_of_the_first() -> None:
    first, second = f"{PATCH} --database-flags=a=1,b=2", f"{PATCH} --database-flags=b=3"
    found = the("flags-replaced", lint_command(f"{first}\n{second}"))
    assert found.line == 4
    assert found.instead == "--database-flags=a=1,b=3"
    assert "flags-replaced" not in codes(lint_command(f"{second}\n{first}"))


def test_words_that_promise_to_scale_a_connector_down() -> None:
    promise = "1. **VPC Connector**: Scale back to what it was\n"
    assert the("connector-scale-down", lint(promise)).line == 1
    assert lint("1. Connectors cannot be scaled down.\n") == ()
    assert "connector-scale-down" not in codes(lint("1. Scale down the API\n"))


def test_wildcards_matter_where_compute_certificates_are_used() -> None:
    words = "## Certificate for `*.shop.example`\n\n"
    listed = "```bash\ngcloud compute ssl-certificates list --project=p-staging\n```\n"
    assert the("certificate-wildcard", lint(words + listed)).line == 1
    assert "certificate-wildcard" not in codes(lint(words))


@pytest.mark.parametrize(
    "words",
    [
        "**Health check**:\n- Timeout: 60 seconds\n- Interval: 30 seconds\n",
        "Health check\n\n| Timeout | 1 min |\n|---|---|\n| Interval | 30 s |\n",
        "```yaml\nhealth_checks:\n  check_interval_sec: 30\n  timeout_sec: 60\n```\n",
    ],
)
def test_a_time_out_above_the_interval_is_found_in_words(words: str) -> None:
    assert "timeout-above-interval" in codes(lint(f"# Values\n\n{words}"))


@pytest.mark.parametrize(
    "words",
    [
        "**Health check**:\n- Timeout: 5 seconds\n- Interval: 30 seconds\n",
        "Client:\n- Timeout: 60 seconds\n- Interval: 30 seconds\n",
    ],
)
def test_other_time_outs_in_words_are_left_alone(words: str) -> None:
    assert "timeout-above-interval" not in codes(lint(f"# Values\n\n{words}"))


def test_two_commands_that_contradict_each_other_are_noted() -> None:
    update = "gcloud compute networks vpc-access connectors update c --min-instances=2"
    both = f"{update} --max-instances=4\n{update} --max-instances=5"
    found = the("contradiction", lint_command(both))
    assert (found.line, found.severity) == (4, "note")
    assert "--max-instances=5" in found.message
    assert "line 3 gives 4" in found.message


def test_steps_with_a_condition_are_several_ways_and_no_contradiction() -> None:
    update = "gcloud compute networks vpc-access connectors update c --region=us-central1"
    both = [f"{update} --min-instances=3 --max-instances={most}" for most in (4, 5)]
    words = "".join(
        f"- [ ] {title}\n  ```bash\n  {line}\n  ```\n"
        for title, line in zip(("Scale it", "If that is not enough: more"), both, strict=True)
    )
    assert "contradiction" not in codes(lint(f"# T\n\n## Phase 1\n\n{words}"))


def test_words_that_contradict_each_other_are_noted() -> None:
    words = "The connector runs on e2-micro.\n\nThe connector runs on e2-standard-4.\n"
    assert the("contradiction", lint(words)).line == 3


@pytest.mark.parametrize(("between", "is_said"), [(10, True), (100, False)])
def test_words_far_away_say_nothing_of_a_command(between: int, is_said: bool) -> None:
    create = "gcloud compute networks vpc-access connectors create c --region=us-central1"
    words = "- [ ] The connector failed\n\n" + "  More of it.\n\n" * between
    text = f"# T\n\n## Phase 1\n\n{words}  ```bash\n  {create} --range=10.1.0.0/28\n  ```\n"
    assert ("connector-over-failed" in codes(lint(text))) is is_said
