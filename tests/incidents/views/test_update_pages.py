"""The form for updates: drafted from facts, typed words stay, and it is posted once."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from incidents.models import Incident, Notification, Update
from incidents.queries.words.templates import RESOLUTION
from incidents.states import IncidentState, NotificationState
from tests.incidents.views.conftest import SignIn

HTMX = {"hx-request": "true"}


@pytest.fixture
def client(sign_in: SignIn, commander: User) -> Client:
    return sign_in(commander)


def draft(client: Client, incident: Incident, **given: str) -> str:
    path = f"/incidents/{incident.name}/updates/draft/"
    return client.post(path, {"audience": "leadership", **given}, headers=HTMX).content.decode()


def post(client: Client, incident: Incident, **given: str) -> str:
    path = f"/incidents/{incident.name}/updates/"
    answer = client.post(path, {"audience": "leadership", **given}, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def test_draft_fills_the_editor(client: Client, busy_incident: Incident) -> None:
    page = draft(client, busy_incident, template="executive-summary")
    assert "Open for" in page
    assert "Not working:** Frontend (offline)" in page
    assert '<option value="executive-summary" selected>' in page


def test_other_audience_brings_its_own_draft(client: Client, busy_incident: Incident) -> None:
    page = draft(client, busy_incident, audience="public", template="executive-summary")
    assert '<option value="public-notice" selected>' in page
    assert "Frontend is unavailable at the moment. We are looking for the cause." in page
    assert '<option value="investigating" selected>' in page


def test_typed_words_stay_until_the_person_says_so(client: Client, busy_incident: Incident) -> None:
    given = {"template": "executive-summary", "text": "My <own> words", "drafted": "A draft"}
    page = draft(client, busy_incident, **given)
    assert "My &lt;own&gt; words</textarea>" in page
    assert "Take the draft instead" in page
    assert "Open for" in draft(client, busy_incident, replaces="on", **given)
    same = draft(client, busy_incident, **{**given, "text": "A\r\ndraft", "drafted": "A\ndraft"})
    assert "Take the draft instead" not in same


def test_recipients_are_shown_before_the_mail_is_sent(
    client: Client, busy_incident: Incident
) -> None:
    given = {
        "template": "stakeholder-mail",
        "recipients": "commander, a@example.com, sales",
        "drafted_for": "leadership/stakeholder-mail/",
    }
    page = draft(client, busy_incident, **given)
    assert "Goes to commander, and to 1 address." in page
    assert "Nobody here is called sales." in page
    assert "RUNBOOK_MAIL_URL" in page


def test_doubts_come_back_with_the_words_and_a_second_click_sends(
    client: Client, busy_incident: Incident
) -> None:
    given = {"audience": "public", "text": "Look at netra-staging.", "template": ""}
    page = post(client, busy_incident, **given)
    assert "“netra-staging” (the project)" in page
    assert "Send it all the same" in page
    assert not Update.objects.filter(audience="public").exists()

    seen = page.partition('name="insisted" value="')[2].partition('"')[0]
    posted = post(client, busy_incident, insisted=seen, **given)

    assert 'id="updates"' in posted
    assert 'hx-swap-oob="true"' in posted
    assert Update.objects.filter(audience="public").count() == 1


def test_one_form_posts_once_and_the_next_has_another_token(
    client: Client, busy_incident: Incident
) -> None:
    room = client.get(f"/incidents/{busy_incident.name}/").content.decode()
    token = room.partition('name="token" value="')[2].partition('"')[0]
    for _ in range(2):
        page = post(client, busy_incident, text="We repair it.", token=token)
    assert token not in page
    assert Update.objects.filter(text="We repair it.").count() == 1


def test_comment_is_linked_and_what_was_not_sent_can_be_copied(
    client: Client, busy_incident: Incident, settings: Settings
) -> None:
    given = {
        "audience": "engineering",
        "template": "github-issue",
        "issue": "acme/shop#12",
        "labels": "P0, outage",
    }
    page = post(client, busy_incident, text="First.", **given)
    assert 'data-copy="P0, outage"' in page

    settings.GITHUB_TOKEN = "a-token"
    page = post(client, busy_incident, text="Second.", **given)
    assert "On the way to acme/shop#12" in page
    address = "https://github.com/acme/shop/issues/12#issuecomment-1"
    Notification.objects.filter(kind="github comment").update(
        state=NotificationState.SENT, receipt=address
    )
    panel = client.get(f"/incidents/{busy_incident.name}/panels/updates/").content.decode()
    assert f'<a href="{address}"' in panel
    assert 'value="acme/shop#12"' in draft(
        client, busy_incident, audience="engineering", template="github-issue"
    )


def test_who_may_not_announce_has_no_form_and_strangers_no_draft(
    busy_incident: Incident, sign_in: SignIn, engineer: User, outsider: User
) -> None:
    room = f"/incidents/{busy_incident.name}/"
    assert 'id="composer"' not in sign_in(engineer).get(room).content.decode()
    answer = sign_in(engineer).post(f"{room}updates/", {"audience": "public", "text": "Hi"})
    assert answer.status_code == 403
    assert sign_in(outsider).post(f"{room}updates/draft/", {}).status_code == 404


def test_closed_incident_has_the_notice_of_its_end_alone(
    client: Client, busy_incident: Incident
) -> None:
    Incident.objects.filter(pk=busy_incident.pk).update(
        state=IncidentState.RESOLVED, resolved_at=busy_incident.started_at, resolution="Mended."
    )
    page = client.get(f"/incidents/{busy_incident.name}/").content.decode()
    assert f'<option value="{RESOLUTION}">' in page
    assert '<option value="executive-summary">' not in page
    assert "Resolved: Staging cannot" in draft(client, busy_incident, template=RESOLUTION)
