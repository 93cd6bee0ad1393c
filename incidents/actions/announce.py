"""Words for an audience, and how the components that leadership knows are doing."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions.announce_ways import carry
from incidents.actions.moves import hold
from incidents.actions.sending_words import Sending, check
from incidents.actions.spells import note_component
from incidents.actions.update_clocks import restart_update_timer
from incidents.models import Component, Incident, Update
from incidents.queries.proof.record_words import of_update
from incidents.queries.proof.seals import seals_of
from incidents.queries.words.templates import RESOLUTION
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import Audience, ComponentState

LONGEST = 10_000
PLAIN = Sending()


def post_update(
    *,
    actor: User,
    incident_id: int,
    audience: str,
    text: str,
    sending: Sending = PLAIN,
) -> Update:
    """Tell an audience; the clock for its next update starts again. Sent once for each
    `sending.token`: the second time the first update is the answer. Raises `Doubts` where a person
    should look again first."""
    words = _checked(audience, text)
    with transaction.atomic():
        hold(pk=incident_id)
        incident = _telling(actor, incident_id, sending)
        told = _told_before(incident, sending)
        if told is not None:
            return told
        receivers = check(incident, audience, words, sending)
        update = _stored(incident, actor, audience, words, sending)
        if incident.is_open:
            restart_update_timer(incident=incident, audience=audience)
        timeline.record(
            incident_id=incident.pk,
            actor=actor,
            kind="update.posted",
            text=f"told {audience}: {update.text}",
            panels=["updates", "header", "incidents"],
            data=_facts(update),
            seals=seals_of(of_update(update)),
        )
        carry(update, sending, receivers)
    return update


def _checked(audience: str, text: str) -> str:
    words = text.strip()
    if not words:
        raise Refused(
            "An update needs words: what changed, what is next, when you speak again.", status=422
        )
    if len(words) > LONGEST:
        raise Refused(
            f"An update may have {LONGEST} characters; this one has {len(words)}.", status=422
        )
    if audience not in Audience.values:
        raise Refused(f"“{audience}” is not an audience.", status=422)
    return words


def _told_before(incident: Incident, sending: Sending) -> Update | None:
    if not sending.token:
        return None
    told = Update.objects.filter(token=sending.token).first()
    if told is not None and told.incident_id != incident.pk:
        raise Refused("This form has been sent already. Load the page again.")
    return told


def _stored(incident: Incident, actor: User, audience: str, words: str, sending: Sending) -> Update:
    redact = redactor_for(incident).text
    is_mail, is_issue = sending.way == "mail", sending.way == "github"
    stage = sending.stage or incident.public_stage
    return Update.objects.create(
        incident=incident,
        audience=audience,
        text=redact(words),
        author=actor,
        at=clock.now(),
        template=sending.template,
        subject=redact(" ".join(sending.subject.split())) if is_mail else "",
        recipients=[one.strip() for one in sending.recipients if one.strip()] if is_mail else [],
        stage=stage if audience == Audience.PUBLIC else "",
        token=sending.token,
        issue=sending.issue if is_issue else "",
        labels=list(sending.labels) if is_issue else [],
    )


def _facts(update: Update) -> dict[str, object]:
    """For the ledger: mail addresses are nobody's there, so they are only counted."""
    names = [word for word in update.recipients if "@" not in word]
    facts = {
        "audience": update.audience,
        "template": update.template,
        "subject": update.subject,
        "to": names,
        "addresses": len(update.recipients) - len(names),
        "stage": update.stage,
        "issue": update.issue,
        "labels": update.labels,
    }
    return {name: value for name, value in facts.items() if value}


def _telling(actor: User, incident_id: int, sending: Sending) -> Incident:
    """Once it is closed, only the notice of its end is left to be told."""
    incident = Incident.objects.select_related("environment").filter(pk=incident_id).first()
    if incident is None:
        raise Refused("That incident does not exist.", status=404)
    can = permissions.abilities(person=actor, incident=incident)
    permissions.require(
        allowed=can.can_announce or (can.can_tell_the_end and sending.template == RESOLUTION),
        incident=incident,
        what="post updates",
        needed="commander",
    )
    return incident


def set_component(*, actor: User, component_id: int, state: str) -> Component:
    """Say how a component is; leadership sees it at once."""
    if state not in ComponentState.values:
        raise Refused(f"“{state}” is not a state of a component.", status=422)
    with transaction.atomic():
        hold(components=component_id)
        component = Component.objects.filter(pk=component_id).first()
        if component is None:
            raise Refused("That component does not exist.", status=404)
        incident = _incident(
            actor=actor, incident_id=component.incident_id, what="change components"
        )
        moved = Component.objects.filter(pk=component_id).exclude(state=state).update(state=state)
        if moved:
            timeline.record(
                incident_id=component.incident_id,
                actor=actor,
                kind="component.changed",
                text=f"{component.name} is {state}, was {component.state}",
                panels=["components", "header", "incidents"],
                data={"component": component.name, "before": component.state, "after": state},
            )
            component.state = state
            note_component(incident, component)
    component.refresh_from_db()
    return component


def _incident(*, actor: User, incident_id: int, what: str) -> Incident:
    incident = Incident.objects.select_related("environment").filter(pk=incident_id).first()
    if incident is None:
        raise Refused("That incident does not exist.", status=404)
    permissions.require(
        allowed=permissions.abilities(person=actor, incident=incident).can_announce,
        incident=incident,
        what=what,
        needed="commander",
    )
    return incident
