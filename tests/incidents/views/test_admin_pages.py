"""What administrators list in Django's admin, refused with the reason where it cannot be."""

from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from incidents.models import AdministrationEntry, ListedProgram
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"executable": '["python3"]'}, "The executable is given as an absolute path."),
        ({"executable": '"python3"'}, "Write a list of words"),
        ({"written": "gcloud deploy"}, "already means something here"),
        ({"seconds": "99999"}, "seconds"),
        ({"pattern": "(a+)+"}, "could take for ever"),
        ({"variables": '["LD_PRELOAD"]'}, "is not a variable that is passed on"),
    ],
)
def test_administrator_is_told_what_cannot_be_listed(
    admin_client: Client, changed: dict[str, str], sentence: str
) -> None:
    given = {
        "environment": str(factories.make_environment().pk),
        "name": "deploy",
        "written": "python scripts/deploy.py",
        "executable": '["/usr/bin/python3", "deploy.py"]',
        "pattern": "",
        "effect": "changes",
        "seconds": "60",
        "folder": "/srv/tools",
        "variables": "[]",
    }
    add = reverse("admin:incidents_listedprogram_add")
    refused = admin_client.post(add, {**given, **changed})
    assert sentence in refused.content.decode()
    assert not ListedProgram.objects.exists()
    assert admin_client.post(add, given).status_code == 302
    assert ListedProgram.objects.get().executable == ["/usr/bin/python3", "deploy.py"]


def test_nobody_but_administrators_lists_programs(client: Client, commander: User) -> None:
    client.force_login(commander)
    assert client.get(reverse("admin:incidents_listedprogram_add")).status_code == 302


def test_administrator_is_told_what_belongs_into_each_field(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:incidents_listedprogram_add")).content.decode()

    assert "How runbooks begin it" in page
    assert "RUNBOOK_PROGRAMS=true" in page
    assert "null" not in page.partition('id="id_executable"')[2].partition("</textarea>")[0]


def test_only_administrators_have_a_way_to_the_administration(
    admin_client: Client, client: Client, commander: User
) -> None:
    client.force_login(commander)

    assert 'href="/admin/"' in admin_client.get("/runbooks/").content.decode()
    assert 'href="/admin/"' not in client.get("/runbooks/").content.decode()


def test_what_is_done_in_the_administration_is_written_down(admin_client: Client) -> None:
    environment = factories.make_environment()
    given = {
        "environment": str(environment.pk),
        "name": "deploy",
        "written": "python scripts/deploy.py",
        "executable": '["/usr/bin/python3", "deploy.py"]',
        "effect": "changes",
        "seconds": "60",
        "folder": "/srv/tools",
        "variables": "[]",
    }
    admin_client.post(reverse("admin:incidents_listedprogram_add"), given)
    program = ListedProgram.objects.get()
    change = reverse("admin:incidents_listedprogram_change", args=[program.pk])
    admin_client.post(change, given | {"seconds": "90"})
    delete = reverse("admin:incidents_listedprogram_delete", args=[program.pk])
    admin_client.post(delete, {"post": "yes"})

    entries = list(AdministrationEntry.objects.order_by("number"))
    assert [entry.kind for entry in entries] == [
        "listedprogram.added",
        "listedprogram.changed",
        "listedprogram.deleted",
    ]
    assert {entry.environment for entry in entries} == {environment}
    assert entries[1].data["after"]["seconds"] == 90.0


def test_nothing_that_has_rules_of_its_own_is_changed_there() -> None:
    names = {model._meta.model_name for model in admin.site._registry}

    assert names == {"listedprogram", "runbook", "socialaccount"}


def test_connection_of_the_last_superuser_is_not_taken_apart(
    admin_client: Client, admin_user: User, settings: Settings
) -> None:
    settings.LOCAL_PASSWORDS, settings.OIDC_URL = False, "https://id.example.com"
    linked = SocialAccount.objects.create(user=admin_user, provider="x", uid="1")
    delete = reverse("admin:socialaccount_socialaccount_delete", args=[linked.pk])

    refused = admin_client.post(delete, {"post": "yes"})

    assert "last superuser who can sign in" in refused.content.decode()
    assert SocialAccount.objects.exists()
