"""curl: what it may ask, and what it tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbook.commands import shell
from runbook.commands.base import NotRunnable
from runbook.commands.probes.curl import Curl
from runbook.commands.registry import parse
from tests.runbook.simulated import HERE, HOST, Simulated

HEALTH = f"https://{HOST}/health"


def reason(text: str) -> str:
    read = shell.read(text, {})
    assert read.lines == ()
    return read.reason


def test_curl_gives_status_headers_body_and_time(cloud: Simulated) -> None:
    outcome = cloud.run(f"curl -s {HEALTH}")
    assert isinstance(outcome.result, dict)
    assert sorted(outcome.result) == [
        *("body", "exit", "headers", "seconds", "status", "timings", "url")
    ]
    assert (outcome.result["status"], outcome.result["url"]) == (503, HEALTH)
    assert outcome.message.startswith("HTTP 503 after ")
    assert outcome.message.endswith(" s, answered by the simulator.")
    assert '"status":"unhealthy"' in cloud.output()


def test_curl_sees_the_application_recover(cloud: Simulated) -> None:
    connectors = "gcloud compute networks vpc-access connectors"
    place = f"staging-connector --region=us-central1 {HERE}"
    flags = "--min-instances=3 --max-instances=10"
    assert cloud.run(f"{connectors} update {place} {flags}").state == "succeeded"
    patch = f"gcloud sql instances patch netra-staging-db {HERE} --ssl-mode=ENCRYPTED_ONLY"
    assert cloud.run(patch).state == "succeeded"
    assert cloud.run(f'curl -sf {HEALTH} -o /dev/null -w "%{{http_code}}"').state == "succeeded"
    assert cloud.output() == "200"


def test_curl_head_prints_the_status_line(cloud: Simulated) -> None:
    assert cloud.run(f"curl -I {HEALTH} 2>&1 | head -1").state == "succeeded"
    assert cloud.printed == ["HTTP/1.1 503 Service Unavailable\r"]


def test_curl_fail_prints_no_body_but_its_own_words(cloud: Simulated) -> None:
    outcome = cloud.run(f'curl -sf {HEALTH} -w "Health: %{{http_code}}\\n" || echo FAILED')
    assert outcome.state == "failed"
    assert cloud.printed == ["Health: 503", f"ERROR: {outcome.message}"]
    assert outcome.message.endswith("With -f that counts as failed.")


def test_curl_that_gets_no_answer_has_a_status_no_server_gives(cloud: Simulated) -> None:
    cloud.arm(match="/health", kind="hang", seconds=3)
    outcome = cloud.run(f"curl -m 0.5 {HEALTH}")
    assert isinstance(outcome.result, dict)
    assert (outcome.state, outcome.result["status"]) == ("failed", 0)
    assert outcome.message == f"{HOST} did not answer within 0.5 s."


def test_curl_reads_clusters_and_long_options_alike() -> None:
    short = f"-sSfm5 -H Accept:text/html -o /dev/null {HEALTH}"
    long = (
        "--silent --show-error --fail --max-time 5 --header Accept:text/html "
        f"--output /dev/null {HEALTH}"
    )
    read = [parse(["curl", *words.split()]) for words in (short, long)]
    assert isinstance(read[0], Curl)
    assert isinstance(read[1], Curl)
    assert replace(read[0], words=()) == replace(read[1], words=())


def test_curl_written_again_is_the_same_command() -> None:
    words = ["curl", "-s", "-w", "%{http_code} it's\\n", HEALTH]
    command = parse(words)
    assert shell.read(command.as_gcloud(), {}).lines[0].command == command


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("curl", "curl takes exactly one address here."),
        (f"curl {HEALTH} {HEALTH}", "curl takes exactly one address here."),
        (f"curl -d x=y {HEALTH}", "curl's option -d is not understood here."),
        (f"curl --data x=y {HEALTH}", "curl's option --data is not understood here."),
        (f"curl -k {HEALTH}", "curl's option -k is not understood here."),
        (f"curl -X POST {HEALTH}", "curl only reads here, with GET or HEAD, not POST."),
        (f"curl -o out {HEALTH}", "curl may not write a file here; -o /dev/null is understood."),
        (
            f'curl -w "@curl-format.txt" {HEALTH}',
            "The file curl-format.txt for curl -w is not there; write the format itself.",
        ),
        (
            f'curl -w "%{{speed_upload}}" {HEALTH}',
            "curl's %{speed_upload} is not measured here.",
        ),
        (f"curl -m never {HEALTH}", "'never' is not a number of seconds."),
        (f"curl -H 'Host: other' {HEALTH}", "The header 'Host: other' cannot be sent from here."),
        (f"curl -H @file {HEALTH}", "The header '@file' cannot be sent from here."),
        (
            f"curl {HOST}",
            f"'{HOST}' is not a whole address; write https:// and no brackets.",
        ),
        (
            "curl file:///etc/passwd",
            "'file:///etc/passwd' is not a whole address; write https:// and no brackets.",
        ),
        (
            f"curl 'https://{HOST}/[1-9]'",
            f"'https://{HOST}/[1-9]' is not a whole address; write https:// and no brackets.",
        ),
        (
            f"curl https://user:word@{HOST}/",
            f"'https://user:word@{HOST}/' is not a whole address; write https:// and no brackets.",
        ),
    ],
)
def test_curl_refuses_what_does_not_only_read(text: str, why: str) -> None:
    assert reason(text) == why


def test_curl_option_without_value_is_refused() -> None:
    with pytest.raises(NotRunnable) as caught:
        parse(["curl", HEALTH, "-w"])
    assert caught.value.reason == "curl's option -w needs a value."
