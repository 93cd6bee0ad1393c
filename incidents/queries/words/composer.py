"""The form in which an update is written: what is chosen, drafted, kept and doubted."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from incidents.models import Incident
from incidents.queries.receivers import who_is
from incidents.queries.words.drafts import Draft, draft
from incidents.queries.words.templates import (
    Way,
    WordsTemplate,
    find_template,
    templates_for,
)
from incidents.states import Audience, PublicStage
from runbook.document.definition import GitHub, Runbook

MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom the recipients of a mail mean: people and groups by name, words that mean nobody."""

    names: tuple[str, ...]
    addresses: int
    unknown: tuple[str, ...]
    has_mail_server: bool

    @property
    def more(self) -> int:
        return max(len(self.names) - MOST_NAMES, 0)

    @property
    def first(self) -> tuple[str, ...]:
        return self.names[:MOST_NAMES]


@dataclass(frozen=True, slots=True)
class Composer:
    """`text` is what the person sees and may change, `drafted` the draft as it was made.
    `is_kept`: there is another draft, but the person's own words stay until they say so. `doubts`
    are sentences to look at before it is sent again as `seen`."""

    audience: str
    template: str
    templates: tuple[WordsTemplate, ...]
    token: str
    text: str = ""
    drafted: str = ""
    subject: str = ""
    recipients: tuple[str, ...] = ()
    stage: str = ""
    public_title: str = ""
    issue: str = ""
    labels: tuple[str, ...] = ()
    is_kept: bool = False
    doubts: tuple[str, ...] = ()
    seen: str = ""
    preview: Preview | None = None
    audiences: tuple[tuple[str, str], ...] = tuple(Audience.choices)
    stages: tuple[str, ...] = tuple(PublicStage.values)

    @property
    def way(self) -> Way:
        found = find_template(self.template)
        return found.way if found else "page"

    @property
    def made_for(self) -> str:
        return made_for(self.audience, self.template, self.stage)

    @property
    def has_github_token(self) -> bool:
        return bool(settings.GITHUB_TOKEN)


def made_for(audience: str, template: str, stage: str) -> str:
    return f"{audience}/{template}/{stage}"


def empty_composer(incident: Incident) -> Composer:
    """For leadership, without a draft; once it is closed there is only the notice of its end."""
    audience = Audience.LEADERSHIP
    only = None if incident.is_open else ((audience.value, str(audience.label)),)
    return Composer(
        audience=audience,
        template="",
        templates=templates_for(audience, is_open=incident.is_open),
        token=new_token(),
        audiences=only or tuple(Audience.choices),
    )


def new_token() -> str:
    return str(uuid.uuid4())


def chosen_template(incident: Incident, audience: str, asked: str) -> WordsTemplate | None:
    """The one asked for; the audience's first where it belongs to another; None for none."""
    own = templates_for(audience, is_open=incident.is_open)
    found = next((template for template in own if template.key == asked), None)
    return found or (own[0] if asked and own else None)


def drafted(
    incident: Incident,
    template: WordsTemplate,
    document: Runbook,
    *,
    stage: str,
    now: datetime,
) -> Draft:
    github = document.github
    return draft(
        incident,
        template,
        now=now,
        stage=stage,
        stakeholders=document.stakeholders,
        github=GitHub(github.issue, github.labels),
    )


def preview_of(incident: Incident, recipients: Sequence[str]) -> Preview:
    words = [word for word in recipients if "@" not in word]
    named = who_is(words, incident)
    people = [person.get_full_name() or person.get_username() for person in named.people]
    return Preview(
        names=(*people, *(channel.name for channel in named.channels)),
        addresses=len(recipients) - len(words),
        unknown=named.unknown,
        has_mail_server=bool(settings.MAIL_URL),
    )
