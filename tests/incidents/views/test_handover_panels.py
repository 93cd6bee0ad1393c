"""The offer of command in the room: drawn for the person who looks."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents.models import Handover, Incident
from incidents.states import Role
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor
from tests.incidents.views.conftest import SignIn


def test_offer_is_made_answered_and_seen(
    incident: Incident, sign_in: SignIn, commander: User, engineer: User
) -> None:
    deputy = factories.make_person("deputy", Role.COMMANDER)
    room = f"/incidents/{incident.name}/"
    page = sign_in(commander).get(room).content.decode()
    assert "Hand over command" in page
    assert f'<option value="{deputy.pk}">' in page
    assert f'<option value="{engineer.pk}">' not in page
    assert "Hand over command" not in sign_in(engineer).get(room).content.decode()

    made = sign_in(commander).post(
        f"{room}handover/", {"person": deputy.pk, "words": "<b>Phase 2</b>"}
    )
    assert made.status_code == 302

    seen = {
        person.username: sign_in(person).get(f"{room}panels/handover/").content.decode()
        for person in (commander, deputy, engineer)
    }
    assert "Withdraw the offer" in seen["commander"]
    assert "offers you command" in seen["deputy"]
    assert "&lt;b&gt;Phase 2&lt;/b&gt;" in seen["deputy"]
    assert "who has not answered yet" in seen["engineer"]
    assert "<form" not in seen["engineer"]

    offer = Handover.objects.get()
    assert sign_in(engineer).post(f"/handovers/{offer.pk}/accept/").status_code == 403
    answered = sign_in(deputy).post(
        f"/handovers/{offer.pk}/accept/",
        {"panel": "handover"},
        headers={"HX-Request": "true"},
    )
    assert 'id="handover"' in answered.content.decode()
    incident.refresh_from_db()
    assert incident.commander == deputy


def test_administrator_is_offered_to_take_over(incident: Incident, sign_in: SignIn) -> None:
    client = sign_in(factories.make_person("administrator", Role.ADMINISTRATOR))
    room = f"/incidents/{incident.name}/"
    assert "Take over command" in client.get(room).content.decode()
    assert client.post(f"{room}take-over/", {"reason": ""}).status_code == 422
    assert client.post(f"{room}take-over/", {"reason": "Gone."}).status_code == 302
    assert "Hand over command" in client.get(room).content.decode()


def test_command_that_nobody_holds_is_taken_up_above_the_steps(
    incident: Incident, sign_in: SignIn, commander: User, engineer: User
) -> None:
    monitor = make_monitor()
    make_declaring(monitor)
    Incident.objects.update(commander=monitor)
    panel = f"/incidents/{incident.name}/panels/handover/"
    taking = f'action="/incidents/{incident.name}/take-over/"'

    seen = sign_in(engineer).get(panel).content.decode()
    assert "Nobody commands" in seen
    assert taking not in seen
    assert taking in sign_in(commander).get(panel).content.decode()

    taken = sign_in(commander).post(
        f"/incidents/{incident.name}/take-over/", headers={"HX-Request": "true"}
    )
    assert "Nobody commands" not in taken.content.decode()
    assert "Nobody commands" not in sign_in(engineer).get(panel).content.decode()
