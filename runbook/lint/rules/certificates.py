"""Certificates of load balancers: wildcards, and proxies that switch too early."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import GcloudWords, gcloud_commands

_WILDCARD = Rule(
    "certificate-wildcard", "warning", "a wildcard that managed compute certificates cannot have"
)
_NOT_ACTIVE = Rule(
    "certificate-not-active", "warning", "a proxy that switches to a certificate alone"
)
RULES = (_WILDCARD, _NOT_ACTIVE)

_CREATE = "compute ssl-certificates create"
_PROXY = "compute target-https-proxies update"
_DOMAIN = re.compile(r"(?<![\w.*])\*\.(?:[a-z0-9-]+\.)+[a-z]{2,}")
_ABOUT = re.compile(r"\b(?:ssl|tls|certificates?)\b", re.IGNORECASE)
_TOLD = re.compile(r"\bACTIVE\b|\bold one\b|\bbeside\b")


def findings(document: Document) -> Iterator[Finding]:
    commands = list(gcloud_commands(document))
    for command in commands:
        if command.begins(_PROXY):
            yield from _not_active(command, document)
    if any(command.begins("compute ssl-certificates") for command in commands):
        yield from _wildcards(document)


def _not_active(command: GcloudWords, document: Document) -> Iterator[Finding]:
    names = [name for name in command.flags.get("ssl-certificates", "").split(",") if name]
    if len(names) == 1 and not _TOLD.search(document.words_around(command.line)):
        message = (
            f"This replaces the list of certificates with {names[0]} alone, which is PROVISIONING "
            "until its names point at the load balancer: wait for ACTIVE, or keep the old one."
        )
        yield found(_NOT_ACTIVE, command.line, message, f"--ssl-certificates={names[0]},OLD")


def _wildcards(document: Document) -> Iterator[Finding]:
    for number, line in enumerate(document.lines, 1):
        domain = _DOMAIN.search(line)
        about = f"{line} {document.heading_above(number)}"
        if domain and _ABOUT.search(about) and "certificate-manager" not in line:
            message = (
                f"Managed certificates of Compute Engine have no wildcards such as {domain[0]}: "
                "name each host, or use Certificate Manager."
            )
            instead = "gcloud certificate-manager certificates create"
            yield found(_WILDCARD, number, message, instead)
