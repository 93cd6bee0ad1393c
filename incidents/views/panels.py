"""Panels of the incident room: each is one fragment that a page, an action's answer and a live
update draw from the same template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from incidents import clock, permissions
from incidents.actions import hand_over
from incidents.actions.declare import open_runbook
from incidents.models import Incident
from incidents.permissions import Abilities
from incidents.queries import ladder_rows, parameters, timeline
from incidents.queries.approval_queue import read_card
from incidents.queries.deliveries import read_deliveries
from incidents.queries.handoffs import read_handoffs
from incidents.queries.handover import read_command
from incidents.queries.health import silence_of_the_clock
from incidents.queries.incident_health import read_incident_health
from incidents.queries.overview import overview, with_overview
from incidents.queries.report.due import report_due
from incidents.queries.reread import newest_revision
from incidents.queries.room import read_room
from incidents.queries.step import read_step
from incidents.queries.words.posted import read_posted
from incidents.states import ComponentState, Severity
from incidents.views.requests import PageRequest, find_incident, number_in
from incidents.windows import why_closed

Context = dict[str, Any]  # Any: what templates read


@dataclass(frozen=True, slots=True)
class Scene:
    """Who looks at which incident, when, and what they may do there."""

    incident: Incident
    person: User
    can: Abilities
    now: datetime
    timeline: str = ""


def scene_of(request: PageRequest, incident: Incident) -> Scene:
    return Scene(
        incident=incident,
        person=request.user,
        can=permissions.abilities(person=request.user, incident=incident),
        now=clock.now(),
        timeline=request.GET.get("timeline", ""),
    )


@require_GET
def panel(request: PageRequest, number: int, name: str) -> HttpResponse:
    return render_panel(request, find_incident(request.user, number=number), name)


def render_panel(request: PageRequest, incident: Incident, name: str) -> HttpResponse:
    """`name` is a panel's, "header", or with a row's id, "step-12". 404 when there is none."""
    kind, _, key = name.partition("-")
    found = PANELS.get(kind)
    number = number_in(key) if key else 0
    if found is None or number is None:
        raise Http404("No such panel.")
    template, read = found
    scene = scene_of(request, incident)
    context = {"incident": incident, "can": scene.can, "now": scene.now}
    return render(request, template, context | read(scene, number))


def read_header(scene: Scene, _key: int = 0) -> Context:
    row = with_overview(Incident.objects.filter(pk=scene.incident.pk)).get()
    closed = why_closed(row.environment, scene.now) if row.is_open else ""
    return {
        "overview": overview(row, now=scene.now),
        "closed": closed,
        "report_due": None if row.is_open else report_due(row, now=scene.now),
        "severities": Severity.choices,
        "silence": silence_of_the_clock(now=scene.now) if row.is_open else "",
    }


def read_phase(scene: Scene, key: int) -> Context:
    room = read_room(scene.incident)
    part = room.part(key)
    if part is None:
        raise Http404("No such phase.")
    closed = why_closed(scene.incident.environment, scene.now)
    return {"part": part, "room": room, "closed": closed}


def read_outline(scene: Scene, _key: int = 0) -> Context:
    """All phases: after another revision of the runbook there may be more of them, or fewer."""
    closed = why_closed(scene.incident.environment, scene.now)
    return {"room": read_room(scene.incident), "closed": closed}


def read_next(scene: Scene, _key: int = 0) -> Context:
    return {"room": read_room(scene.incident)}


def read_chosen_step(scene: Scene, key: int) -> Context:
    view = read_step(
        incident=scene.incident,
        step_id=key,
        person=scene.person,
        now=scene.now,
        visible=permissions.visible_incidents(scene.person),
    )
    if view is None:
        raise Http404("No such step.")
    return {"view": view, "closed": why_closed(scene.incident.environment, scene.now)}


def read_timeline(scene: Scene, _key: int = 0) -> Context:
    return {"timeline": timeline.read_timeline(scene.incident, view=scene.timeline)}


def read_updates(scene: Scene, _key: int = 0) -> Context:
    row = with_overview(Incident.objects.filter(pk=scene.incident.pk)).get()
    return {
        "posted": read_posted(scene.incident),
        "overview": overview(row, now=scene.now),
    }


def read_handover(scene: Scene, _key: int = 0) -> Context:
    environment = scene.incident.environment
    command = read_command(
        scene.incident,
        person=scene.person,
        may_command=permissions.who_holds(environment, permissions.COMMANDING),
        may_take_over=hand_over.may_take_over(person=scene.person, incident=scene.incident),
    )
    return {"command": command}


def read_told(scene: Scene, _key: int = 0) -> Context:
    """Who works here tries again, also in a closed incident: of its end is still to be told."""
    held = permissions.roles_in(person=scene.person, environment=scene.incident.environment)
    may_retry = bool(held & permissions.WORKING)
    return {"told": read_deliveries(scene.incident), "may_retry": may_retry}


def read_work(scene: Scene, _key: int = 0) -> Context:
    """Which team has the work. People to choose from are for those who may choose."""
    found = read_handoffs(scene.incident, person=scene.person, now=scene.now)
    may_name = found.offer is not None and scene.can.can_command
    environment = scene.incident.environment
    people = permissions.who_holds(environment, permissions.WORKING) if may_name else None
    return {
        "handoffs": found,
        "handoff_people": people.order_by("username") if people is not None else (),
    }


def read_ladder(scene: Scene, _key: int = 0) -> Context:
    return {"ladder": ladder_rows.read_ladder(scene.incident, now=scene.now)}


def read_health(scene: Scene, _key: int = 0) -> Context:
    return {"health": read_incident_health(scene.incident)}


def read_components(scene: Scene, _key: int = 0) -> Context:
    return {"components": list(scene.incident.components.all()), "states": ComponentState}


def read_parameters(scene: Scene, _key: int = 0) -> Context:
    document = open_runbook(scene.incident.revision)
    return {
        "parameters": parameters.read_parameters(scene.incident, document.parameters),
        "newer": newest_revision(scene.incident) if scene.incident.is_open else None,
    }


def read_approval(scene: Scene, key: int) -> Context:
    card = read_card(
        permissions.visible_incidents(scene.person),
        approval_id=key,
        person=scene.person,
        now=scene.now,
    )
    if card is None:
        raise Http404("No such approval.")
    return {"card": card}


PANELS: dict[str, tuple[str, Callable[[Scene, int], Context]]] = {
    "header": ("incidents/_header.html", read_header),
    "phase": ("incidents/_phase.html", read_phase),
    "outline": ("incidents/_outline.html", read_outline),
    "next": ("incidents/_next.html", read_next),
    "step": ("incidents/_step.html", read_chosen_step),
    "timeline": ("incidents/_timeline.html", read_timeline),
    "updates": ("incidents/_updates.html", read_updates),
    "handover": ("incidents/_handover.html", read_handover),
    "handoffs": ("incidents/_handoffs.html", read_work),
    "offer": ("incidents/_handoff_offer.html", read_work),
    "people": ("incidents/_people.html", read_handover),
    "deliveries": ("incidents/_deliveries.html", read_told),
    "undelivered": ("incidents/_not_reached.html", read_told),
    "ladder": ("incidents/_ladder.html", read_ladder),
    "health": ("incidents/_health.html", read_health),
    "firing": ("incidents/_firing.html", read_health),
    "components": ("incidents/_components.html", read_components),
    "parameters": ("incidents/_parameters.html", read_parameters),
    "approval": ("approvals/_queued.html", read_approval),
}
