"""The timeline's end says how it is proven, and everything of it can be seen when asked for."""

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from incidents import source, timeline
from incidents.actions.moves import hold
from incidents.models import Incident
from incidents.queries.timeline import read_timeline
from tests.incidents.conftest import Tamper
from tests.incidents.views.conftest import SignIn


def record(incident: Incident, actor: User, text: str, **data: object) -> None:
    with source.acting_from("page, private network"), transaction.atomic():
        hold(pk=incident.pk)
        timeline.record(
            incident_id=incident.pk,
            actor=actor,
            kind="component.changed",
            text=text,
            panels=[],
            data=data,
        )
    incident.refresh_from_db()


def page(incident: Incident, view: str = "") -> str:
    address = reverse("panel", kwargs={"number": incident.number, "name": "timeline"})
    return f"{address}?timeline={view}" if view else address


def test_end_of_the_timeline_says_count_and_head_and_offers_the_export(
    busy_incident: Incident, commander: User, sign_in: SignIn
) -> None:
    record(busy_incident, commander, "first")
    record(busy_incident, commander, "second")
    shown = sign_in(commander).get(page(busy_incident)).content.decode()
    head = busy_incident.timeline_head
    assert "Proof of 2 entries" in shown
    assert f'{head}">{head[:12]}</code>' in shown
    assert reverse("export", kwargs={"number": busy_incident.number}) in shown
    assert f"entry 2, from page, private network, digest {head[:12]}" in shown
    assert "entry-proof" not in shown


def test_proof_shows_source_digests_and_what_changed(
    busy_incident: Incident, commander: User, sign_in: SignIn
) -> None:
    record(
        busy_incident,
        commander,
        "changed it",
        before={"state": "offline", "same": 1},
        after={"state": "degraded", "same": 1, "<b>": None},
    )
    shown = sign_in(commander).get(page(busy_incident, "proof")).content.decode()
    assert "Checked just now: all 1 entries are as they were written" in shown
    assert "commander, page, private network" in shown
    assert busy_incident.timeline_head in shown
    assert '<span class="was">offline</span> → degraded' in shown
    assert "<dt>same</dt>" not in shown


def test_proof_names_what_is_wrong(
    busy_incident: Incident,
    commander: User,
    sign_in: SignIn,
    tamper: Tamper,
) -> None:
    for text in ("first", "second", "third"):
        record(busy_incident, commander, text)
    tamper("UPDATE incidents_timelineentry SET text = 'other' WHERE number = 2")
    shown = sign_in(commander).get(page(busy_incident, "proof")).content.decode()
    assert "This timeline is not as it was written." in shown
    assert "entry 2: Changed after it was written." in shown


def test_empty_timeline_proves_nothing(
    busy_incident: Incident, commander: User, sign_in: SignIn
) -> None:
    shown = sign_in(commander).get(page(busy_incident)).content.decode()
    assert "Proof of" not in shown
    assert read_timeline(busy_incident).head == "0" * 64


def test_view_that_is_none_shows_the_newest(busy_incident: Incident, commander: User) -> None:
    record(busy_incident, commander, "first")
    part = read_timeline(busy_incident, view="nonsense")
    assert (part.view, part.is_whole, part.problems) == ("", False, None)
