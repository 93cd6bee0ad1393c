"""A runbook, as Markdown, that would mend what a check found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from runbook.commands import shell
from runbook.health.dependence import in_order, section_of, waiting_words
from runbook.health.report import Area, Finding, Report, Status

_MEANT = re.compile(r"[`*_<>\[\]|~#\\]")
_FLAG = re.compile(r"--([a-z-]+)=(\S+)")
_SECONDS = re.compile(r"(?<=\d)s$")
_PROOFS = {
    "min-instances": "minInstances >= {}",
    "max-instances": "maxInstances >= {}",
    "ssl-mode": 'settings.ipConfiguration.sslMode == "{}"',
    "activation-policy": 'settings.activationPolicy == "{}"',
    "check-interval": "checkIntervalSec == {}",
    "timeout": "timeoutSec == {}",
    "healthy-threshold": "healthyThreshold == {}",
    "unhealthy-threshold": "unhealthyThreshold == {}",
}
"""What the resource says after a change, by its flag, where that is one field of it."""
_SEVERITY = {Status.CRITICAL: "P0", Status.DEGRADED: "P2", Status.HEALTHY: "P4"}


def severity_for(report: Report) -> str:
    return _SEVERITY[report.status]


def changes_in(report: Report) -> list[str]:
    """The command lines that would mend something and that can be run from here, each once, what
    is used before what uses it."""
    lines = dict.fromkeys(one.fix for one in in_order(report.findings()) if one.fix)
    return [line for line in lines if line.isprintable() and shell.read(line, {}).lines]


def waits_in(report: Report) -> dict[str, str]:
    """By command line: what must be mended before it is worth running, for those that wait."""
    findings = list(report.findings())
    told = {one.fix: waiting_words(one, findings) for one in findings if one.fix}
    return {line: _plain(words) for line, words in told.items() if words}


def runbook_for(report: Report, title: str) -> str:
    """One phase for each area that has failures: a step with its command for what can be mended
    by one, a task for what a person must do, and a last phase that checks again. What is used
    stands before what uses it. A step is called by what was found; what else the same command
    mends, what it waits for, and what a person does, stands below.
    Words that came from Google are text only: they make no step and no command."""
    return "\n".join(_lines(report, title)) + "\n"


def _lines(report: Report, title: str) -> Iterator[str]:
    yield from (
        "---",
        f"title: {json.dumps(_plain(title))}",
        f"severity: {severity_for(report)}",
        "---",
        "",
    )
    yield (
        f"Proposed from the check of {_plain(report.project)} at {report.at}: "
        f"{_counted(len(report.criticals), 'critical failure')}, "
        f"{_counted(len(report.warnings), 'warning')}. "
        "Each change is planned and waits for approval; what others use comes first."
    )
    yield from _phases(report)
    yield from ("", "## Check again", "", "- [ ] Check the infrastructure once more: it is healthy")
    yield from (
        "",
        "  **Validate the fix**, under Health in this incident, checks everything.",
    )


def _phases(report: Report) -> Iterator[str]:
    told = waits_in(report)
    waits = {line: told.get(line, "") for line in changes_in(report)}
    for area in sorted(report.areas, key=lambda one: list(Area).index(one.area)):
        wrong = [one for one in area.findings if one.verdict == "failed"]
        if wrong:
            yield from ("", f"## {area.title}", "")
            for _section, same in groupby(in_order(wrong), section_of):
                yield from _steps(list(same), waits)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _steps(wrong: Sequence[Finding], waits: Mapping[str, str]) -> Iterator[str]:
    """What a person does comes first. `waits` has each command line that can be run."""
    by_line: dict[str, list[Finding]] = {}
    for one in wrong:
        by_line.setdefault(one.fix if one.fix in waits else "", []).append(one)
    for one in by_line.pop("", []):
        if one.has_failed:
            yield from _step(one, _headed("What to do", _plain(one.action)))
    for line, mended in by_line.items():
        others = " ".join(_sentence(other.message) for other in mended[1:])
        yield from _step(mended[0], waits[line], _headed("The same command mends", others))
        yield from ("", "  ```bash", f"  {line}", "  ```")
        if proof := _proof(line):
            yield f"  Expect: `{proof}`"


def _step(found: Finding, *below: str) -> Iterator[str]:
    yield f"- [ ] {_plain(found.message).rstrip('.')}"
    for words in filter(None, below):
        yield from ("", f"  {words}")


def _headed(what: str, words: str) -> str:
    """`what` stands before the words of others, which then begin neither list nor expectation."""
    return f"{what}: {words}" if words else ""


def _proof(line: str) -> str:
    """An expression over the resource after the change, "" where nothing simple shows it."""
    flags = [(flag, value) for flag, value in _FLAG.findall(line) if flag in _PROOFS]
    if " run services " in line:
        return ""
    return " && ".join(_PROOFS[flag].format(_SECONDS.sub("", value)) for flag, value in flags)


def _sentence(text: str) -> str:
    plain = _plain(text)
    return plain if plain.endswith((".", "!", "?")) else f"{plain}."


def _plain(text: str) -> str:
    """One line that means nothing to Markdown."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return _MEANT.sub(" ", line)
