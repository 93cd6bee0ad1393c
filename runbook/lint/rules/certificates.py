"""Certificates of load balancers that promise more than Google gives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import gcloud_commands

_WILDCARD = Rule(
    "certificate-wildcard", "warning", "a wildcard, which managed compute certificates cannot have"
)
RULES = (_WILDCARD,)

_DOMAIN = re.compile(r"(?<![\w.*])\*\.(?:[a-z0-9-]+\.)+[a-z]{2,}")
_ABOUT = re.compile(r"\b(?:ssl|tls|certificates?)\b", re.IGNORECASE)


def findings(document: Document) -> Iterator[Finding]:
    commands = gcloud_commands(document)
    if any(command.begins("compute ssl-certificates") for command in commands):
        yield from _wildcards(document)


def _wildcards(document: Document) -> Iterator[Finding]:
    for number, line in enumerate(document.lines, 1):
        domain = _DOMAIN.search(line)
        about = f"{line} {document.heading_above(number)}"
        if domain and _ABOUT.search(about) and "certificate-manager" not in line:
            message = (
                f"Managed certificates of Compute Engine have no wildcards such as {domain[0]}: "
                "name each host, or use Certificate Manager."
            )
            instead = (
                f'gcloud certificate-manager certificates create NAME --domains="{domain[0]}" '
                "--dns-authorizations=AUTHORIZATION --project=PROJECT"
            )
            yield found(_WILDCARD, number, message, instead)
