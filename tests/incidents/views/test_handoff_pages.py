"""The form and the panel of handoffs: filled from the runbook, drawn for who looks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

from incidents.models import Handoff, HandoffItem, Incident
from incidents.states import HandoffState, Role
from tests import factories
from tests.incidents.views.conftest import SignIn

RUNBOOK = b"""---
roles: {development: Development team, infrastructure: Infrastructure team}
handoffs:
  - {from: development, to: infrastructure, done: [Tests ran], asked: [Repair it], giver: [Wait]}
  - {from: infrastructure, to: development, asked: [Deploy it]}
---
# Shop
## Phase 1: Look
- [ ] Look
"""


@pytest.fixture
def incident(commander: User) -> Incident:
    roles = {"development": "Development team", "infrastructure": "Infrastructure team"}
    revision = factories.make_revision(RUNBOOK)
    incident = factories.make_incident(commander, revision=revision, roles=roles)
    factories.make_step(factories.make_phase(incident), title="Say <b>who</b>", state="done")
    incident.steps.update(decided_at=incident.started_at)
    return incident


@pytest.fixture
def infra(db: None) -> User:
    person = factories.make_person("infra", Role.RESPONDER)
    person.groups.add(Group.objects.create(name="infrastructure"))
    return person


FORM = {
    "given_by": "development",
    "taken_by": "infrastructure",
    "done": "Seen <i>all</i>.",
    "asked_items": "Repair it\r\nProve it",
    "taker_items": "Stand by",
}


def test_form_begins_with_what_the_runbook_names_and_what_was_done(
    incident: Incident, commander: User, sign_in: SignIn
) -> None:
    page = sign_in(commander).get(f"/incidents/{incident.name}/handoff/").content.decode()
    assert 'name="given_by" list="teams" maxlength="60" required value="development"' in page
    assert "- Tests ran\n- Ticked: Say &lt;b&gt;who&lt;/b&gt;" in page
    assert ">Repair it</textarea>" in page
    assert "Infrastructure team to Development team" in page


def test_work_goes_there_and_back_on_the_pages(
    incident: Incident, commander: User, infra: User, sign_in: SignIn
) -> None:
    room = f"/incidents/{incident.name}/"
    made = sign_in(commander).post(f"{room}handoff/offer/", FORM)
    assert (made.status_code, made.headers["location"]) == (302, f"{room}#handoffs")
    offer = Handoff.objects.get()

    panels = {
        person.username: sign_in(person).get(f"{room}panels/handoffs/").content.decode()
        for person in (commander, infra)
    }
    assert "Who accepts for Infrastructure team" in panels["commander"]
    assert "Withdraw the offer" in panels["commander"]
    assert "Accept for Infrastructure team" in panels["infra"]
    assert "Withdraw the offer" not in panels["infra"]
    assert "offers you the work" in sign_in(infra).get(room).content.decode()
    offer_panel = sign_in(commander).get(f"{room}panels/offer/").content.decode()
    assert "who have not answered yet" in offer_panel

    assert sign_in(infra).post(f"/handoffs/{offer.pk}/accept/").status_code == 302
    item = HandoffItem.objects.get(text="Prove it")
    client = sign_in(infra)
    ticked = client.post(
        f"/handoffs/items/{item.pk}/", {"is_done": "on"}, headers={"hx-request": "true"}
    )
    assert 'aria-pressed="true"' in ticked.content.decode()
    whole = client.get(room).content.decode()
    assert "with Infrastructure team" in whole
    assert "With Infrastructure team" in client.get("/").content.decode()
    back = client.get(f"{room}handoff/?answers={offer.pk}").content.decode()
    assert "Hand the work back" in back
    assert f'name="answers" value="{offer.pk}"' in back
    assert ">Deploy it</textarea>" in back


def test_who_only_looks_has_no_buttons_and_strangers_no_page(
    incident: Incident, commander: User, leader: User, outsider: User, sign_in: SignIn
) -> None:
    room = f"/incidents/{incident.name}/"
    sign_in(commander).post(f"{room}handoff/offer/", FORM)
    offer = Handoff.objects.get()

    panel = sign_in(leader).get(f"{room}panels/handoffs/").content.decode()
    assert "<form" not in panel
    assert "Seen &lt;i&gt;all&lt;/i&gt;." in panel
    assert "<textarea" not in sign_in(leader).get(f"{room}handoff/").content.decode()

    client = sign_in(outsider)
    assert client.get(f"{room}handoff/").status_code == 404
    for path in (f"{offer.pk}/accept/", f"{offer.pk}/decline/", f"{offer.pk}/withdraw/"):
        assert client.post(f"/handoffs/{path}").status_code == 404
    assert sign_in(leader).post(f"/handoffs/{offer.pk}/accept/").status_code == 403
    offer.refresh_from_db()
    assert offer.state == HandoffState.OFFERED
