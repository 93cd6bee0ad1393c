"""Pages of environments: who sees which, who changes what, and what is refused in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import clock
from incidents.actions.environments import digest_of
from incidents.models import AdministrationEntry, ChangeWindow, Environment, Membership
from incidents.states import Role
from tests import factories
from tests.incidents.views.conftest import SignIn

STAGING = "/environments/staging/"


@pytest.fixture
def staging(db: None) -> Environment:
    return factories.make_environment()


@pytest.fixture
def administrator(staging: Environment, sign_in: SignIn) -> Client:
    return sign_in(factories.make_person("administrator", Role.ADMINISTRATOR))


def settings_of(environment: Environment, **changed: Any) -> dict[str, Any]:
    return {
        "seen": digest_of(environment),
        "project": environment.project,
        "region": environment.region,
        "endpoint": environment.endpoint,
        "credentials": environment.credentials,
        **changed,
    }


def test_list_shows_those_in_which_one_holds_a_role(
    staging: Environment, sign_in: SignIn, commander: User, outsider: User, admin_user: User
) -> None:
    Membership.objects.create(person=commander, environment=staging, role=Role.APPROVER)
    seen = {
        person.username: [
            row.name for row in sign_in(person).get("/environments/").context["environments"]
        ]
        for person in (commander, outsider, admin_user)
    }

    assert seen == {
        "commander": ["staging"],
        "outsider": ["elsewhere"],
        "admin": ["elsewhere", "staging"],
    }
    assert sign_in(outsider).get(STAGING).status_code == 404


def test_page_is_to_be_read_for_who_is_no_administrator(
    staging: Environment, sign_in: SignIn, leader: User
) -> None:
    client = sign_in(leader)
    page = client.get(STAGING).content.decode()

    assert page.count("<fieldset") == page.count("disabled>")
    assert "/environments/staging/members/" not in page
    refused = client.post(f"{STAGING}change/", settings_of(staging, project="my-own-project"))
    assert (refused.status_code, "one of its administrators" in refused.content.decode()) == (
        403,
        True,
    )
    staging.refresh_from_db()
    assert staging.project == "netra-staging"


def test_administrator_changes_the_settings(administrator: Client, staging: Environment) -> None:
    answer = administrator.post(
        f"{STAGING}change/",
        settings_of(
            staging,
            allowed_hosts="App.example.com\n\n api.example.com:8443 ",
            allowed_networks="10.20.0.0/16",
            routes="app.example.com = http://127.0.0.1:8001",
            credentials="impersonated",
            service_account="runner@netra-staging.iam.gserviceaccount.com",
            changes_policy="2 approvers",
            approval_expires="15",
            excludes_runners="on",
            redact="acct-[0-9]{6}",
        ),
    )

    assert answer.status_code == 302
    staging.refresh_from_db()
    assert staging.allowed_hosts == ["app.example.com", "api.example.com:8443"]
    assert staging.routes == {"app.example.com": "http://127.0.0.1:8001"}
    assert (staging.approval_expires, staging.excludes_runners) == (900, True)
    entry = AdministrationEntry.objects.get()
    assert (entry.kind, entry.environment) == ("environment.changed", staging)
    assert entry.data["before"]["credentials"] == "application default"
    assert entry.data["after"]["redact"] == ["acct-[0-9]{6}"]
    assert "project" not in entry.data["after"]
    page = administrator.get(STAGING).content.decode()
    assert "app.example.com = http://127.0.0.1:8001" in page
    assert 'value="15"' in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"endpoint": "https://compute.googleapis.com"}, "reached over http on this machine"),
        ({"endpoint": "http://10.0.0.1:80"}, "reached over http on this machine"),
        ({"routes": "a.example.com = http://169.254.169.254"}, "on this machine"),
        ({"routes": "a.example.com"}, "Write app.example.com = "),
        ({"endpoint": "", "routes": "a.example.com = http://127.0.0.1:1"}, "Only a simulated"),
        ({"is_protected": "on"}, "A simulated environment cannot be protected"),
        ({"allowed_hosts": "http://a.example.com"}, "is not a host"),
        ({"allowed_networks": "10.0.0.0/33"}, "10.0.0.0/33 is not a network"),
        ({"project": "Netra Staging"}, "is not the id of a project"),
        ({"region": "europe"}, "is not a region"),
        ({"credentials": "impersonated"}, "Name the service account to act as"),
        ({"credentials_file": "/etc/key.json"}, "take neither"),
        ({"credentials": "a key"}, "Workers sign in at Google with: "),
        ({"service_account": '{"private_key": "-----BEGIN'}, "no key is ever kept here"),
        ({"credentials_file": "-----BEGIN PRIVATE KEY-----"}, "no key is ever kept here"),
        ({"changes_policy": "somebody please !"}, "a number and a role"),
        ({"changes_policy": "1 viewer"}, "Viewers only look on"),
        ({"destroys_policy": "1 database"}, "There is no group database here"),
        ({"approval_expires": "9000"}, "between 1 minute and 24 hours"),
        ({"redact": "(unclosed"}, "cannot be used"),
        ({"seen": "0" * 64}, "Somebody has changed this meanwhile"),
    ],
)
def test_settings_are_refused_with_the_reason(
    administrator: Client, staging: Environment, changed: dict[str, str], sentence: str
) -> None:
    refused = administrator.post(f"{STAGING}change/", settings_of(staging, **changed))

    assert refused.status_code in (409, 422)
    assert sentence in refused.content.decode().replace("&#x27;", "'")
    assert not AdministrationEntry.objects.exists()


def test_key_that_was_refused_is_not_shown_again(
    administrator: Client, staging: Environment
) -> None:
    key = "-----BEGIN PRIVATE KEY-----MIIEvQIBADANBg"
    refused = administrator.post(f"{STAGING}change/", settings_of(staging, service_account=key))

    assert "MIIEvQIBADANBg" not in refused.content.decode()


def test_same_settings_again_write_nothing_down(
    administrator: Client, staging: Environment
) -> None:
    assert administrator.post(f"{STAGING}change/", settings_of(staging)).status_code == 302
    assert not AdministrationEntry.objects.exists()


def test_roles_are_given_to_people_and_groups_and_taken(
    administrator: Client, staging: Environment, engineer: User
) -> None:
    group = Group.objects.create(name="infrastructure")
    for holder in (f"person-{engineer.pk}", f"group-{group.pk}"):
        given = administrator.post(f"{STAGING}members/", {"holder": holder, "role": "commander"})
        assert given.status_code == 302
    page = administrator.get(STAGING).content.decode()
    assert "group of 0" in page

    held = Membership.objects.get(person=engineer, role=Role.COMMANDER)
    elsewhere = factories.make_environment("elsewhere")
    other = Membership.objects.create(person=engineer, environment=elsewhere, role=Role.VIEWER)
    assert administrator.post(f"{STAGING}members/{other.pk}/remove/").status_code == 404
    assert administrator.post(f"{STAGING}members/{held.pk}/remove/").status_code == 302
    assert not Membership.objects.filter(pk=held.pk).exists()
    assert (
        administrator.post(f"{STAGING}members/", {"holder": "x", "role": "king"}).status_code == 422
    )


def test_last_administrator_is_told_what_to_do_on_the_page(administrator: Client) -> None:
    held = Membership.objects.get(role=Role.ADMINISTRATOR)
    refused = administrator.post(
        f"{STAGING}members/{held.pk}/remove/", headers={"HX-Request": "true"}
    )

    assert refused.status_code == 409
    assert "Give somebody else that role first" in refused.content.decode()


def test_windows_are_added_and_removed(
    administrator: Client, staging: Environment, sign_in: SignIn, commander: User
) -> None:
    window = {
        "weekdays": ["0", "4"],
        "opens": "22:00",
        "closes": "05:00",
        "time_zone": "Europe/Rome",
    }
    assert administrator.post(f"{STAGING}windows/", window).status_code == 302
    added = ChangeWindow.objects.get()
    assert (added.weekdays, str(added)) == ([0, 4], "22:00 to 05:00 Europe/Rome")

    refused = administrator.post(f"{STAGING}windows/", window | {"time_zone": "Rome"})
    assert "is not a time zone, such as Europe/Rome" in refused.content.decode()
    remove = f"{STAGING}windows/{added.pk}/remove/"
    assert sign_in(commander).post(remove).status_code == 403
    assert administrator.post(remove).status_code == 302
    assert [entry.kind for entry in AdministrationEntry.objects.all()] == ["window.changed"] * 2


def test_commander_freezes_and_lifts(
    staging: Environment, sign_in: SignIn, commander: User, engineer: User
) -> None:
    client, freezes = sign_in(commander), f"{STAGING}freezes/"
    assert sign_in(engineer).post(freezes, {"reason": "Black Friday"}).status_code == 403
    assert client.post(freezes, {"reason": "", "hours": "2"}).status_code == 422
    assert client.post(freezes, {"reason": "Black Friday", "hours": "2"}).status_code == 302
    assert "staging is frozen until" in client.get(STAGING).content.decode()

    freeze = staging.freezes.get()
    assert client.post(f"{freezes}{freeze.pk}/lift/").status_code == 302
    page = client.get(STAGING).content.decode()
    assert "lifted" in page
    assert "is frozen" not in page.partition('class="administration"')[0]


def test_commander_freezes_from_later_and_takes_it_back(
    staging: Environment, sign_in: SignIn, commander: User
) -> None:
    client, freezes = sign_in(commander), f"{STAGING}freezes/"
    given = {"reason": "Black Friday", "hours": "48"}
    for wrong in ("soon", "2020-01-01T10:00", "9999-12-31T23:59"):
        assert client.post(freezes, given | {"starts_at": wrong}).status_code == 422
    soon = (clock.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    assert client.post(freezes, given | {"starts_at": f"{soon:%Y-%m-%dT%H:%M}"}).status_code == 302

    freeze = staging.freezes.get()
    assert (freeze.starts_at, freeze.ends_at) == (soon, soon + timedelta(hours=48))
    page = client.get(STAGING).content.decode()
    assert "to come" in page
    assert "is frozen" not in page
    assert client.post(f"{freezes}{freeze.pk}/lift/").status_code == 302
    assert "to come" not in client.get(STAGING).content.decode()


def test_superuser_makes_an_environment_and_is_its_administrator(
    admin_client: Client, admin_user: User, sign_in: SignIn, commander: User
) -> None:
    given = {"name": "production-eu", "project": "netra-production", "region": "europe-west8"}
    assert sign_in(commander).post("/environments/add/", given).status_code == 403
    assert admin_client.post("/environments/add/", given).status_code == 302
    assert admin_client.post("/environments/add/", given).status_code == 409
    assert admin_client.post("/environments/add/", given | {"name": "add"}).status_code == 422

    made = Environment.objects.get(name="production-eu")
    assert Membership.objects.get(environment=made).person == admin_user
    assert admin_client.get("/environments/production-eu/").status_code == 200


def test_page_asks_the_same_for_few_members_and_many(
    administrator: Client, staging: Environment
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert administrator.get(STAGING).status_code == 200
        return len(captured)

    first = Group.objects.create(name="first")
    Membership.objects.create(group=first, environment=staging, role=Role.VIEWER)
    few = asked()
    for number in range(20):
        factories.make_person(f"person-{number}", Role.RESPONDER, Role.APPROVER)
        Membership.objects.create(
            group=Group.objects.create(name=f"group {number}"),
            environment=staging,
            role=Role.VIEWER,
        )
    assert asked() == few
