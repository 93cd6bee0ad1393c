"""Since when and until when a component was not operational, and what the page lists."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import announce, catalogue, declare, resolve
from incidents.actions.spells import catch_up
from incidents.models import AdministrationEntry, ComponentSpell, Incident, ServiceComponent
from incidents.refusal import Refused
from tests import factories
from tests.incidents.conftest import SetClock

pytestmark = pytest.mark.django_db

SOURCE = b"""---
components:
  - {name: Frontend, function: What people see, priority: first}
  - {name: Auth}
---
# Down
"""


def open_incident(commander: User, *, is_drill: bool = False) -> Incident:
    return declare.declare(
        actor=commander,
        revision=factories.make_revision(SOURCE),
        environment=factories.make_environment(),
        severity="P1",
        title="Down",
        parameters={},
        is_drill=is_drill,
    )


def spells() -> list[tuple[str, str, datetime, datetime | None]]:
    rows = ComponentSpell.objects.order_by("began_at", "component__name")
    return [(one.component.name, one.state, one.began_at, one.ended_at) for one in rows]


def set_state(commander: User, incident: Incident, name: str, state: str) -> None:
    component = incident.components.get(name=name)
    announce.set_component(actor=commander, component_id=component.pk, state=state)


def test_history_follows_declare_changes_and_resolve(set_clock: SetClock, commander: User) -> None:
    incident, begun = open_incident(commander), clock.now()
    set_clock.advance(600)
    set_state(commander, incident, "Frontend", "degraded")
    set_state(commander, incident, "Auth", "operational")
    changed = clock.now()
    set_clock.advance(600)
    resolve.resolve(actor=commander, incident_id=incident.pk, words="Back.")

    assert spells() == [
        ("Auth", "offline", begun, changed),
        ("Frontend", "offline", begun, changed),
        ("Frontend", "degraded", changed, clock.now()),
    ]


def test_same_state_again_is_no_new_spell(set_clock: SetClock, commander: User) -> None:
    incident = open_incident(commander)
    before = spells()
    set_clock.advance(60)
    set_state(commander, incident, "Frontend", "offline")

    assert spells() == before


def test_drills_list_nothing_and_leave_no_history(commander: User) -> None:
    drill = open_incident(commander, is_drill=True)
    set_state(commander, drill, "Frontend", "degraded")
    resolve.resolve(actor=commander, incident_id=drill.pk, words="Over.")

    assert (spells(), ServiceComponent.objects.count()) == ([], 0)


def test_what_administrators_wrote_stands(commander: User) -> None:
    open_incident(commander)
    ServiceComponent.objects.filter(name="Frontend").update(function="The shop", is_public=False)
    open_incident(commander)

    rows = list(ServiceComponent.objects.values_list("name", "function", "is_public", "position"))
    assert rows == [("Frontend", "The shop", False, 1), ("Auth", "", True, 2)]


def test_incidents_of_before_catch_up_once(set_clock: SetClock, commander: User) -> None:
    incident = open_incident(commander)
    ServiceComponent.objects.all().delete()
    set_state(commander, incident, "Auth", "operational")
    set_clock.advance(600)

    assert [catch_up(), catch_up()] == [1, 0]
    assert spells() == [("Frontend", "offline", incident.started_at, None)]
    assert ServiceComponent.objects.count() == 2


@pytest.fixture
def chief(commander: User) -> User:
    commander.is_superuser = True
    commander.save()
    return commander


def test_components_are_listed_changed_moved_and_removed(chief: User) -> None:
    words = {"function": "", "priority": "", "is_public": True}
    first, second = (
        catalogue.add_component(actor=chief, name=name, **words) for name in ("A", "B")
    )
    catalogue.move_component(actor=chief, component_id=second.pk, up=True)
    catalogue.move_component(actor=chief, component_id=second.pk, up=True)
    catalogue.change_component(
        actor=chief, component_id=first.pk, name="C", function="x", priority="", is_public=False
    )
    assert list(ServiceComponent.objects.values_list("name", flat=True)) == ["B", "C"]

    catalogue.remove_component(actor=chief, component_id=second.pk)
    assert list(ServiceComponent.objects.values_list("name", flat=True)) == ["C"]
    kinds = AdministrationEntry.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == [
        f"component.{what}" for what in ("listed", "listed", "moved", "changed", "removed")
    ]


def test_only_superusers_edit_and_names_are_free(commander: User, engineer: User) -> None:
    words = {"function": "", "priority": "", "is_public": True}
    with pytest.raises(Refused) as refused:
        catalogue.add_component(actor=engineer, name="A", **words)
    assert refused.value.status == 403

    User.objects.filter(pk=commander.pk).update(is_superuser=True)
    catalogue.add_component(actor=commander, name="A", **words)
    with pytest.raises(Refused, match="A already"):
        catalogue.add_component(actor=commander, name="A", **words)
