"""Probes in a simulated environment: the simulator answers, and nothing leaves the machine."""

from __future__ import annotations

import pytest

from runbook.commands import shell
from runbook.commands.base import Outcome
from tests.runbook.simulated import HOST, Simulated

CERTIFICATE = f"echo | openssl s_client -connect {HOST}:443 2>/dev/null | openssl x509 -noout"


def result(outcome: Outcome) -> dict[str, object]:
    assert isinstance(outcome.result, dict)
    return dict(outcome.result)


def test_nslookup_asks_the_simulator(cloud: Simulated) -> None:
    outcome = cloud.run(f"nslookup {HOST} 8.8.8.8")
    assert outcome.state == "succeeded"
    assert result(outcome)["addresses"]
    assert "Server:\t\tsimulator" in cloud.output()


def test_dig_trace_says_that_there_is_no_delegation(cloud: Simulated) -> None:
    assert cloud.run(f"dig +trace {HOST}").state == "succeeded"
    assert "The simulator answers for the host" in cloud.output()


def test_a_certificate_in_provisioning_is_not_served(cloud: Simulated) -> None:
    outcome = cloud.run(f"{CERTIFICATE} -dates")
    assert (outcome.state, cloud.stdout) == ("failed", "")
    assert result(outcome)["verified"] is False
    assert "no certificate is served" in str(result(outcome)["why"])


def test_a_socket_of_a_broken_service_does_not_open(cloud: Simulated) -> None:
    outcome = cloud.run(f"wscat -c wss://{HOST}/ws")
    assert outcome.state == "failed"
    assert result(outcome)["status"] == 503


def test_a_load_reaches_the_simulator(cloud: Simulated) -> None:
    outcome = cloud.run(f"hey -n 20 -c 5 https://{HOST}/health")
    assert outcome.state == "succeeded"
    assert result(outcome)["statuses"] == {"503": 20}


@pytest.mark.parametrize(
    "text",
    [
        "curl https://other.example.com/",
        "nslookup other.example.com",
        "wscat -c wss://other.example.com/",
        "openssl s_client -connect other.example.com:443 | openssl x509 -noout -dates",
        "hey https://other.example.com/",
    ],
)
def test_a_host_without_route_is_not_asked(cloud: Simulated, text: str) -> None:
    (line,) = shell.read(text, {}).lines
    why = line.command.outside(cloud.target(allowed_hosts=(HOST, "other.example.com")))
    assert (
        why == "staging is simulated and has no answer for other.example.com; nothing leaves here."
    )
