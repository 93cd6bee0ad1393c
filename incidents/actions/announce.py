"""Words for an audience, and how the components that leadership knows are doing."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions.moves import hold
from incidents.actions.spells import note_component
from incidents.actions.update_clocks import restart_update_timer
from incidents.models import Component, Incident, Update
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import Audience, ComponentState

LONGEST = 5000


def post_update(*, actor: User, incident_id: int, audience: str, text: str) -> Update:
    """Tell an audience; the clock for its next update starts again."""
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
    with transaction.atomic():
        hold(pk=incident_id)
        incident = _incident(actor=actor, incident_id=incident_id, what="post updates")
        words = redactor_for(incident).text(words)
        update = Update.objects.create(
            incident=incident, audience=audience, text=words, author=actor, at=clock.now()
        )
        restart_update_timer(incident=incident, audience=audience)
        timeline.record(
            incident_id=incident.pk,
            actor=actor,
            kind="update.posted",
            text=f"told {audience}: {words}",
            panels=["updates", "header", "incidents"],
            data={"audience": audience},
        )
    return update


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
