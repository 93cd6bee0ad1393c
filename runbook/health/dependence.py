"""What is mended before what: a resource before those that use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from runbook.health.report import Finding

IN_ORDER = (
    "networks",
    "connectors",
    "databases",
    "secrets",
    "certificates",
    "managed_certificates",
    "health_checks",
    "backend_services",
    "url_maps",
    "https_proxies",
    "services",
    "hosts",
    "endpoints",
    "websockets",
)
"""Sections of an infrastructure file: what stands first is used by what stands below."""

_USES = {
    "connectors": ("networks",),
    "https_proxies": ("certificates",),
    "services": ("connectors", "databases", "secrets"),
}
_NAMED_BY_USER = ("networks", "connectors", "certificates")
"""Those whose users name them; which service uses which secret and database, no check knows."""

_NEEDED = {
    "networks": ("exists",),
    "connectors": ("exists", "state"),
    "databases": ("exists", "state"),
    "secrets": ("exists", "state", "format"),
    "certificates": ("exists",),
}
"""The fields without which nothing can use them."""

_CALLED = {
    "networks": "network",
    "connectors": "connector",
    "databases": "database",
    "secrets": "secret",
    "certificates": "certificate",
}
_UNTIL_THEN = {"services": "Until then a new revision may not become ready."}
_WORD = re.compile(r"[A-Za-z0-9_-]+")
MOST_NAMED = 6


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """What is used before what uses it; of one section as they came."""
    return sorted(findings, key=lambda one: IN_ORDER.index(section_of(one)))


def section_of(finding: Finding) -> str:
    """Its place in the file."""
    section = finding.expectation.partition(".")[0]
    return section if section in IN_ORDER else IN_ORDER[-1]


def waiting_words(finding: Finding, findings: Sequence[Finding]) -> str:
    """A sentence that says what must hold before the finding's fix is worth running, "" where
    nothing keeps it from being run at once. `findings` are all of the check."""
    goals = [_goal(one) for one in _awaited(finding, findings)]
    if not goals:
        return ""
    more = len(goals) - MOST_NAMED
    told = [*goals[:MOST_NAMED], *([f"{more} more are mended"] if more > 0 else [])]
    *first, last = told
    together = f"{', '.join(first)} and {last}" if first else last
    why = _UNTIL_THEN.get(section_of(finding), "Until then Google may refuse it.")
    return f"Waits until {together}. {why}"


def _awaited(finding: Finding, findings: Sequence[Finding]) -> list[Finding]:
    """The first thing that is wrong with each resource that the finding's fix needs."""
    named, used = _words(finding, findings), _USES.get(section_of(finding), ())
    first: dict[str, Finding] = {}
    for one in in_order(findings):
        if one.fix != finding.fix and _cannot_be_used(one):
            is_own = one.resource == finding.resource
            is_used = section_of(one) in used and _is_named(one, named)
            if is_own or is_used:
                first.setdefault(one.resource, one)
    return list(first.values())


def _words(finding: Finding, findings: Sequence[Finding]) -> set[str]:
    """Names that the fix has in it, and those that its resource is expected to use already."""
    own = [one.expected for one in findings if one.resource == finding.resource]
    return {word for text in (finding.fix, *own) for word in _WORD.findall(text)}


def _is_named(used: Finding, words: set[str]) -> bool:
    return section_of(used) not in _NAMED_BY_USER or _name(used) in words


def _cannot_be_used(one: Finding) -> bool:
    is_wrong = one.has_failed and not one.is_risk
    is_unwanted = _field(one) == "exists" and one.found == "yes"
    return is_wrong and not is_unwanted and _field(one) in _NEEDED.get(section_of(one), ())


def _goal(one: Finding) -> str:
    goals = {"exists": "is there", "state": f"is {one.expected}"}
    goal = goals.get(_field(one), "has a value of the right form")
    return f"the {_CALLED[section_of(one)]} {_name(one)} {goal}"


def _name(one: Finding) -> str:
    return one.resource.rpartition("/")[2]


def _field(one: Finding) -> str:
    """ "format" of "secrets.redis-url.format.scheme"."""
    rest = one.expectation.removeprefix(f"{section_of(one)}.{_name(one)}.")
    return rest.partition(".")[0]
