"""The status page in the browser of strangers, of signed-in people and of who edits it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from incidents import clock
from incidents.actions.catalogue import list_components
from incidents.models import Incident, Maintenance, MaintenanceUpdate, ServiceComponent
from incidents.published.front import PATHS
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

EDIT = "/status/edit/"
SECRETS = ("Bearer ya29.a0AfH6SMBx7Qk2vLrT9wZ", "postgres://app:hunter2pw@10.0.0.3/chat")


@pytest.fixture
def listed(busy_incident: Incident) -> ServiceComponent:
    return ServiceComponent.objects.create(name="Frontend", created_at=clock.now())


def test_page_of_strangers_has_no_time_that_grows_old(
    listed: ServiceComponent, settings: Settings
) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True
    page = Client().get("/status/")

    assert page["Cache-Control"].startswith("public, max-age=1,")
    assert page.content == Client().get("/status/").content
    assert b"data-elapsed-since" not in page.content
    assert b'method="post"' not in page.content.partition(b"<main")[2].partition(b"</main")[0]


def test_work_planned_before_secrets_were_refused_is_shown_without_them(
    commander: User, settings: Settings
) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True
    now = clock.now()
    ends_at = now + timedelta(hours=1)
    work = Maintenance.objects.create(
        title=f"Rotate {SECRETS[0]}", words=f"It is {SECRETS[1]} today.", starts_at=now,
        ends_at=ends_at, planned_by=commander, created_at=now,
    )  # fmt: skip
    MaintenanceUpdate.objects.create(
        maintenance=work, state="scheduled", text=f"It was {SECRETS[1]}.", at=now
    )
    pages = {path: Client().get(path).content.decode() for path in sorted(PATHS)}

    assert "Rotate" in pages["/status/"]
    assert [path for path, page in pages.items() if "ya29" in page or "hunter2pw" in page] == []


def test_outsider_reads_what_strangers_may_and_insiders_more(
    listed: ServiceComponent, busy_incident: Incident, sign_in: SignIn, outsider: User, leader: User
) -> None:
    theirs = sign_in(outsider).get("/status/").content.decode()
    ours = sign_in(leader).get("/status/").content.decode()

    assert "Service disruption: Frontend" in theirs
    assert busy_incident.title not in theirs
    assert busy_incident.title in ours
    assert "private" in sign_in(leader).get("/status/")["Cache-Control"]


def test_feed_has_begin_and_words(
    listed: ServiceComponent, busy_incident: Incident, commander: User, settings: Settings
) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True
    busy_incident.updates.create(
        audience="public", text="We *look*.", author=commander, at=clock.now(), stage="identified"
    )
    feed = Client().get("/status/feed.atom")

    assert feed["Content-Type"] == "application/atom+xml; charset=utf-8"
    for words in ("Begun: Service disruption", "Identified: Service", "&lt;em&gt;look"):
        assert words in feed.content.decode()


def test_superuser_edits_components_and_plans_work(
    listed: ServiceComponent, sign_in: SignIn, commander: User
) -> None:
    commander.is_superuser = True
    commander.save()
    client = sign_in(commander)
    client.post(f"{EDIT}components/add/", {"name": "Auth", "is_public": "1"})
    client.post(f"{EDIT}components/{listed.pk}/", {"name": "Shop"})
    auth = ServiceComponent.objects.get(name="Auth")
    client.post(f"{EDIT}components/{auth.pk}/move/", {"to": "up"})
    client.post(
        f"{EDIT}maintenance/add/",
        {
            "title": "A larger machine",
            "starts_at": "2099-01-01 10:00",
            "ends_at": "2099-01-01 11:00",
            "components": [auth.pk],
        },
    )
    work = Maintenance.objects.get()
    client.post(f"{EDIT}maintenance/{work.pk}/", {"state": "in progress"})
    page = client.get(EDIT).content.decode()

    rows = list(ServiceComponent.objects.values_list("name", "is_public"))
    assert sorted(rows) == [("Auth", True), ("Shop", False)]
    assert (work.starts_at.isoformat(), work.components.get()) == (
        "2099-01-01T10:00:00+00:00",
        auth,
    )
    assert "in progress" in page
    client.post(f"{EDIT}components/{auth.pk}/remove/")
    assert ServiceComponent.objects.count() == 1


def test_others_edit_nothing(listed: ServiceComponent, sign_in: SignIn, engineer: User) -> None:
    client = sign_in(engineer)

    assert client.get(EDIT).status_code == 403
    for place in ("components/add/", f"components/{listed.pk}/"):
        assert client.post(EDIT + place, {"name": "X"}).status_code == 403
    assert client.post(f"{EDIT}components/{listed.pk}/remove/").status_code == 403
    assert ServiceComponent.objects.get() == listed


def test_wall_has_everything_of_the_board(
    busy_incident: Incident, sign_in: SignIn, commander: User, leader: User
) -> None:
    busy_incident.handoffs.create(
        given_by="development",
        taken_by="infrastructure",
        state="accepted",
        offered_by=commander,
        offered_at=clock.now(),
        decided_by=commander,
        decided_at=clock.now(),
    )
    page = sign_in(leader).get(f"/incidents/INC-{busy_incident.number}/board/?wall")

    for words in (
        "With Infrastructure",
        "Next update",
        "Next escalation",
        "Phases against",
        "Phase",
    ):
        assert words in page.content.decode()
    assert "hx-post" not in page.content.decode()


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_published_with_work_or_components(
    secret: str, listed: ServiceComponent, admin_client: Client, settings: Settings
) -> None:
    settings.STATUS_PAGE_IS_PUBLIC = True
    work = {"starts_at": "2099-01-01 10:00", "ends_at": "2099-01-01 11:00"}
    right = work | {"title": "A larger machine", "words": "Chat may be away."}
    assert admin_client.post(f"{EDIT}maintenance/add/", right).status_code == 302
    planned = Maintenance.objects.get()
    tries = (
        ("maintenance/add/", right | {"title": f"Rotate {secret}"}),
        ("maintenance/add/", right | {"words": f"We rotate {secret} today."}),
        (f"maintenance/{planned.pk}/", {"state": "scheduled", "text": f"It was {secret}."}),
        ("components/add/", {"name": f"Chat {secret}", "is_public": "1"}),
        ("components/add/", {"name": "Chat", "function": secret, "is_public": "1"}),
        (f"components/{listed.pk}/", {"name": "Chat", "priority": secret, "is_public": "1"}),
    )
    for path, given in tries:
        refused = admin_client.post(f"{EDIT}{path}", given)
        assert (path, refused.status_code) == (path, 422)
        assert "hold a secret" in refused.content.decode()
    list_components([ServiceComponent(name="Auth", function=f"Holds {secret}", priority="1")])

    assert (Maintenance.objects.count(), MaintenanceUpdate.objects.count()) == (1, 0)
    assert ServiceComponent.objects.filter(name="Auth").exists()
    pages = {path: Client().get(path).content.decode() for path in sorted(PATHS)}
    assert "A larger machine" in pages["/status/"]
    hidden = secret.removeprefix("Bearer ")
    assert [path for path, page in pages.items() if hidden in page or "hunter2pw" in page] == []
