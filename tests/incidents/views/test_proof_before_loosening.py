"""A session that somebody found loosens nothing: where there is a second factor it is asked for
before what protects an environment, who may act there, and what workers run is changed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from incidents import clock
from incidents.actions.environments import digest_of
from incidents.models import ChangeWindow, Environment, Freeze, ListedProgram, Membership
from incidents.states import Role
from tests import factories
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

PAGE = "/environments/production/"
PROVE = "/account/prove/?next=%2Fenvironments%2Fproduction%2F"
WINDOW = {"weekdays": ["0"], "opens": "22:00", "closes": "05:00", "time_zone": "UTC"}


@pytest.fixture
def production(db: None) -> Environment:
    made = factories.make_environment("production", endpoint="")
    Environment.objects.filter(pk=made.pk).update(is_protected=True)
    made.refresh_from_db()
    return made


@pytest.fixture
def guarded(production: Environment, sign_in: SignIn) -> Client:
    """An administrator's session whose second factor was not shown lately."""
    person = factories.make_person("administrator")
    Membership.objects.create(person=person, environment=production, role=Role.ADMINISTRATOR)
    enrol(person)
    return sign_in(person)


def enrol(person: User) -> None:
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})


def show_second_factor(client: Client) -> None:
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def settings_of(environment: Environment, **changed: Any) -> dict[str, Any]:
    return {
        "seen": digest_of(environment),
        "project": environment.project,
        "region": environment.region,
        "credentials": environment.credentials,
        **changed,
    }


def test_protected_environment_is_loosened_only_with_the_factor(
    guarded: Client, production: Environment, engineer: User, commander: User
) -> None:
    held = Membership.objects.create(person=engineer, environment=production, role=Role.VIEWER)
    window = ChangeWindow.objects.create(
        environment=production, weekdays=[1], opens="08:00", closes="09:00", time_zone="UTC"
    )
    freeze = Freeze.objects.create(
        environment=production, starts_at=clock.now(), reason="Launch", declared_by=commander
    )
    steps = (
        (f"freezes/{freeze.pk}/lift/", {}),
        (f"windows/{window.pk}/remove/", {}),
        ("windows/", WINDOW),
        ("members/", {"holder": f"person-{engineer.pk}", "role": "approver"}),
        (f"members/{held.pk}/remove/", {}),
        ("change/", settings_of(production, endpoint="http://127.0.0.1:8001")),
    )
    for path, given in steps:
        refused = guarded.post(f"{PAGE}{path}", given, headers={"HX-Request": "true"})
        assert (path, refused.status_code) == (path, 403)
        assert PROVE in refused.content.decode()
        assert 'target="_blank"' in refused.content.decode()
    production.refresh_from_db()
    freeze.refresh_from_db()
    assert (production.is_protected, freeze.lifted_at) == (True, None)
    assert list(production.memberships.filter(person=engineer)) == [held]
    assert list(ChangeWindow.objects.all()) == [window]

    show_second_factor(guarded)
    done = [(path, guarded.post(f"{PAGE}{path}", given).status_code) for path, given in steps]
    assert done == [(path, 302) for path, _ in steps]
    production.refresh_from_db()
    assert not production.is_protected


def test_page_asks_before_anything_is_typed(
    guarded: Client, production: Environment, sign_in: SignIn, commander: User
) -> None:
    Membership.objects.create(person=commander, environment=production, role=Role.VIEWER)
    assert PROVE in guarded.get(PAGE).content.decode()
    assert PROVE not in sign_in(commander).get(PAGE).content.decode()

    show_second_factor(guarded)
    assert PROVE not in guarded.get(PAGE).content.decode()


def test_stopping_changes_watching_and_other_environments_ask_for_nothing(
    guarded: Client, production: Environment
) -> None:
    staging = factories.make_environment()
    administrator = User.objects.get(username="administrator")
    Membership.objects.create(person=administrator, environment=staging, role=Role.ADMINISTRATOR)
    assert guarded.post(f"{PAGE}freezes/", {"reason": "Launch"}).status_code == 302
    assert guarded.post("/environments/staging/windows/", WINDOW).status_code == 302
    assert PROVE not in guarded.get("/environments/staging/").content.decode()


def test_who_has_no_second_factor_and_who_may_not_are_not_asked_for_one(
    production: Environment, admin_client: Client, sign_in: SignIn, engineer: User
) -> None:
    Membership.objects.create(person=engineer, environment=production, role=Role.RESPONDER)
    enrol(engineer)
    refused = sign_in(engineer).post(f"{PAGE}windows/", WINDOW).content.decode()
    assert PROVE not in refused
    assert "one of its administrators" in refused
    assert admin_client.post(f"{PAGE}windows/", WINDOW).status_code == 302


def test_groups_are_filled_only_with_the_factor(
    admin_client: Client, admin_user: User, engineer: User
) -> None:
    group = Group.objects.create(name="infrastructure")
    enrol(admin_user)
    fill = (f"/groups/{group.pk}/members/", {"person": engineer.pk})
    refused = admin_client.post(*fill)
    assert (refused.status_code, group.user_set.count()) == (403, 0)
    assert "/account/prove/?next=%2Fgroups%2F" in refused.content.decode()

    show_second_factor(admin_client)
    assert admin_client.post(*fill).status_code == 302
    assert group.user_set.get() == engineer


def test_programs_are_listed_only_with_the_factor(admin_client: Client, admin_user: User) -> None:
    enrol(admin_user)
    add = reverse("admin:incidents_listedprogram_add")
    asked = admin_client.get(add)
    assert (asked.status_code, asked["Location"]) == (
        302,
        "/account/prove/?next=%2Fadmin%2Fincidents%2Flistedprogram%2Fadd%2F",
    )
    row = ListedProgram.objects.create(
        environment=factories.make_environment(),
        name="deploy",
        written="python deploy.py",
        executable=["/usr/bin/python3"],
        effect="changes",
        seconds=60,
    )
    everything = reverse("admin:incidents_listedprogram_changelist")
    delete = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    places = (
        add,
        reverse("admin:incidents_listedprogram_change", args=[row.pk]),
        reverse("admin:incidents_listedprogram_delete", args=[row.pk]),
        everything,
    )
    assert [admin_client.post(place, delete).status_code for place in places] == [403] * 4
    assert ListedProgram.objects.get() == row
    assert admin_client.get(everything).status_code == 200

    show_second_factor(admin_client)
    assert admin_client.get(add).status_code == 200
    assert admin_client.post(everything, delete).status_code == 302
    assert not ListedProgram.objects.exists()
