"""No address takes a form without its token, and none opens without a session but the listed."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {
    "/sign-in/",
    "/sign-in/no-longer/",
    "/health/infrastructure",
    "/health/live",
    "/health/ready",
    "/status/",
    "/status/events/",
    "/status/subscribe/",
    "/status/subscribe/sent/",
    "/status/confirm/a-runbook/",
    "/status/leave/a-runbook/",
}
BY_TOKEN = ("/api/", "/alerts/in/")
"""Below it a token or a signature counts and cookies do not, so there is nothing to forge."""

BY_LINK = ("/status/confirm/", "/status/leave/")
"""The token in the address is the permission, and mail programs send the form themselves."""

EXAMPLES = {"row": "1", "slug": "a-runbook", "str": "x", "int": "1", "path": "x", "uuid": "x"}


def _addresses(resolver: URLResolver, prefix: str = "/") -> list[str]:
    found: list[str] = []
    for pattern in resolver.url_patterns:
        place = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += _addresses(pattern, place)
        elif isinstance(pattern, URLPattern) and "admin/" not in place:
            found.append(_filled(place))
    return sorted(set(found))


def _filled(place: str) -> str:
    """The address with something that fits in every gap: `<row:number>` becomes 1."""
    while "<" in place:
        before, _, rest = place.partition("<")
        gap, _, after = rest.partition(">")
        place = before + EXAMPLES[gap.partition(":")[0]] + after
    return place


ADDRESSES = _addresses(get_resolver())


def test_addresses_are_found() -> None:
    assert {"/", "/steps/1/tick/", "/approvals/1/approve/", "/sign-out/"} <= set(ADDRESSES)


def test_form_without_its_token_is_refused(commander: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(commander)
    took = {
        address: status
        for address in ADDRESSES
        if not address.startswith((*BY_TOKEN, *BY_LINK))
        and (status := client.post(address).status_code) != 403
    }

    assert took == {}


def test_address_is_closed_without_a_session(db: None) -> None:
    client, opened = Client(), {}
    for address in ADDRESSES:
        answer = client.get(address)
        leads_to_sign_in = answer.headers.get("Location", "").startswith("/sign-in/")
        if not leads_to_sign_in and answer.status_code not in (401, 404, 405):
            opened[address] = answer.status_code

    assert set(opened) <= PUBLIC
