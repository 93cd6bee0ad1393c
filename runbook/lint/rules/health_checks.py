"""Health checks and time-outs of load balancers, in commands and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbook.document import durations
from runbook.document.blocks import Element
from runbook.lint.document import Document
from runbook.lint.finding import Finding, Rule, found
from runbook.lint.gcloud_words import GcloudWords, gcloud_commands

_TIMEOUT = Rule(
    "timeout-above-interval", "warning", "a health check that waits longer than its interval"
)
_SERVERLESS = Rule(
    "serverless-backend", "warning", "a time-out or health check for a Cloud Run back end"
)
RULES = (_TIMEOUT, _SERVERLESS)

_SAID = re.compile(
    r"\b(?P<name>time-?out|(?:check[ _-]?)?interval)(?:[_-]?sec(?:onds)?)?\b[`*\s]*[:=|]?[*\s]*"
    r"(?P<value>\d+)\s*(?P<unit>s\b|sec\w*|m\b|min\w*|h\b)?",
    re.IGNORECASE,
)
_HEALTH = re.compile(r"health[ _-]?check", re.IGNORECASE)
_TOLD = re.compile(r"\bserverless\b|\bnot on Cloud Run\b", re.IGNORECASE)
_CALLED = re.compile(r"\bservice\s+['\"`]([a-z][a-z0-9-]+)['\"`]", re.IGNORECASE)
_KIND_WORDS = frozenset({"service", "backend-service", "health", "check", "svc"})


def findings(document: Document) -> Iterator[Finding]:
    commands = list(gcloud_commands(document))
    for command in commands:
        if command.begins("compute health-checks"):
            yield from _in_flags(command)
    for element in document.elements:
        yield from _in_words(element, document)
    services = _cloud_run_services(commands, document)
    for command in commands:
        yield from _serverless(command, services, document)


def _in_flags(command: GcloudWords) -> Iterator[Finding]:
    timeout = _seconds(command.flags.get("timeout", ""))
    interval = _seconds(command.flags.get("check-interval", ""))
    if timeout is not None and interval is not None and timeout > interval:
        yield _too_long(command.line, timeout, interval)


def _seconds(text: str) -> int | None:
    """gcloud takes a bare number for seconds."""
    return durations.seconds(f"{text}s" if text.isdecimal() else text)


def _too_long(line: int, timeout: int, interval: int) -> Finding:
    message = (
        f"Google refuses a time-out of {timeout} s with an interval of {interval} s: a check may "
        "not wait longer than until the next one."
    )
    return found(_TIMEOUT, line, message, f"--timeout={interval}s --check-interval={interval}s")


def _in_words(element: Element, document: Document) -> Iterator[Finding]:
    """A list or table about a health check that gives both, or a fence that shows settings."""
    if element.kind not in ("list", "table", "fence") or "gcloud" in element.text:
        return
    first = element.span.first
    lines = list(document.numbered(element))
    before = document.lines[max(0, first - 4) : first - 1]
    context = [document.heading_above(first), *before, *(line for _number, line in lines)]
    if not _HEALTH.search("\n".join(context)):
        return
    said: dict[str, tuple[int, int]] = {}
    for number, line in lines:
        for match in _SAID.finditer(line):
            name = "interval" if "interval" in match["name"].lower() else "timeout"
            unit = (match["unit"] or "s")[0].lower()
            seconds = durations.seconds(match["value"][:9] + unit)
            said.setdefault(name, (number, seconds or 0))
    if len(said) == 2 and said["timeout"][1] > said["interval"][1] > 0:
        yield _too_long(said["timeout"][0], said["timeout"][1], said["interval"][1])


def _cloud_run_services(commands: list[GcloudWords], document: Document) -> list[set[str]]:
    """The words of each name that the document gives to a Cloud Run service."""
    names = {c.path[3] for c in commands if c.begins("run services") and len(c.path) > 3}
    if any("Cloud Run" in line for line in document.lines):
        names |= {name for line in document.lines for name in _CALLED.findall(line)}
    return [set(name.split("-")) for name in sorted(names) if "$" not in name]


def _serverless(
    command: GcloudWords, services: list[set[str]], document: Document
) -> Iterator[Finding]:
    """Names are all there is to go by: `staging-auth-service` for the service `auth-staging`."""
    is_timeout = command.begins("compute backend-services update") and "timeout" in command.flags
    is_check = command.begins("compute health-checks update")
    if not (is_timeout or is_check) or _TOLD.search(document.words_around(command.line)):
        return
    words = set(command.path[-1].split("-")) - _KIND_WORDS
    if len(words) > 1 and any(words <= service for service in services):
        what = "a time-out" if is_timeout else "a health check"
        message = (
            f"If {command.path[-1]} belongs to a Cloud Run service, Google refuses {what}: for a "
            "serverless back end Cloud Run itself has the time-out and the health checks."
        )
        yield found(_SERVERLESS, command.line, message, _for_run(command) if is_timeout else "")


def _for_run(command: GcloudWords) -> str:
    timeout, project = command.flags["timeout"], command.flags.get("project") or "PROJECT"
    place = f"--region=REGION --project={project}"
    return f"gcloud run services update SERVICE --timeout={timeout} {place}"
