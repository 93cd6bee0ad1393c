"""Pages about alerts: who sees what, what they offer, and how many queries they cost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.actions import alert_messages, alert_sources, alerts
from incidents.models import AlertMessage, AlertRule, AlertSource
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor, make_rule, signal
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

PAGES = ["/alerts/", "/alerts/sources/", "/alerts/rules/"]


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", password="pass-word-1234")


@pytest.fixture
def source(root: User) -> AlertSource:
    environment = factories.make_environment()
    made, _ = alert_sources.create_source(
        actor=root, name="prometheus", kind="alertmanager", environment_id=environment.pk
    )
    return made


def post(source: AlertSource, *names: str) -> None:
    told = [{"labels": {"alertname": name, "team": "data"}} for name in names]
    alert_messages.receive(source=source, body=json.dumps({"alerts": told}).encode())


@pytest.mark.parametrize("path", PAGES)
def test_everybody_signed_in_reads(path: str, sign_in: SignIn, leader: User) -> None:
    page = sign_in(leader).get(path)
    assert page.status_code == 200
    assert page.content.decode().count('method="post"') == 1  # signing out
    assert Client().get(path).status_code == 302


@pytest.mark.parametrize("path", ["/alerts/rules/new/", "/alerts/rules/1/"])
def test_forms_are_for_superusers(path: str, sign_in: SignIn, outsider: User) -> None:
    make_rule(pk=1)
    assert sign_in(outsider).get(path).status_code == 403


def test_alert_shows_its_verdict_rule_and_incident(sign_in: SignIn, commander: User) -> None:
    make_declaring(make_monitor(), closes=True)
    alerts.hear(
        signal(
            title="<b>Connector</b>",
            verdict="infrastructure",
            because="It is not READY.",
            labels={"zone": "eu"},
            link="https://example.com/graph",
        )
    )
    page = sign_in(commander).get("/alerts/").content.decode()

    for words in ("Infrastructure:", "It is not READY.", "INC-1", "rule “Rule 1”", "zone"):
        assert words in page
    assert "&lt;b&gt;Connector" in page
    assert 'href="https://example.com/graph" rel="noopener noreferrer"' in page


def test_cause_of_several_alerts_is_said_once(sign_in: SignIn, commander: User) -> None:
    make_declaring(make_monitor())
    for key in ("a", "b", "c"):
        alerts.hear(signal(key, verdict="infrastructure", because="It is not READY."))
    alerts.hear(signal("d", verdict="application", because="It answers 503."))
    client = sign_in(commander)
    inbox, room = (client.get(path).content.decode() for path in ("/alerts/", "/incidents/INC-1/"))

    for page in (inbox, room):
        assert page.count("It is not READY.") == 1 and page.count("It answers 503.") == 1
    assert "Behind these 3 alerts." in inbox


def test_alerts_of_other_environments_are_not_shown(
    sign_in: SignIn, outsider: User, source: AlertSource
) -> None:
    alerts.hear(signal(title="Of staging"))
    alerts.hear(signal("b", title="Of nowhere", environment=None))
    post(source, "Unmatched")
    client = sign_in(outsider)

    page = client.get("/alerts/").content.decode()
    assert ("Of staging" in page, "Of nowhere" in page, "Unmatched" in page) == (False, True, False)
    assert client.get("/alerts/?environment=staging").status_code == 404


def test_rules_and_sources_of_other_environments_are_not_shown(
    sign_in: SignIn, outsider: User, source: AlertSource
) -> None:
    make_rule(name="Theirs", environment=source.environment)
    make_rule(name="By their source", source=source)
    make_rule(name="Of all")
    client = sign_in(outsider)
    rules, sources = (client.get(path).content.decode() for path in reversed(PAGES[1:]))
    assert [name in rules for name in ("Theirs", "By their source", "Of all")] == [
        *(False, False, True)
    ]
    assert "prometheus" not in sources.replace("prometheus-eu", "")
    assert "staging" not in rules + sources


def test_environment_alone(sign_in: SignIn, leader: User) -> None:
    factories.make_environment("elsewhere")
    alerts.hear(signal(title="Of staging"))
    alerts.hear(signal("b", title="Of nowhere", environment=None))
    page = sign_in(leader).get("/alerts/?environment=staging").content.decode()
    assert ("Of staging" in page, "Of nowhere" in page) == (True, False)


def test_message_that_led_to_nothing_becomes_a_rule(
    sign_in: SignIn, root: User, source: AlertSource
) -> None:
    post(source, "ConnectorDown")
    alert_messages.receive(source=source, body=b"<script>alert(1)</script>")
    client = sign_in(root)

    page = client.get("/alerts/").content.decode()
    assert "This is not JSON." in page and "&lt;script&gt;" in page
    link = re.findall(r"/alerts/rules/new/\?message=\d+", page)[0]
    form = client.get(link).content.decode()
    assert "alertname is ConnectorDown" in form and "team" in form

    answer = client.post(
        "/alerts/rules/add/",
        {
            "name": "Down",
            "is_on": "on",
            "source": source.pk,
            "matchers": "alertname is ConnectorDown\nteam is not  payments",
            "severity": "P1",
            "reopens_within": "30",
            "tells": "commander",
        },
    )

    assert answer.status_code == 302
    rule = AlertRule.objects.get()
    assert [one["value"] for one in rule.matchers] == ["ConnectorDown", "payments"]
    assert rule.reopens_within == 1800
    kept = AlertMessage.objects.filter(state="unmatched").get()
    tried = client.get(f"/alerts/rules/?try={kept.pk}").content.decode()
    assert f'href="#rule-{rule.pk}"' in tried
    assert "ConnectorDown" in client.get(f"/alerts/rules/{rule.pk}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"matchers": "alertname"}, "Write a condition as in"),
        ({"parameters": "NOTHING"}, "Write NAME = value."),
        ({"reopens_within": "x"}, "Minutes within which it is the same alert again"),
    ],
)
def test_wrong_rule_is_refused_in_words(
    sign_in: SignIn, root: User, fields: dict[str, str], sentence: str
) -> None:
    given = {"name": "a", "severity": "P1", "reopens_within": "60"} | fields
    answer = sign_in(root).post("/alerts/rules/add/", given)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)


def test_rules_are_moved_changed_and_removed_by_forms(sign_in: SignIn, root: User) -> None:
    first, second = make_rule(), make_rule()
    client = sign_in(root)
    client.post(f"/alerts/rules/{second.pk}/move/", {"way": "up"})
    assert list(AlertRule.objects.all()) == [second, first]
    fields = {"name": "b", "severity": "P1", "reopens_within": "60"}
    client.post(f"/alerts/rules/{first.pk}/change/", fields)
    client.post(f"/alerts/rules/{second.pk}/remove/")
    assert [(one.name, one.is_on) for one in AlertRule.objects.all()] == [("b", False)]


def test_token_is_shown_once(sign_in: SignIn, root: User) -> None:
    client = sign_in(root)
    answer = client.post("/alerts/sources/add/", {"name": "grafana", "kind": "grafana"})
    token = re.findall(r"rba_[\w-]+", answer.content.decode())[0]
    made = AlertSource.objects.get()

    page = client.get("/alerts/sources/").content.decode()
    assert token not in page
    assert "http://testserver/alerts/in/grafana/" in page
    assert answer.headers["Cache-Control"].startswith("max-age=0")
    again = client.post(f"/alerts/sources/{made.pk}/token/").content.decode()
    assert re.findall(r"rba_[\w-]+", again)[0] != token
    client.post(f"/alerts/sources/{made.pk}/change/", {})
    assert AlertSource.objects.get().is_on is False
    client.post(f"/alerts/sources/{made.pk}/remove/")
    assert AlertSource.objects.count() == 0


@pytest.mark.parametrize("path", PAGES)
def test_as_many_queries_for_one_as_for_ten(
    path: str, sign_in: SignIn, root: User, source: AlertSource, django_assert_num_queries: Any
) -> None:
    monitor = make_monitor()
    client = sign_in(root)

    def more(start: int, count: int) -> None:
        for number in range(start, start + count):
            made, _ = alert_sources.create_source(actor=root, name=f"s{number}", kind="google")
            AlertMessage.objects.create(
                source=made, received_at=source.created_at, state="malformed", body="", digest=""
            )
            rule = make_declaring(monitor, group_by=["n"])
            rule.source = made
            rule.save()
            alerts.hear(signal(f"{number}", labels={"n": str(number)}), source=made)

    more(0, 1)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    more(1, 9)
    with django_assert_num_queries(len(one)):
        client.get(path)


def test_rule_form_offers_keys_of_the_runbook_chosen(
    sign_in: SignIn, root: User, outsider: User
) -> None:
    rule = make_declaring(make_monitor())
    client = sign_in(root)
    path = f"/alerts/rules/steps/?runbook={rule.runbook_id}"

    offered = client.get(path, headers={"HX-Request": "true"}).content.decode()

    keys = re.findall(r"<code>([a-z0-9-]+)</code>", offered)
    assert len(keys) == 2 and "Scale the connector" in offered
    assert keys[0] in client.get(f"/alerts/rules/{rule.pk}/").content.decode()
    for nothing in ("", "?runbook=", "?runbook=999", "?runbook=%00"):
        assert "Choose a runbook" in client.get(f"/alerts/rules/steps/{nothing}").content.decode()
    assert sign_in(outsider).get(path).status_code == 403


def test_mistake_is_told_by_the_name_that_the_page_gives_the_field(
    sign_in: SignIn, root: User
) -> None:
    typed = {"name": "Down", "matchers": "alertname equals X", "severity": "P1"}
    answer = sign_in(root).post("/alerts/rules/add/", typed, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert (
        "Conditions, all of which must hold: Write a condition" in page and "Matchers" not in page
    )
