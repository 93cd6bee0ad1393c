"""What an environment may be: every rule that holds whichever way it is written."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import cast

from incidents.models import Environment
from incidents.requirements import unknown_groups
from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.references import refused_reference
from runbook.cloud.target import CredentialsKind
from runbook.commands.secret_patterns import wrong_pattern
from runbook.document.approval_policy import PolicyError, parse_policy

SHORTEST_APPROVAL, LONGEST_APPROVAL = 60, 24 * 3600

NO_KEYS = (
    "That is a key, and no key is ever kept here. Name the service account to act as, or the path"
    " of a file on the workers."
)

_PROJECT = re.compile(r"(?:[a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]+")
_HOST = re.compile(r"(?=.{1,253}(?::|$))[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
_KEY = re.compile(
    r"-----BEGIN|private_key|client_secret|refresh_token|AIza[\w-]{35}|ya29\.|GOCSPX-|eyJ[\w-]{20,}"
)
_TEXTS = ("project", "region", "endpoint", "scenario", "service_account", "credentials_file")


def faults_of(environment: Environment) -> list[str]:
    """Whole sentences about what is wrong with it."""
    if any(_KEY.search(str(getattr(environment, name))) for name in _TEXTS):
        return [NO_KEYS]
    return [
        *_where(environment),
        *_reach(environment),
        *_credentials(environment),
        *_approvals(environment),
    ]


def _where(environment: Environment) -> Iterator[str]:
    if not _PROJECT.fullmatch(environment.project):
        yield f"“{environment.project}” is not the id of a project, such as netra-staging."
    if not _REGION.fullmatch(environment.region):
        yield f"“{environment.region}” is not a region, such as us-central1."
    yield from _elsewhere(environment.endpoint)
    if environment.endpoint and environment.is_protected:
        yield "A simulated environment cannot be protected."


def _reach(environment: Environment) -> Iterator[str]:
    for host in environment.allowed_hosts:
        if not _HOST.fullmatch(host):
            yield f"“{host}” is not a host, such as app.example.com or app.example.com:8443."
    for network in environment.allowed_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            yield f"{network} is not a network: {error}."
    if environment.routes and not environment.endpoint:
        yield "Only a simulated environment has routes. Take them away, or name a simulator."
    for base in environment.routes.values():
        yield from _elsewhere(base)
    for pattern in environment.redact:
        if sentence := wrong_pattern(pattern):
            yield f"The pattern “{pattern}” cannot be used: {sentence}"


def _credentials(environment: Environment) -> Iterator[str]:
    kind = cast("CredentialsKind", environment.credentials)
    sentence = refused_reference(kind, environment.service_account, environment.credentials_file)
    if sentence:
        yield sentence


def _approvals(environment: Environment) -> Iterator[str]:
    expires = environment.approval_expires
    if expires is not None and not SHORTEST_APPROVAL <= expires <= LONGEST_APPROVAL:
        yield "An approval holds between 1 minute and 24 hours."
    for policy in filter(None, (environment.changes_policy, environment.destroys_policy)):
        try:
            parse_policy(policy)
        except PolicyError as error:
            yield str(error)
        else:
            for name in unknown_groups(policy):
                yield f"There is no group {name} here: make it under Groups first."


def _elsewhere(address: str) -> Iterator[str]:
    try:
        check_endpoint(address)
    except ValueError as error:
        yield str(error)
