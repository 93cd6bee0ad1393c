"""A newer revision by page: the preview, taking it in, and the lines that differ."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils.html import strip_tags

from incidents.actions import checklist
from incidents.actions.declare import declare
from incidents.models import Incident, Revision, Step
from tests import factories
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

OLD = b"""# The shop is slow

## Phase 1: Look

- [ ] Say who commands
- [ ] The server is ready
  ```bash
  gcloud sql instances list --project=${PROJECT}
  ```
- [ ] Ask <b>the owner</b>
"""
NEW = OLD.replace(b"- [ ] Say who commands\n", b"- [ ] Look at ${TICKET}\n").replace(
    b"instances list", b"databases list --instance=${SERVER}"
) + (b"\n---\n")
NEW = b"---\nparameters: {SERVER: main, TICKET: {about: where we talk}}\n---\n" + NEW


@pytest.fixture
def declared(commander: User) -> Incident:
    return declare(
        actor=commander,
        revision=factories.make_revision(OLD),
        environment=factories.make_environment(),
        severity="P1",
        title="Slow",
        parameters={},
    )


@pytest.fixture
def newer(declared: Incident) -> Revision:
    return factories.make_revision(NEW)


def address(incident: Incident, action: str) -> str:
    return f"/incidents/INC-{incident.number}/{action}/"


def test_the_room_leads_to_a_newer_revision(
    declared: Incident, sign_in: SignIn, engineer: User
) -> None:
    room = f"/incidents/INC-{declared.number}/"
    assert "is newer" not in sign_in(engineer).get(room).content.decode()

    factories.make_revision(NEW)

    page = sign_in(engineer).get(room).content.decode()
    assert "Revision 2 is newer." in page
    assert address(declared, "revision") in page


def test_the_preview_says_what_changes_and_asks_for_what_is_new(
    declared: Incident, newer: Revision, sign_in: SignIn, commander: User
) -> None:
    checklist.tick(actor=commander, step_id=Step.objects.get(title="Say who commands").pk)

    page = sign_in(commander).get(address(declared, "revision")).content.decode()

    assert "It is done and stays." in page
    assert "Look at ${TICKET}" in page
    assert "gcloud sql databases list --instance=${SERVER}" in strip_tags(page)
    assert 'name="parameter-TICKET"' in page
    assert 'value="main"' in page
    assert "No approval waits or is given." in page
    assert "<b>the owner</b>" not in page


def test_a_responder_sees_the_preview_without_a_button(
    declared: Incident, newer: Revision, sign_in: SignIn, engineer: User
) -> None:
    page = sign_in(engineer).get(address(declared, "revision"), {"revision": 2}).content.decode()

    assert "A commander of staging can take this revision in." in page
    assert "take-revision" not in page


def test_taking_it_in_leads_back_to_the_room(
    declared: Incident, newer: Revision, sign_in: SignIn, commander: User
) -> None:
    answer = sign_in(commander).post(
        address(declared, "reread"), {"revision": "2", "parameter-TICKET": "OPS-1"}
    )

    declared.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"/incidents/INC-{declared.number}/",
    )
    assert declared.revision == newer
    assert declared.parameters["SERVER"] == "main"


def test_without_a_value_it_is_refused_in_the_form(
    declared: Incident, newer: Revision, sign_in: SignIn, commander: User
) -> None:
    answer = sign_in(commander).post(
        address(declared, "reread"), {"revision": "2"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 422
    assert "need a value: TICKET" in answer.content.decode()


def test_nothing_newer_leads_to_the_room_and_strange_numbers_nowhere(
    declared: Incident, sign_in: SignIn, commander: User
) -> None:
    client = sign_in(commander)

    assert client.get(address(declared, "revision")).status_code == 302
    assert client.get(address(declared, "revision"), {"revision": 9}).status_code == 404
    assert client.get(address(declared, "revision"), {"revision": 1}).status_code == 409
    assert client.post(address(declared, "reread"), {"revision": "9"}).status_code == 404


def test_an_outsider_finds_nothing(
    declared: Incident, newer: Revision, sign_in: SignIn, outsider: User
) -> None:
    client = sign_in(outsider)

    assert client.get(address(declared, "revision")).status_code == 404
    assert client.post(address(declared, "reread"), {"revision": "2"}).status_code == 404


def test_the_runbooks_page_shows_the_lines_that_differ(
    declared: Incident, newer: Revision, sign_in: SignIn, engineer: User
) -> None:
    client = sign_in(engineer)
    page = client.get("/runbooks/a-runbook/", {"against": 1}).content.decode()

    assert "From revision 1 to revision 2:" in page
    assert 'class="hunk-gone"' in page
    assert "- [ ] Look at ${TICKET}" in page
    assert "&lt;b&gt;the owner&lt;/b&gt;" in page
    same = client.get("/runbooks/a-runbook/", {"revision": 1, "against": 1}).content.decode()
    assert "the same text." in same
    assert client.get("/runbooks/a-runbook/", {"against": 7}).status_code == 404
