"""The queue of approvals: in which order they stand, and that none moves under somebody's hand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from incidents import clock
from incidents.actions import approve
from incidents.models import Approval, Incident, Run
from incidents.states import ApprovalState, RunState
from tests import factories
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db


def _ask(incident: Incident, commander: User, *, minutes: int) -> Approval:
    """Another change of this incident, which waits for so long still."""
    phase = incident.phases.first() or factories.make_phase(incident)
    command = factories.make_command(factories.make_step(phase), effect="changes")
    waiting = factories.make_waiting_approval(command, commander)
    ends = clock.now() + timedelta(minutes=minutes)
    Approval.objects.filter(pk=waiting.pk).update(expires_at=ends)
    return waiting


def _order(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'<article class="queued"\s+id="approval-(\d+)"', page)]


def _again(client: Client, page: str) -> str:
    """As the page fetches it when something changed."""
    found = re.search(r'id="queue"\s+data-live="approvals"\s+hx-get="([^"]+)"', page)
    assert found
    return client.get(found[1], headers={"HX-Request": "true"}).content.decode()


def test_as_they_were_asked_for_and_the_most_urgent_incident_first(
    sign_in: SignIn, commander: User, engineer: User
) -> None:
    revision = factories.make_revision()
    calm, urgent = (factories.make_incident(commander, revision=revision) for _ in range(2))
    first, second = (_ask(calm, commander, minutes=left) for left in (20, 15))
    third, fourth = (_ask(urgent, commander, minutes=left) for left in (30, 5))

    page = sign_in(engineer).get("/approvals/").content.decode()

    assert _order(page) == [third.pk, fourth.pk, first.pk, second.pk]


def test_decided_one_stays_where_it_was_until_the_page_is_loaded_anew(
    sign_in: SignIn, incident: Incident, commander: User, engineer: User
) -> None:
    asked = [_ask(incident, commander, minutes=20) for _ in range(3)]
    client = sign_in(engineer)
    page = client.get("/approvals/").content.decode()
    approve.approve(actor=engineer, approval_id=asked[1].pk, digest=asked[1].digest)
    late = _ask(incident, commander, minutes=1)

    after = _again(client, page)

    assert _order(after) == [*(one.pk for one in asked), late.pk]
    assert after.count("data-approve") == 3 and "Approved by engineer" in after
    assert _order(_again(client, after)) == _order(after)
    anew = client.get("/approvals/").content.decode()
    assert _order(anew) == [asked[0].pk, asked[2].pk, late.pk]


def test_void_one_that_is_on_the_page_offers_what_comes_next(
    sign_in: SignIn, incident: Incident, commander: User, engineer: User, leader: User
) -> None:
    void = _ask(incident, commander, minutes=20)
    pages = {person: sign_in(person) for person in (engineer, leader)}
    shown = {person: client.get("/approvals/").content.decode() for person, client in pages.items()}
    Approval.objects.update(state=ApprovalState.VOID, void_reason="It moved.")
    Run.objects.update(state=RunState.VOID)

    mine, read = (_again(pages[person], shown[person]) for person in (engineer, leader))
    assert f'id="again-{void.pk}"' in mine
    assert f'id="again-{void.pk}"' not in read
    assert "Whoever works in staging can have it planned again." in read

    pages[engineer].post(f"/approvals/{void.pk}/again/")
    followed = " ".join(_again(pages[engineer], shown[engineer]).split())
    assert f'id="again-{void.pk}"' not in followed
    assert "Asked for again since:" in followed and "run 2</a> is planning." in followed


def test_approvals_of_others_cannot_be_named_into_the_queue(
    sign_in: SignIn, incident: Incident, commander: User, outsider: User
) -> None:
    waiting = _ask(incident, commander, minutes=20)
    client = sign_in(outsider)
    for shown in (waiting.pk, f"{waiting.pk},{waiting.pk}", "x,,-1", "9" * 40):
        assert _order(client.get(f"/approvals/?shown={shown}").content.decode()) == []
