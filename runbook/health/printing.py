"""A report as lines for a terminal: the sections, marks and words that operators know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runbook.health.catalogue import areas_known
from runbook.health.dependence import in_order
from runbook.health.findings import UNCHECKED
from runbook.health.report import Area, AreaReport, Finding, Report, Status

_RULE = "=" * 70
_MARKS = {"passed": "✅", "failed": "❌", "unchecked": "❔"}
_NEXT = {
    Status.HEALTHY: ("MONITOR: Infrastructure is healthy - focus on application layer",),
    Status.DEGRADED: (),
    Status.CRITICAL: (
        "IMMEDIATE: Fix critical infrastructure failures",
        "ESCALATE: Notify infrastructure team of P0 outage",
    ),
}


def opening(title: str) -> Iterator[str]:
    yield f"🚀 Starting Complete Infrastructure Validation for {title}"
    yield _RULE


def area_lines(report: AreaReport, *, is_detailed: bool = False) -> Iterator[str]:
    """One area as soon as it is known; with every expectation when asked for."""
    yield f"🔍 Checking {report.title}..."
    yield from (f"   {line}" for line in _verdicts(report))
    if is_detailed:
        yield from _details(report.findings)


def summary(report: Report) -> Iterator[str]:
    yield from ("", _RULE, "📊 INFRASTRUCTURE VALIDATION SUMMARY", _RULE)
    yield f"Overall Status: {report.status.upper()}"
    yield f"Critical Failures: {len(report.criticals)}"
    yield f"Warnings: {len(report.warnings)}"
    if report.unchecked:
        yield f"Not Checked: {len(report.unchecked)}"
    yield from _list("❌ CRITICAL FAILURES:", [one.message for one in report.criticals])
    yield from _list("⚠️  WARNINGS:", [one.message for one in report.warnings])
    yield from _list("❔ NOT CHECKED:", _reasons(report.unchecked))
    yield from _list("📋 NEXT ACTIONS:", list(_next(report)))


def details(report: Report) -> Iterator[str]:
    """Every expectation of every area, for a report that is read afterwards."""
    for area in report.areas:
        yield from ("", f"{area.title}:")
        yield from _details(area.findings)


def fixes(report: Report) -> Iterator[str]:
    """The command lines that would mend what has one, each once, in the order to run them."""
    lines = dict.fromkeys(one.fix for one in in_order(report.findings()) if one.fix)
    yield from _list("🔧 PROPOSED CHANGES:", list(lines))


def _verdicts(report: AreaReport) -> Iterator[str]:
    words = areas_known()[report.area]
    unchecked = sum(1 for one in report.findings if one.verdict == "unchecked")
    risks = sum(1 for one in report.findings if one.has_failed and one.is_risk)
    if report.area is Area.SECRETS:
        yield from _secrets(report)
    elif report.issues:
        yield f"❌ Found {report.issues} {words.issues}"
    if risks and not report.issues:
        yield f"⚠️  Found {risks} {'risk' if risks == 1 else 'risks'}"
    if unchecked:
        yield f"❔ Could not check {unchecked} of {len(report.findings)} expectations"
    if not (report.issues or risks or unchecked):
        yield f"✅ {words.fine}"


def _secrets(report: AreaReport) -> Iterator[str]:
    """How many are valid; the missing and the wrong ones by name."""
    failed = [one for one in report.findings if one.verdict == "failed"]
    missing = [_short(one) for one in failed if _is_missing(one)]
    wrong = dict.fromkeys(_short(one) for one in failed if _short(one) not in missing)
    everything = {one.resource for one in report.findings}
    bad = {one.resource for one in report.findings if one.verdict != "passed"}
    yield f"📊 Secret validation: {len(everything) - len(bad)}/{len(everything)} valid"
    if missing:
        yield f"❌ Missing secrets: {', '.join(missing)}"
    if wrong:
        yield f"❌ Invalid secrets: {', '.join(wrong)}"


def _is_missing(one: Finding) -> bool:
    return one.expectation.endswith(".exists") and one.found != "yes"


def _details(findings: Sequence[Finding]) -> Iterator[str]:
    """By resource; a command that mends several of its fields stands below the first of them."""
    resource, told = "", ""
    for one in findings:
        if one.resource != resource:
            resource = one.resource
            yield f"   {_printable(resource)}"
        field = one.expectation.partition(f"{_short(one)}.")[2]
        said = f"{field}: {one.found or 'nothing'}"
        if one.verdict != "passed":
            said = f"{said.rstrip('.')}, expected {one.expected}"
        yield f"      {_MARKS[one.verdict]} {_printable(said)}"
        fix = "" if one.fix == told else one.fix
        for label, text in (("follows from", one.follows), ("fix", fix), ("do", one.action)):
            if text and one.verdict == "failed":
                yield f"         {label}: {_printable(text)}"
        told = one.fix or told


def _short(finding: Finding) -> str:
    """A resource as the file names it."""
    name = finding.resource
    return name if "://" in name else name.rpartition("/")[2]


def _reasons(unchecked: Sequence[Finding]) -> list[str]:
    """Each reason once, with how many resources it kept from being checked."""
    names: dict[str, dict[str, None]] = {}
    for one in unchecked:
        name, _words, reason = one.message.partition(UNCHECKED)
        names.setdefault(reason, {})[name] = None
    return [f"{_together(list(those))} not checked. {reason}" for reason, those in names.items()]


def _together(names: Sequence[str]) -> str:
    """ "Secret 'a' was", "Secret 'a' and 3 others were"."""
    if len(names) == 1:
        return f"{names[0]} was"
    others = len(names) - 1
    return f"{names[0]} and {others} {'other' if others == 1 else 'others'} were"


def _next(report: Report) -> Iterator[str]:
    yield from _NEXT[report.status]
    if report.warnings:
        yield "MEDIUM: Address configuration warnings"
    if report.unchecked:
        yield "RETRY: Check again what could not be checked, once its reason is gone"


def _list(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield from ("", title)
        yield from (f"   - {_printable(entry)}" for entry in entries)


def _printable(text: str) -> str:
    """Words of others steer no terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
