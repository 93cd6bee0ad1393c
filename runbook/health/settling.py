"""Which findings of one resource follow from others, and what would mend them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from runbook.health.kinds import Asked
from runbook.health.report import Finding


def failed(asked: Asked, findings: Sequence[Finding]) -> dict[str, Finding]:
    """By the field that does not hold ("state", "flags.max_connections")."""
    prefix = asked.expectation("")
    return {one.expectation.removeprefix(prefix): one for one in findings if one.has_failed}


def following(
    asked: Asked,
    findings: Sequence[Finding],
    cause: str,
    fields: Sequence[str],
    *,
    as_risk: bool = False,
) -> list[Finding]:
    """The findings, those of `fields` as what follows where `cause` has failed. With `as_risk` they
    are no issues of their area either."""
    found = failed(asked, findings).get(cause)
    if found is None:
        return list(findings)
    names = {asked.expectation(field) for field in fields}
    return [
        replace(one, follows=found.message, is_risk=one.is_risk or as_risk)
        if one.has_failed and one.expectation in names
        else one
        for one in findings
    ]


def mended(asked: Asked, findings: Sequence[Finding], fixes: Mapping[str, str]) -> list[Finding]:
    """The findings, each that failed with the command line that would mend its field."""
    by_name = {asked.expectation(field): fix for field, fix in fixes.items() if fix}
    return [
        replace(one, fix=by_name[one.expectation])
        if one.verdict == "failed" and one.expectation in by_name
        else one
        for one in findings
    ]


def advised(asked: Asked, findings: Sequence[Finding], actions: Mapping[str, str]) -> list[Finding]:
    """The findings, each that failed with what a person does then, unless the file says that."""
    by_name = {asked.expectation(field): action for field, action in actions.items()}
    return [
        replace(one, action=by_name[one.expectation])
        if one.has_failed and not one.action and one.expectation in by_name
        else one
        for one in findings
    ]
