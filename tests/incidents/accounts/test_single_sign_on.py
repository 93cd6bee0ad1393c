"""Single sign-on against a real provider over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django import Settings

from incidents.models import AdministrationEntry
from tests.incidents.accounts.conftest import PASSWORD, SignIn, code_of, set_up_app
from tests.support.oidc_provider import Provider, private_provider


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with private_provider() as started:
        yield started


@pytest.fixture
def provider(running: Provider, settings: Settings, db: None) -> Provider:
    app = {"provider_id": "organisation", "client_id": "runbook", "secret": "a secret"}
    app |= {"name": "Example", "settings": {"server_url": running.url}}
    settings.OIDC_URL, settings.OIDC_NAME = running.url, "Example"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    running.know("gita", name="Gita Rao", preferred_username="gita", email="gita@example.com")
    return running


def _address(client: Client, next_page: str = "") -> str:
    page = client.post("/sign-in/organisation/", {"next": next_page})
    return str(page.context["address"])


def _come_back(client: Client, location: str) -> str:
    back = urlsplit(location)
    answer = client.get(f"{back.path}?{back.query}")
    return answer.headers.get("Location", "") or answer.content.decode()


def _sign_in(provider: Provider, sub: str = "gita", next_page: str = "") -> tuple[Client, str]:
    client = Client()
    location = provider.let_in(_address(client, next_page), sub)
    return client, _come_back(client, location)


def test_button_is_there_only_with_a_provider(provider: Provider, settings: Settings) -> None:
    assert "Sign in with Example" in Client().get("/sign-in/").content.decode()

    settings.OIDC_URL = ""
    assert "Sign in with" not in Client().get("/sign-in/").content.decode()
    assert Client().post("/sign-in/organisation/").status_code == 404


def test_new_person_gets_an_account_without_any_role(provider: Provider) -> None:
    client, place = _sign_in(provider)
    person = User.objects.get(username="gita")

    assert place == "/"
    assert (person.get_full_name(), person.email) == ("Gita Rao", "gita@example.com")
    assert (person.is_staff, person.memberships.count()) == (False, 0)
    assert not person.has_usable_password()
    assert "You hold no role yet" in client.get("/").content.decode()


def test_the_same_person_finds_the_same_account(provider: Provider) -> None:
    _sign_in(provider)
    provider.know("gita", name="Gita Sharma", preferred_username="commander")
    _sign_in(provider)

    assert User.objects.count() == 1


def test_page_that_was_asked_for_is_opened(provider: Provider) -> None:
    assert _sign_in(provider, next_page="/approvals/")[1] == "/approvals/"
    assert _sign_in(provider, next_page="https://example.com/")[1] == "/"


def test_name_of_somebody_else_opens_no_account_of_theirs(provider: Provider, person: User) -> None:
    provider.know("evil", preferred_username=person.username, name="Somebody Else")
    client, _ = _sign_in(provider, "evil")

    assert client.session["_auth_user_id"] != str(person.pk)
    assert User.objects.get(pk=person.pk).username == person.username


@pytest.mark.parametrize(
    ("allowed", "verified", "gets_in"),
    [(False, True, False), (True, False, False), (True, True, True)],
)
def test_mail_address_opens_an_account_only_when_verified_and_allowed(
    allowed: bool,
    verified: bool,
    gets_in: bool,
    provider: Provider,
    person: User,
    settings: Settings,
) -> None:
    settings.OIDC_MATCHES_MAIL = allowed
    User.objects.filter(pk=person.pk).update(email="Chiara@example.com")
    provider.know("chiara", email="chiara@example.com", email_verified=verified)
    client, place = _sign_in(provider, "chiara")

    assert (client.session.get("_auth_user_id") == str(person.pk)) is gets_in
    assert ("There is an account with the address" in place) is not gets_in
    assert User.objects.count() == 1


def test_who_was_switched_off_stays_out(provider: Provider) -> None:
    _sign_in(provider)
    User.objects.filter(username="gita").update(is_active=False)
    client, place = _sign_in(provider)

    assert place == "/sign-in/no-longer/"
    assert client.get("/").status_code == 302


def test_second_factor_is_asked_for_here_too(
    provider: Provider, person: User, sign_in: SignIn, settings: Settings
) -> None:
    secret = set_up_app(sign_in())
    settings.OIDC_MATCHES_MAIL = True
    User.objects.filter(pk=person.pk).update(email="chiara@example.com")
    provider.know("chiara-2", email="chiara@example.com", email_verified=True)
    client, place = _sign_in(provider, "chiara-2")

    assert place == "/sign-in/second-factor/"
    assert client.get("/").status_code == 302
    client.post("/sign-in/second-factor/", {"code": code_of(secret)})
    assert client.get("/").status_code == 200


def test_groups_follow_the_claim(provider: Provider, settings: Settings) -> None:
    settings.OIDC_GROUPS_CLAIM = "groups"
    for name in ("infrastructure", "database", "auditors"):
        Group.objects.create(name=name)
    provider.know("gita", preferred_username="gita", groups=["infrastructure", "unknown"])
    _sign_in(provider)
    person = User.objects.get(username="gita")
    person.groups.add(Group.objects.get(name="auditors"))
    assert Group.objects.count() == 3

    provider.know("gita", preferred_username="gita", groups=["database"])
    _sign_in(provider)
    assert list(person.groups.values_list("name", flat=True)) == ["database"]
    entry = AdministrationEntry.objects.order_by("-number").first()
    assert entry is not None and entry.kind == "group.followed"

    provider.know("gita", preferred_username="gita")
    _sign_in(provider)
    assert not person.groups.exists()


def test_person_who_declines_there_is_not_signed_in(provider: Provider) -> None:
    client = Client()
    page = _come_back(client, provider.turn_away(_address(client)))

    assert "did not confirm who you are" in page
    assert client.get("/").status_code == 302


def test_answer_that_this_browser_did_not_ask_for_is_refused(provider: Provider) -> None:
    stolen = provider.let_in(_address(Client()), "gita")
    victim = Client()

    assert "did not confirm who you are" in _come_back(victim, stolen)
    assert victim.get("/").status_code == 302


def test_answer_counts_once(provider: Provider) -> None:
    client = Client()
    location = provider.let_in(_address(client), "gita")
    _come_back(client, location)
    client.post("/sign-out/")

    assert "did not confirm who you are" in _come_back(client, location)


def test_provider_that_is_away_is_told(provider: Provider, settings: Settings) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"] = {"server_url": "http://127.0.0.1:9"}
    answer = Client().post("/sign-in/organisation/")

    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()


def test_browser_that_was_left_open_sets_up_no_second_factor(provider: Provider) -> None:
    client, _ = _sign_in(provider)
    assert client.get("/account/app/add/").status_code == 200

    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 601
    session.save()
    for path in ("/account/app/add/", "/account/passkeys/add/"):
        assert client.get(path).status_code == 403
        assert client.post(path).status_code == 403


def _connect(client: Client, provider: Provider, sub: str) -> str:
    client.post("/account/prove/password/", {"password": PASSWORD})
    address = client.post("/account/connect/").context["address"]
    return _come_back(client, provider.let_in(address, sub))


def test_person_connects_their_own_account(
    provider: Provider, person: User, sign_in: SignIn
) -> None:
    User.objects.filter(pk=person.pk).update(email="chiara@example.com")
    provider.know("chiara-3", email="chiara@example.com", preferred_username="chiara")
    client = sign_in()

    assert _connect(client, provider, "chiara-3") == "/account/"
    fresh, _ = _sign_in(provider, "chiara-3")
    assert fresh.session["_auth_user_id"] == str(person.pk)

    client.post("/account/disconnect/")
    assert "There is an account with the address" in _sign_in(provider, "chiara-3")[1]


def test_connecting_asks_for_the_password_first(provider: Provider, sign_in: SignIn) -> None:
    answer = sign_in().post("/account/connect/")

    assert answer.headers["Location"].startswith("/account/prove/password/")


def test_what_belongs_to_somebody_else_is_not_connected(
    provider: Provider, sign_in: SignIn
) -> None:
    _sign_in(provider)

    assert "belongs to another account" in _connect(sign_in(), provider, "gita")


def test_person_without_a_password_stays_connected(provider: Provider) -> None:
    client, _ = _sign_in(provider)
    answer = client.post("/account/disconnect/")

    assert "you have no password here" in answer.content.decode()
    assert User.objects.get(username="gita").socialaccount_set.count() == 1
