"""Secrets are made, get versions, and versions are switched; a value is seen by Google only."""

from __future__ import annotations

import pytest

from runbook.commands import running, shell
from runbook.commands.base import FieldChange
from tests.runbook.simulated import HERE, Simulated, line_of

CREATE = f"gcloud secrets create fresh --data-file=- {HERE}"
ADD = f"gcloud secrets versions add redis-url --data-file=- {HERE}"
SECRETS = "/v1/projects/netra-staging/secrets"
VALUE = "s3cr3t-of-mine"
PIPED = f"printf %s {VALUE} | {CREATE}"


def test_create_plans_what_is_made_but_never_the_value(cloud: Simulated) -> None:
    plan = cloud.plan(PIPED)
    assert plan.changes == (
        FieldChange("name", None, "fresh"),
        FieldChange("replication", None, "automatic"),
        FieldChange("versions", None, 1),
        FieldChange("payload", None, "14 bytes"),
    )
    assert VALUE not in repr(plan)
    assert plan.why_no_undo.startswith("A secret is taken back only by deleting it")


@pytest.mark.parametrize("command", [CREATE, ADD])
def test_the_plan_warns_of_a_value_that_ends_with_a_line_break(
    cloud: Simulated, command: str
) -> None:
    words = "The secret will end with a line break, which most programs that read it do not expect."
    assert words in cloud.plan(f"echo {VALUE} | {command}").warnings
    assert words not in cloud.plan(f"printf %s {VALUE} | {command}").warnings


def test_create_sends_the_bytes_and_shows_them_nowhere(cloud: Simulated) -> None:
    plan = cloud.plan(PIPED)
    outcome = cloud.run(PIPED, plan)
    assert (outcome.state, cloud.output()) == (
        "succeeded",
        "Created version [1] of the secret [fresh].",
    )
    assert VALUE not in repr((outcome, line_of(PIPED).command, line_of(PIPED).command.as_gcloud()))
    assert cloud.held("fresh", 1) == VALUE.encode()
    found = running.verify(line_of(PIPED), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ("echo 'a  b' c", b"a  b c\n"),
        ("echo -n abc", b"abc"),
        ("printf '%s\\n' abc", b"abc\n"),
        ("printf abc", b"abc"),
        ("echo abc | tr -d '\\n'", b"abc"),
    ],
)
def test_the_bytes_are_those_that_gcloud_would_read(
    cloud: Simulated, source: str, sent: bytes
) -> None:
    assert cloud.run(f"{source} | {ADD}").state == "succeeded"
    assert cloud.held("redis-url", 2) == sent


@pytest.mark.parametrize(("flag", "length"), [("-hex 32", 65), ("-base64 48", 65), ("24", 24)])
def test_random_bytes_are_made_when_they_are_sent(cloud: Simulated, flag: str, length: int) -> None:
    text = f"openssl rand {flag} | {ADD}"
    plan = cloud.plan(text)
    assert plan.changes[-1].after == f"{length} bytes, random, made when this runs"
    assert cloud.run(text, plan).state == "succeeded"
    assert len(cloud.held("redis-url", 2)) == length


def test_labels_and_places_are_sent(cloud: Simulated) -> None:
    flags = "--labels=team=core --replication-policy=user-managed --locations=us-central1,us-east1"
    assert cloud.run(f"gcloud secrets create fresh {flags} {HERE}").state == "succeeded"
    outcome = cloud.run(f"gcloud secrets list {HERE} --filter=name:fresh")
    assert isinstance(outcome.result, list)
    assert cloud.stdout.split()[-2:] == ["user_managed", "us-central1,us-east1"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"printf %s x | gcloud secrets create a --data-file=/tmp/x {HERE}", "Files of somebody's"),
        (f"printf %s x | gcloud secrets create a {HERE}", "Without --data-file=- gcloud does not"),
        (f"gcloud secrets create a --data-file=- {HERE}", "gcloud waits for a value here"),
        (f"gcloud secrets versions add a --data-file=- {HERE}", "A value is piped in from here"),
        (f"cat /etc/passwd | {CREATE}", "A value is piped by echo, printf or openssl rand"),
        (f"echo -e x | {CREATE}", "Of echo's options only -n"),
        (f"echo 'a\\nb' | {CREATE}", "What echo makes of a backslash"),
        (f"printf '%d' 3 | {CREATE}", "Of printf only printf %s TEXT"),
        (f"openssl rand -out x 3 | {CREATE}", "Only openssl rand -hex N"),
        (f"echo x | base64 | {CREATE}", "Between a value and gcloud only tr -d"),
        (f"gcloud secrets create a --replication-policy=x {HERE}", "Invalid value for [replicat"),
        (f"gcloud secrets create a --locations=us-east1 {HERE}", "Invalid value for [locations]"),
        (f"gcloud secrets versions disable latest --secret=a {HERE}", "Write the number of the"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_sentence(text: str, reason: str) -> None:
    assert shell.read(text, {}).reason.startswith(reason)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (PIPED, []),
        (f"echo x | {CREATE}", ["secret-newline"]),
        (f"openssl rand -hex 32 | {CREATE}", ["secret-newline"]),
        (f"openssl rand -hex 32 | tr -d '\\n' | {CREATE}", []),
        (f"printf %s u:PASSWORD@h | {ADD}", ["secret-placeholder"]),
        (f"printf %s u:p@10.x.x.x:5432/d | {ADD}", ["secret-placeholder"]),
    ],
)
def test_cautions_of_a_value_do_not_repeat_it(text: str, codes: list[str]) -> None:
    found = line_of(text).command.cautions()
    assert [caution.code for caution in found] == codes
    assert "PASSWORD@h" not in repr(found)


def test_create_of_an_existing_secret_is_refused(cloud: Simulated) -> None:
    (refusal,) = cloud.plan(PIPED.replace("create fresh", "create redis-url")).refusals
    assert refusal.endswith(f"gcloud secrets versions add redis-url --data-file=- {HERE}")


def test_add_to_a_missing_secret_is_refused(cloud: Simulated) -> None:
    (refusal,) = cloud.plan(f"echo -n x | {ADD.replace('redis-url', 'no-such')}").refusals
    assert refusal.startswith("There is no secret no-such. Write instead: gcloud secrets create")


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("403", "failed", "The secret fresh was made, its first version was not. Not allowed"),
        ("503", "unknown", "The secret fresh was made; whether it has its first version is open."),
    ],
)
def test_a_half_done_create_says_exactly_that(
    cloud: Simulated, kind: str, state: str, words: str
) -> None:
    plan = cloud.plan(PIPED)
    cloud.arm(match=f"{SECRETS}/fresh", method="POST", kind=kind, times=0)
    outcome = cloud.run(PIPED, plan)
    assert outcome.state == state
    assert outcome.message.startswith(words)
    assert VALUE not in repr(outcome)
    found = running.probe(line_of(PIPED), cloud.session(), cloud.target(), plan)
    assert found.verdict == "differs"
    assert found.message.startswith("The secret was made, its value was not. Add it with: gcloud")


def test_add_is_sent_once_and_probed_by_its_number(cloud: Simulated) -> None:
    text = f"printf %s {VALUE} | {ADD}"
    plan, sent = cloud.plan(text), cloud.asked("POST", f"{SECRETS}/redis-url:addVersion")
    assert plan.changes[0] == FieldChange("newest version", 1, 2)
    cloud.arm(match=f"{SECRETS}/redis-url", method="POST", kind="reply-lost")
    assert cloud.run(text, plan).state == "unknown"
    assert cloud.asked("POST", f"{SECRETS}/redis-url:addVersion") == sent + 1
    found = running.probe(line_of(text), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"


def test_disable_warns_of_latest_and_enable_undoes_it(cloud: Simulated) -> None:
    text = f"gcloud secrets versions disable 1 --secret=redis-url {HERE}"
    plan = cloud.plan(text)
    assert plan.changes == (FieldChange("state", "ENABLED", "DISABLED"),)
    assert plan.warnings == (
        "This is the newest version: whatever reads `latest` fails from then on.",
    )
    assert cloud.run(text, plan).state == "succeeded"
    assert cloud.printed[0] == "Disabled version [1] of the secret [redis-url]."
    assert cloud.run(plan.undo).state == "succeeded"
    found = running.verify(line_of(text), cloud.session(), cloud.target(), plan)
    assert found.verdict == "not applied"


def test_a_version_that_moved_is_not_switched(cloud: Simulated) -> None:
    text = f"gcloud secrets versions disable 1 --secret=redis-url {HERE}"
    plan = cloud.plan(text)
    assert cloud.run(text).state == "succeeded"
    outcome = cloud.run(text, plan)
    assert (outcome.state, outcome.message.split(" (")[0]) == (
        "failed",
        "projects/netra-staging/secrets/redis-url/versions/1 was changed since this was planned",
    )
