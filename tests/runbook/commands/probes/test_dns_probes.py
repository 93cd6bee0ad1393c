"""nslookup and dig against a real name server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runbook.cloud.dns import Dns
from runbook.cloud.errors import CloudError
from runbook.cloud.lookups import Question
from runbook.cloud.sessions import Session
from runbook.cloud.target import Target
from runbook.commands import running, shell
from runbook.commands.base import Outcome
from tests.support.dns_server import Zone, serving_dns

HOST = "app.example.com"
ZONE = Zone(
    answers={
        HOST: (
            f"{HOST} 300 CNAME edge.example.com.",
            "edge.example.com 60 A 203.0.113.7",
            "edge.example.com 60 A 203.0.113.8",
            "edge.example.com 60 AAAA 2001:db8::7",
        ),
        "big.example.com": ("big.example.com 60 TXT hello",),
    },
    cuts=frozenset({"big.example.com"}),
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving_dns(ZONE) as port:
        yield port


def target(port: int) -> Target:
    hosts = (HOST, "big.example.com", "gone.example.com", f"127.0.0.1:{port}")
    return Target("staging", "p", "r", allowed_hosts=hosts, allowed_networks=("127.0.0.0/8",))


def run(text: str, port: int) -> tuple[Outcome, str]:
    printed: list[str] = []
    (line,) = shell.read(text, {}).lines
    assert shell.read(line.text, {}).lines == (line,)
    outcome = running.execute(
        line,
        Session(target(port)),
        target(port),
        lambda text, _stream="stdout": printed.append(text),
    )
    return outcome, "\n".join(printed)


def test_nslookup_prints_both_families(port: int) -> None:
    outcome, printed = run(f"nslookup -port={port} {HOST} 127.0.0.1", port)
    assert printed.splitlines() == [
        "Server:\t\t127.0.0.1",
        f"Address:\t127.0.0.1#{port}",
        "",
        "Non-authoritative answer:",
        f"{HOST}\tcanonical name = edge.example.com.",
        "Name:\tedge.example.com",
        "Address: 203.0.113.7",
        "Name:\tedge.example.com",
        "Address: 203.0.113.8",
        "Name:\tedge.example.com",
        "Address: 2001:db8::7",
    ]
    assert isinstance(outcome.result, dict)
    assert outcome.result["addresses"] == ["203.0.113.7", "203.0.113.8", "2001:db8::7"]
    assert (outcome.state, outcome.result["status"]) == ("succeeded", "NOERROR")


def test_nslookup_of_a_name_that_does_not_exist_fails_with_a_result(port: int) -> None:
    outcome, printed = run(f"nslookup -port={port} gone.example.com 127.0.0.1", port)
    assert "** server can't find gone.example.com: NXDOMAIN" in printed
    assert outcome.state == "failed"
    assert isinstance(outcome.result, dict)
    assert (outcome.result["status"], outcome.result["addresses"]) == ("NXDOMAIN", [])


def test_dig_short_prints_data_only(port: int) -> None:
    _, printed = run(f"dig @127.0.0.1 -p {port} {HOST} +short", port)
    assert printed == "edge.example.com.\n203.0.113.7\n203.0.113.8"


def test_dig_prints_sections(port: int) -> None:
    outcome, printed = run(f"dig @127.0.0.1 -p {port} {HOST} AAAA", port)
    lines = printed.splitlines()
    assert lines[1] == f"; <<>> DiG 9.18 <<>> @127.0.0.1 -p {port} {HOST} AAAA"
    assert lines[4].startswith(";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: ")
    assert ";app.example.com.\t\tIN\tAAAA" in [line.replace("\t\t\t", "\t\t") for line in lines]
    assert "edge.example.com.\t60\tIN\tAAAA\t2001:db8::7" in lines
    assert outcome.state == "succeeded"


def test_a_reply_that_was_cut_is_asked_for_by_tcp(port: int) -> None:
    _, printed = run(f"dig @127.0.0.1 -p {port} big.example.com TXT +noall +answer", port)
    assert printed == 'big.example.com.\t60\tIN\tTXT\t"hello"'
    assert ("big.example.com", "TXT", "TCP") in ZONE.asked


def test_trace_follows_the_delegation_from_the_roots() -> None:
    root = Zone(
        referrals={HOST: ("com 600 NS a.gtld.example.",)},
        glue={HOST: ("a.gtld.example 600 A 127.0.0.2",)},
    )
    below = Zone(answers={HOST: (f"{HOST} 300 A 203.0.113.9",)})
    with serving_dns(root) as port, serving_dns(below, "127.0.0.2", port):
        client = Dns(target(port), roots=("127.0.0.1",), port=port)
        answers = list(client.trace(Question(HOST)))
    assert [(one.server, one.addresses) for one in answers] == [
        ("127.0.0.1", ()),
        ("127.0.0.2", ("203.0.113.9",)),
    ]


def test_trace_never_follows_to_an_inner_address() -> None:
    root = Zone(
        referrals={HOST: ("com 600 NS a.gtld.example.",)},
        glue={HOST: ("a.gtld.example 600 A 169.254.169.254",)},
    )
    with serving_dns(root) as port:
        client = Dns(target(port), roots=("127.0.0.1",), port=port)
        with pytest.raises(CloudError) as caught:
            list(client.trace(Question(HOST)))
    assert caught.value.kind == "DENIED"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nslookup evil.example.com", "evil.example.com is not one of the hosts"),
        (f"nslookup {HOST} 8.8.8.8", ""),
        (f"dig @1.1.1.1 {HOST} +trace", ""),
        (f"dig @9.9.9.10 {HOST}", "9.9.9.10 is not a name server that staging lets probes ask."),
        (f"dig @169.254.169.254 {HOST}", "169.254.169.254 is not a name server"),
        (f"dig @10.0.0.1 {HOST}", "10.0.0.1 is not a name server"),
        (f"dig @ns.evil.example {HOST}", "ns.evil.example is not one of the hosts"),
        (f"dig -p 5353 {HOST}", "Name servers are asked on port 53 only, not 5353."),
    ],
)
def test_what_may_be_asked_and_whom(port: int, text: str, why: str) -> None:
    (line,) = shell.read(text, {}).lines
    found = line.command.outside(target(port))
    assert found.startswith(why) if why else found == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nslookup", "nslookup takes a host here, and a name server after it."),
        ("nslookup 1.2.3.4", "'1.2.3.4' is not a host name."),
        (f"nslookup -debug {HOST}", "The option -debug of nslookup is not understood here."),
        (f"dig {HOST} +tcp", "'+tcp' of dig is not understood here."),
        (f"dig -f hosts.txt {HOST}", "The option -f of dig is not understood here."),
        (f"dig {HOST} AXFR", "dig takes one host here, and one type of record."),
        (f"dig a.b {HOST}", "dig takes one host here, and one type of record."),
    ],
)
def test_what_is_not_understood_is_not_run(text: str, why: str) -> None:
    assert shell.read(text, {}).reason == why
