"""What administrators list: programs and networks, refused with the reason where they cannot be."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from incidents.models import ListedProgram
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


def test_environment_refuses_a_network_that_is_none(admin_client: Client) -> None:
    environment = factories.make_environment()
    page = admin_client.post(
        reverse("admin:incidents_environment_change", args=[environment.pk]),
        {
            "name": "staging",
            "project": "netra-staging",
            "region": "us-central1",
            "endpoint": environment.endpoint,
            "allowed_hosts": "[]",
            "allowed_networks": '["10.0.0.0/33"]',
            "routes": "{}",
            "credentials": "application default",
            "memberships-TOTAL_FORMS": "0",
            "memberships-INITIAL_FORMS": "0",
        },
    )
    assert "10.0.0.0/33 is not a network" in page.content.decode()


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


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"endpoint": "https://compute.googleapis.com"}, "reached over http on this machine"),
        ({"endpoint": "http://10.0.0.1:80"}, "reached over http on this machine"),
        ({"routes": '{"a.example.com": "http://169.254.169.254"}'}, "on this machine"),
        ({"routes": '["a"]'}, "Write {"),
        ({"allowed_hosts": '"a.example.com"'}, "Write a list of hosts"),
    ],
)
def test_environment_refuses_addresses_that_are_not_of_this_machine(
    admin_client: Client, changed: dict[str, str], sentence: str
) -> None:
    environment = factories.make_environment()
    change = reverse("admin:incidents_environment_change", args=[environment.pk])
    given = {
        "name": "staging",
        "project": "netra-staging",
        "region": "us-central1",
        "endpoint": "http://127.0.0.1:8001",
        "allowed_hosts": '["App.example.com"]',
        "allowed_networks": "[]",
        "routes": '{"app.example.com": "http://127.0.0.1:8001"}',
        "credentials": "application default",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    assert sentence in admin_client.post(change, {**given, **changed}).content.decode()
    assert admin_client.post(change, given).status_code == 302
    environment.refresh_from_db()
    assert environment.allowed_hosts == ["app.example.com"]
