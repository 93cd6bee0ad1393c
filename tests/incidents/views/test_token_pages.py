"""A person's own tokens: made, shown once, revoked."""

from __future__ import annotations

import re
import time

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client

from incidents.models import ApiToken, Membership
from tests.incidents.views.conftest import SignIn


def just_signed_in(client: Client, person: User, method: str = "password") -> Client:
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


def test_token_is_shown_once_and_opens_the_api(sign_in: SignIn, engineer: User) -> None:
    client = just_signed_in(sign_in(engineer), engineer)
    made = client.post(
        "/account/tokens/add/", {"name": "<deploy>", "scopes": ["read"], "days": "30"}
    )

    found = re.search(r'id="new-token">(rb_[\w-]+)<', made.content.decode())
    assert found
    assert "no-store" in made["Cache-Control"]
    answer = Client().get("/api/v1/incidents", headers={"Authorization": f"Bearer {found[1]}"})
    assert answer.status_code == 200
    page = client.get("/account/tokens/").content.decode()
    assert found[1] not in page
    assert "&lt;deploy&gt;" in page
    assert "last used" in page


def test_who_has_a_second_factor_shows_it_first(sign_in: SignIn, engineer: User) -> None:
    client = sign_in(engineer)
    Authenticator.objects.create(user=engineer, type=Authenticator.Type.TOTP, data={})
    given = {"name": "x", "scopes": ["read"], "days": "1"}

    refused = client.post("/account/tokens/add/", given)

    assert refused.status_code == 403
    assert "/account/prove/?next=%2Faccount%2Ftokens%2F" in refused.content.decode()
    assert not ApiToken.objects.exists()
    just_signed_in(client, engineer)
    assert client.post("/account/tokens/add/", given).status_code == 403
    just_signed_in(client, engineer, "mfa")
    assert client.post("/account/tokens/add/", given).status_code == 200
    assert ApiToken.objects.count() == 1


def test_a_session_that_somebody_found_makes_no_token(sign_in: SignIn, engineer: User) -> None:
    client = sign_in(engineer)
    given = {"name": "x", "scopes": ["work"], "days": "365"}

    refused = client.post("/account/tokens/add/", given)

    assert refused.status_code == 403
    assert "/account/prove/password/?next=%2Faccount%2Ftokens%2F" in refused.content.decode()
    assert not ApiToken.objects.exists()


def test_who_has_no_password_here_signs_in_again(sign_in: SignIn, engineer: User) -> None:
    engineer.set_unusable_password()
    engineer.save()

    refused = sign_in(engineer).post(
        "/account/tokens/add/", {"name": "x", "scopes": ["read"], "days": "1"}
    )

    assert (refused.status_code, ApiToken.objects.count()) == (403, 0)
    assert "Sign out and in again" in refused.content.decode()


def test_token_is_revoked_by_its_owner_alone(
    sign_in: SignIn, engineer: User, commander: User
) -> None:
    client = just_signed_in(sign_in(engineer), engineer)
    client.post("/account/tokens/add/", {"name": "x", "scopes": ["read"], "days": "1"})
    token = ApiToken.objects.get()
    revoke = f"/account/tokens/{token.pk}/revoke/"

    assert sign_in(commander).post(revoke).status_code == 404
    assert sign_in(engineer).post(revoke).status_code == 302
    assert "revoked" in sign_in(engineer).get("/account/tokens/").content.decode()


def test_wrong_words_make_no_token(sign_in: SignIn, engineer: User) -> None:
    client = just_signed_in(sign_in(engineer), engineer)
    for given in ({}, {"name": "x", "days": "x"}, {"name": "x", "days": "9999", "scopes": "read"}):
        assert client.post("/account/tokens/add/", given).status_code == 422
    assert not ApiToken.objects.exists()


def test_who_has_no_role_learns_that_tokens_open_nothing(sign_in: SignIn, engineer: User) -> None:
    client, words = sign_in(engineer), "a token of yours opens nothing until somebody gives you one"
    assert words not in client.get("/account/tokens/").content.decode()

    Membership.objects.filter(person=engineer).delete()

    assert words in client.get("/account/tokens/").content.decode()
    User.objects.filter(pk=engineer.pk).update(is_superuser=True)
    assert words not in client.get("/account/tokens/").content.decode()
