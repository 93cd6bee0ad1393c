"""Secrets: that they are there, can be used, and have values of the right form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.cloud_run.resource import text_at
from runbook.health.kinds import AreaWords, Asked, Fact, Field, Judged, Kind, Read, Seen, Unread
from runbook.health.report import Area, Finding
from runbook.health.secret_rules import RULES, judge
from runbook.health.settling import advised, failed, mended

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session


_EMPTY = "no version"


def _name(asked: Asked) -> str:
    return f"projects/{asked.project}/secrets/{asked.name}"


def _version(session: Session, asked: Asked) -> Seen:
    """Google answers alike for a secret that has no version and for one that is not there."""
    try:
        found = session.secrets.version(f"{_name(asked)}/versions/latest")
    except CloudError as error:
        if error.kind != "NOT_FOUND":
            raise
        session.secrets.secret(_name(asked))
        return Seen({"state": _EMPTY, "version": ""}, {"state": _EMPTY})
    number, state = text_at(found, "name").rpartition("/")[2], text_at(found, "state")
    return Seen({"state": state, "version": number}, {"state": state})


def _form(session: Session, asked: Asked) -> Seen:
    rules = {one.key: one.bounds[0].wanted for one in asked.resource.expects("format")}
    version = f"{_name(asked)}/versions/latest"
    try:
        return Seen({"format": session.secrets.judged(version, partial(judge, rules=rules))})
    except CloudError as error:
        if error.kind != "NOT_FOUND":
            raise
        return Seen({"format": dict.fromkeys(rules, Judged(is_met=False, words=f"has {_EMPTY}"))})


def _settle(
    asked: Asked, facts: Mapping[str, Fact], findings: Sequence[Finding]
) -> Sequence[Finding]:
    """Of a version that nobody may read, or that is not there, its form is not asked."""
    has_no_form = isinstance(facts.get("format"), Unread) or facts.get("state") == _EMPTY
    if "state" in failed(asked, findings) and has_no_form:
        form = asked.expectation("format.")
        findings = [one for one in findings if not one.expectation.startswith(form)]
    version = facts.get("version")
    where = f"--secret={asked.name} --project={asked.project}"
    enables = f"gcloud secrets versions enable {version} {where}"
    makes = _made(asked, "versions add")
    states = {"DISABLED": enables, _EMPTY: makes}
    fixes = {"exists": _made(asked, "create"), "state": states.get(str(facts.get("state")), "")}
    if facts.get("state") == _EMPTY:
        fixes |= {f"format.{rule}": makes for rule in RULES}
    piped = f"{asked.name} --data-file=- --project={asked.project}"
    new = f"Add a version with the right value: gcloud secrets versions add {piped}"
    advice = {
        "exists": f"Create it with its value: gcloud secrets create {piped}",
        "state": new,
        **{f"format.{rule}": new for rule in RULES},
    }
    return advised(asked, mended(asked, findings, fixes), advice)


def _made(asked: Asked, verb: str) -> str:
    """A line with a value made up, which only what may be any random text can have."""
    count = asked.resource.options.get("generate")
    if not isinstance(count, int):
        return ""
    made = f"openssl rand -hex {count} | tr -d '\\n'"
    return f"{made} | gcloud secrets {verb} {asked.name} --data-file=- --project={asked.project}"


SECRETS = Kind(
    section="secrets",
    area=Area.SECRETS,
    title="Secret",
    fields=(
        Field(
            "state",
            "text",
            f"state of its latest version: ENABLED, DISABLED, DESTROYED, or {_EMPTY}",
        ),
        Field(
            "format",
            "text",
            "the form of its value, by rule",
            says="Secret '{name}' {found}: {key} {expected}",
            keyed=True,
            entries=RULES,
        ),
    ),
    full_name=_name,
    reads=(Read(("state",), _version), Read(("format",), _form)),
    settle=_settle,
    options=("generate",),
)

AREA = AreaWords(
    Area.SECRETS,
    "Secret Manager Secrets",
    "All required secrets are valid",
    "secret issues",
    (SECRETS,),
)
