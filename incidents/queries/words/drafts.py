"""Drafts of updates: facts of an incident put into the words of a template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string

from incidents.models import Incident
from incidents.queries.ball import read_ball
from incidents.queries.words.facts import Facts, read_facts
from incidents.queries.words.templates import WordsTemplate
from incidents.redacting import redactor_for
from incidents.states import Audience, PublicStage
from runbook.document.definition import GitHub

LONGEST_SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """`issue` and `labels` are those of a GitHub issue, `subject` and `recipients` of a mail,
    `stage` and `public_title` of the status page; empty where the template is for none."""

    template: WordsTemplate
    text: str
    subject: str = ""
    recipients: tuple[str, ...] = ()
    issue: str = ""
    labels: tuple[str, ...] = ()
    stage: str = ""
    public_title: str = ""


def draft(
    incident: Incident,
    template: WordsTemplate,
    *,
    now: datetime,
    stakeholders: Sequence[str] = (),
    github: GitHub | None = None,
    stage: str = "",
) -> Draft:
    """Without secrets, and for the public without anything but components, stage and times.
    `stage` is the one to speak of; the incident's own when it is empty."""
    facts = read_facts(incident, audience=template.audience, now=now)
    chosen = stage or incident.public_stage or PublicStage.INVESTIGATING
    text = _rendered(template, facts, chosen)
    is_public = template.audience == Audience.PUBLIC
    given = github or GitHub()
    return Draft(
        template=template,
        text=text,
        subject=_subject(facts, template) if template.way == "mail" else "",
        recipients=tuple(stakeholders) if template.way == "mail" else (),
        issue=_issue(incident, given) if template.way == "github" else "",
        labels=given.labels if template.way == "github" else (),
        stage=chosen if is_public else "",
        public_title=incident.public_title if is_public else "",
    )


def handoff_words(incident: Incident, named: Sequence[str], *, now: datetime) -> str:
    """What the team that has the work did with it: what the runbook says, and the facts."""
    held = read_ball(incident, now=now).now
    since = held.since if held else incident.started_at
    facts = read_facts(incident, audience=Audience.ENGINEERING, now=now, since=since)
    return _tidy("words/handoff.txt", {"facts": facts, "named": named}, incident)


def _rendered(template: WordsTemplate, facts: Facts, stage: str) -> str:
    return _tidy(template.file, {"facts": facts, "stage": stage}, facts.incident)


def _tidy(file: str, context: Mapping[str, object], incident: Incident) -> str:
    words = render_to_string(file, dict(context))
    tidy = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", words)).strip()
    return redactor_for(incident).text(tidy)


def _subject(facts: Facts, template: WordsTemplate) -> str:
    incident = facts.incident
    end = "resolved" if template.key.startswith("resolution") else "update"
    subject = f"[{incident.severity}] {incident.name} {incident.title}: {end}"
    return redactor_for(incident).text(" ".join(subject.split()))[:LONGEST_SUBJECT]


def _issue(incident: Incident, github: GitHub) -> str:
    """The issue of the last update that went to one, else the runbook's."""
    told = incident.updates.exclude(issue="").values_list("issue", flat=True).first()
    return told or github.issue
