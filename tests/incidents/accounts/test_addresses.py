"""Which address counts as the client's, behind proxies and without, and what kind it is."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from incidents.addresses import address_class, client_address


def _client(peer: str, forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.9"),
        (0, "203.0.113.7", "10.0.0.9"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "not an address", "10.0.0.9"),
        (1, "203.0.113.7:5555", "203.0.113.7"),
        (1, "[2001:db8::1]:5555", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
def test_only_entries_that_our_proxies_wrote_count(
    proxies: int, forwarded: str, expected: str, settings: Settings
) -> None:
    settings.RUNBOOK_PROXIES = proxies

    assert _client("10.0.0.9", forwarded) == expected


def test_a_peer_without_an_address_is_this_machine(settings: Settings) -> None:
    settings.RUNBOOK_PROXIES = 0

    assert _client("") == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "this machine"),
        ("::1", "this machine"),
        ("10.1.2.3", "private network"),
        ("192.168.1.1", "private network"),
        ("100.64.0.1", "private network"),
        ("fd00::1", "private network"),
        ("fe80::1", "private network"),
        ("8.8.8.8", "public network"),
        ("2606:4700::1111", "public network"),
    ],
)
def test_address_has_a_class(address: str, kind: str) -> None:
    assert address_class(address) == kind
