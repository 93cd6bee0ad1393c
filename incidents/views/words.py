"""Updates for audiences: drafted from facts, changed by a person, posted once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from incidents import clock
from incidents.actions import announce
from incidents.actions.declare import open_runbook
from incidents.actions.sending_words import Doubts, Sending
from incidents.forms import UpdateForm
from incidents.models import Incident
from incidents.queries.words.composer import (
    Composer,
    chosen_template,
    drafted,
    empty_composer,
    made_for,
    new_token,
    preview_of,
)
from incidents.queries.words.drafts import Draft
from incidents.queries.words.templates import templates_for
from incidents.views.answers import answer
from incidents.views.panels import read_updates, scene_of
from incidents.views.requests import PageRequest, find_incident
from incidents.views.typed import typed


@require_POST
def draft_update(request: PageRequest, number: int) -> HttpResponse:
    """The form with the draft that was chosen; changes nothing. Typed words stay."""
    incident = find_incident(request.user, number=number)
    form = UpdateForm(request.POST)
    typed(form)
    return _composer(request, incident, _drafted(incident, form))


@require_POST
def post_update(request: PageRequest, number: int) -> HttpResponse:
    incident = find_incident(request.user, number=number)
    form = UpdateForm(request.POST)
    given = typed(form)
    try:
        announce.post_update(
            actor=request.user,
            incident_id=incident.pk,
            audience=given["audience"],
            text=given["text"],
            sending=_sending(form),
        )
    except Doubts as doubts:
        if not request.htmx:
            raise
        return _composer(request, incident, _doubted(incident, form, doubts))
    if not request.htmx:
        return answer(request, incident, panel="updates")
    scene = scene_of(request, incident)
    context = read_updates(scene) | {
        "incident": incident,
        "can": scene.can,
        "composer": empty_composer(incident),
        "is_beside": True,
    }
    return render(request, "incidents/_posted.html", context)


def _composer(request: PageRequest, incident: Incident, composer: Composer) -> HttpResponse:
    context = {"incident": incident, "composer": composer}
    return render(request, "incidents/_composer.html", context)


def _drafted(incident: Incident, form: UpdateForm) -> Composer:
    given = form.cleaned_data
    composer = _as_typed(incident, form)
    template = chosen_template(incident, given["audience"], given["template"])
    if template is None:
        return replace(composer, template="", text=form.typed_words())
    document = open_runbook(incident.revision)
    found = drafted(incident, template, document, stage=given["stage"], now=clock.now())
    composer = _with_words(composer, found, form.typed_words())
    if made_for(given["audience"], template.key, given["stage"]) != given["drafted_for"]:
        composer = _with_receivers(composer, found)
    return _with_preview(incident, composer)


def _with_words(composer: Composer, found: Draft, typed_words: str) -> Composer:
    return replace(
        composer,
        template=found.template.key,
        text=typed_words or found.text,
        drafted=found.text,
        is_kept=bool(typed_words) and typed_words.strip() != found.text.strip(),
        stage=found.stage,
        public_title=composer.public_title or found.public_title,
    )


def _with_receivers(composer: Composer, found: Draft) -> Composer:
    return replace(
        composer,
        subject=found.subject,
        recipients=found.recipients,
        issue=found.issue,
        labels=found.labels,
    )


def _doubted(incident: Incident, form: UpdateForm, doubts: Doubts) -> Composer:
    composer = _as_typed(incident, form)
    composer = replace(composer, doubts=doubts.sentences, seen=doubts.seen)
    return _with_preview(incident, composer)


def _as_typed(incident: Incident, form: UpdateForm) -> Composer:
    given: dict[str, Any] = form.cleaned_data  # Any: fields differ
    return Composer(
        audience=given["audience"],
        template=given["template"],
        templates=templates_for(given["audience"], is_open=incident.is_open),
        token=str(given["token"] or new_token()),
        text=given["text"],
        drafted=given["drafted"],
        subject=given["subject"],
        recipients=form.listed("recipients"),
        stage=given["stage"],
        public_title=given["public_title"],
        issue=given["issue"],
        labels=form.listed("labels"),
        audiences=empty_composer(incident).audiences,
    )


def _with_preview(incident: Incident, composer: Composer) -> Composer:
    if composer.way != "mail":
        return composer
    return replace(composer, preview=preview_of(incident, composer.recipients))


def _sending(form: UpdateForm) -> Sending:
    given = form.cleaned_data
    return Sending(
        template=given["template"],
        subject=given["subject"],
        recipients=form.listed("recipients"),
        stage=given["stage"],
        public_title=given["public_title"],
        issue=given["issue"],
        labels=form.listed("labels"),
        token=str(given["token"]) if given["token"] else None,
        insisted=given["insisted"],
    )
