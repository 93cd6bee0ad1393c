"""The incident room."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from incidents.queries.room import Room
from incidents.queries.words.composer import empty_composer
from incidents.views.panels import (
    Context,
    read_chosen_step,
    read_components,
    read_handover,
    read_header,
    read_health,
    read_ladder,
    read_next,
    read_parameters,
    read_timeline,
    read_told,
    read_updates,
    read_work,
    scene_of,
)
from incidents.views.requests import PageRequest, find_incident, number_in

PARTS = (
    read_header,
    read_handover,
    read_next,
    read_timeline,
    read_updates,
    read_ladder,
    read_health,
    read_work,
    read_components,
    read_parameters,
    read_told,
)


@require_GET
def incident(request: PageRequest, number: int) -> HttpResponse:
    """`?step=ID` chooses a step; without it the next sensible one is open."""
    row = find_incident(request.user, number=number)
    scene = scene_of(request, row)
    context: Context = {"incident": row, "can": scene.can, "now": scene.now}
    context["composer"] = empty_composer(row)
    for read in PARTS:
        context |= read(scene)
    step_id = _chosen(request, context["room"])
    if step_id is not None:
        context |= read_chosen_step(scene, step_id)
    context["is_step_chosen"] = "step" in request.GET
    return render(request, "incidents/room.html", context)


def _chosen(request: PageRequest, room: Room) -> int | None:
    asked = request.GET.get("step", "")
    if asked.isdecimal():
        return number_in(asked) or 0
    if room.next is not None and room.next.step is not None:
        return room.next.step.pk
    lines = [line for part in room.parts for line in (*part.lines, *part.criteria)]
    return lines[0].step.pk if lines else None
