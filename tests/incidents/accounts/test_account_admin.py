"""Django's admin shows nothing secret of accounts, and lets nobody write a way in."""

from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def superuser_page(commander: User) -> Client:
    User.objects.filter(pk=commander.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(commander)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "mfa/authenticator/",
        "account/emailaddress/",
        "socialaccount/socialapp/",
        "socialaccount/socialtoken/",
        "usersessions/usersession/",
    ],
)
def test_tables_of_secrets_are_not_in_the_admin(path: str, superuser_page: Client) -> None:
    assert superuser_page.get(f"/admin/{path}").status_code == 404


def test_connections_to_the_provider_are_seen_and_only_deleted(
    superuser_page: Client, engineer: User
) -> None:
    row = SocialAccount.objects.create(user=engineer, provider="organisation", uid="emeka")
    base = "/admin/socialaccount/socialaccount/"

    assert "emeka" in superuser_page.get(base).content.decode()
    assert superuser_page.get(f"{base}add/").status_code == 403
    superuser_page.post(f"{base}{row.pk}/change/", {"uid": "somebody-else"})
    superuser_page.post(f"{base}{row.pk}/delete/", {"post": "yes"})
    assert not SocialAccount.objects.exists()
