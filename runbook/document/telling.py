"""Whom a runbook tells and how its teams hand over: `stakeholders`, `github` and `handoffs`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence

from runbook.document.definition import GitHub, Handoff, Problem
from runbook.document.values import Wrong, read_mapping, read_name, read_text, read_texts

MOST_RECIPIENTS = 50
MOST_LABELS = 20
LONGEST_LABEL = 50
ISSUE = re.compile(r"([A-Za-z0-9-]{1,39})/([A-Za-z0-9._-]{1,100})#([1-9][0-9]{0,9})")
"""Owner, repository and number, as GitHub writes an issue: `owner/repository#12`."""


def read_stakeholders(value: object, line: int) -> tuple[str, ...]:
    """Names of the runbook or mail addresses."""
    found = tuple(word for word in read_texts(value, line) if word)
    if len(found) > MOST_RECIPIENTS:
        raise Wrong(f"these are more than {MOST_RECIPIENTS}", "A group's name stands for many")
    return found


def read_github(value: object, line: int) -> GitHub:
    given = read_mapping({"issue": value} if isinstance(value, str) else value)
    _check_keys(given, ("issue", "labels"), "GitHub's")
    issue = read_text(given.get("issue") or "", line)
    if issue and not ISSUE.fullmatch(issue):
        raise Wrong(f"`{issue[:40]}` is not an issue", "`owner/repository#12`")
    labels = tuple(label for label in read_texts(given.get("labels"), line) if label)
    if len(labels) > MOST_LABELS or any(len(label) > LONGEST_LABEL for label in labels):
        raise Wrong(f"at most {MOST_LABELS} labels of {LONGEST_LABEL} characters fit")
    return GitHub(issue=issue, labels=labels)


def read_handoffs(value: object, line: int) -> tuple[Handoff, ...]:
    if not isinstance(value, list):
        raise Wrong("this is not a list", "`- {from: development, to: infrastructure, asked: […]}`")
    return tuple(_handoff(item, line) for item in value)


def _handoff(item: object, line: int) -> Handoff:
    given = read_mapping(item)
    _check_keys(given, ("from", "to", "done", "asked", "giver", "taker"), "a handoff's")
    if not given.get("from") or not given.get("to"):
        raise Wrong("a handoff says between whom", "`{from: development, to: infrastructure}`")
    return Handoff(
        given_by=read_name(given["from"], line),
        taken_by=read_name(given["to"], line),
        done=read_texts(given.get("done"), line),
        asked=read_texts(given.get("asked"), line),
        giver=read_texts(given.get("giver"), line),
        taker=read_texts(given.get("taker"), line),
        line=line,
    )


def unknown_teams(handoffs: Sequence[Handoff], roles: Container[str]) -> Iterator[Problem]:
    """Handoffs between teams that the runbook's `roles` do not name."""
    for handoff in handoffs:
        for team in (handoff.given_by, handoff.taken_by):
            if team not in roles:
                what = f"Front matter `handoffs`: `{team}` is not one of the `roles`"
                yield Problem(handoff.line, "warning", what, "Name the team under `roles`")


def _check_keys(given: Mapping[object, object], known: tuple[str, ...], whose: str) -> None:
    unknown = [str(key) for key in given if key not in known]
    if unknown:
        listed = ", ".join(f"`{key}`" for key in known)
        raise Wrong(f"`{unknown[0][:40]}` is not {whose} key", listed)
