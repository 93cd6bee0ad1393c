"""Pages of groups and people: for superusers alone; a password is shown once."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.actions.tokens import create_token
from tests import factories
from tests.incidents.views.conftest import SignIn


@pytest.mark.parametrize("path", ["/groups/", "/people/"])
def test_pages_are_for_superusers_alone(
    path: str, admin_client: Client, sign_in: SignIn, outsider: User
) -> None:
    assert admin_client.get(path).status_code == 200
    assert sign_in(outsider).get(path).status_code == 403
    menu = sign_in(outsider).get("/").content.decode()
    assert f'href="{path}"' not in menu
    assert f'href="{path}"' in admin_client.get("/").content.decode()


def test_group_is_made_and_filled(admin_client: Client, engineer: User) -> None:
    assert admin_client.post("/groups/add/", {"name": "infrastructure"}).status_code == 302
    group = Group.objects.get()
    added = admin_client.post(f"/groups/{group.pk}/members/", {"person": engineer.pk})
    assert (added.status_code, list(group.user_set.all())) == (302, [engineer])

    assert "Take out" in admin_client.get("/groups/").content.decode()
    admin_client.post(f"/groups/{group.pk}/members/{engineer.pk}/remove/")
    admin_client.post(f"/groups/{group.pk}/delete/")
    assert not Group.objects.exists()


def test_password_to_begin_with_is_shown_once_and_works(admin_client: Client) -> None:
    made = admin_client.post("/people/add/", {"username": "nina", "first_name": "Nina"})

    found = re.search(r'id="new-password">([^<]+)<', made.content.decode())
    assert found
    assert "no-store" in made["Cache-Control"]
    assert User.objects.get(username="nina").check_password(found[1])
    assert found[1] not in admin_client.get("/people/").content.decode()


def test_deactivated_person_is_out_at_once(
    admin_client: Client, sign_in: SignIn, engineer: User
) -> None:
    client = sign_in(engineer)
    assert client.get("/").status_code == 200

    assert admin_client.post(f"/people/{engineer.pk}/deactivate/").status_code == 302

    assert client.get("/").status_code == 302
    assert "deactivated" in admin_client.get("/people/?q=engineer").content.decode()
    admin_client.post(f"/people/{engineer.pk}/activate/")
    admin_client.post(f"/people/{engineer.pk}/superuser/", {"is_superuser": "yes"})
    engineer.refresh_from_db()
    assert (engineer.is_active, engineer.is_superuser, engineer.is_staff) == (True, True, True)


def test_new_password_ends_the_sessions(
    admin_client: Client, sign_in: SignIn, engineer: User
) -> None:
    client = sign_in(engineer)
    page = admin_client.post(f"/people/{engineer.pk}/password/").content.decode()

    assert "new-password" in page
    assert "They had no API token that worked." in page
    assert client.get("/").status_code == 302


def test_new_password_says_which_tokens_it_ended(admin_client: Client, engineer: User) -> None:
    _token, secret = create_token(actor=engineer, name="<deploy>", scopes=["read"], days=9)
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/incidents", headers=bearer).status_code == 200

    page = admin_client.post(f"/people/{engineer.pk}/password/").content.decode()

    assert "So have their API tokens" in page
    assert "(&lt;deploy&gt;)" in page
    assert Client().get("/api/v1/incidents", headers=bearer).status_code == 401


def test_superuser_lets_somebody_try_to_sign_in_again(admin_client: Client, engineer: User) -> None:
    given = {"login": "engineer", "password": "wrong"}
    for _ in range(6):
        Client().post("/sign-in/", given)
    given["password"] = "pass-word-1234"
    assert Client().post("/sign-in/", given).status_code == 200

    assert admin_client.post(f"/people/{engineer.pk}/try-again/").status_code == 302

    assert Client().post("/sign-in/", given).status_code == 302


def test_people_ask_the_same_for_few_and_many(sign_in: SignIn, admin_user: User) -> None:
    client = sign_in(admin_user)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/people/").status_code == 200
        return len(captured)

    few = asked()
    group = Group.objects.create(name="database")
    for number in range(20):
        factories.make_person(f"person-{number}").groups.add(group)
    assert asked() == few


def test_a_found_session_of_a_superuser_becomes_nobody_else(
    admin_client: Client, admin_user: User, engineer: User
) -> None:
    Authenticator.objects.create(user=admin_user, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=engineer, type=Authenticator.Type.TOTP, data={})
    tries = (
        ("add/", {"username": "friend"}),
        (f"{engineer.pk}/password/", {}),
        (f"{engineer.pk}/second-factors/remove/", {}),
        (f"{engineer.pk}/superuser/", {"is_superuser": "yes"}),
    )
    for path, given in tries:
        refused = admin_client.post(f"/people/{path}", given)
        assert refused.status_code == 403
        assert "/account/prove/?next=%2Fpeople%2F" in refused.content.decode()
    assert not User.objects.filter(username="friend").exists()
    assert Authenticator.objects.filter(user=engineer).exists()

    session = admin_client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(admin_user.pk)
    session.save()
    assert admin_client.post("/people/add/", {"username": "friend"}).status_code == 200
