"""Rotas as everybody sees them, superusers change them and members swap in them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents import clock
from incidents.models import Rota, RotaOverride
from tests.incidents.views.conftest import SignIn

GIVEN = {
    "name": "Database on call",
    "time_zone": "Europe/Rome",
    "begins_on": "2026-01-05",
    "hands_over_at": "09:00",
    "shift_days": "7",
    "members": "engineer\ncommander\n",
}
ROTA = "/rotas/database-on-call/"


def make_rota(admin: Client) -> Rota:
    assert admin.post("/rotas/add/", GIVEN).headers["Location"] == ROTA
    return Rota.objects.get()


def test_rota_is_made_changed_and_deleted(
    admin_client: Client, engineer: User, commander: User
) -> None:
    make_rota(admin_client)
    page = admin_client.get(ROTA).content.decode()
    assert "on call until" in page
    assert page.count("shift-row") == 7  # the one that runs and those of six weeks

    turned = GIVEN | {"members": "commander", "shift_days": "14"}
    assert admin_client.post(f"{ROTA}change/", turned).status_code == 302
    assert [member.person for member in Rota.objects.get().members.all()] == [commander]
    admin_client.post(f"{ROTA}delete/")
    assert not Rota.objects.exists()
    assert "No rota yet" in admin_client.get("/rotas/").content.decode()


def test_unknown_people_are_named(admin_client: Client, engineer: User) -> None:
    answer = admin_client.post("/rotas/add/", GIVEN | {"members": "engineer\nnobody\n<b>"})

    assert answer.status_code == 422
    assert "Nobody is called nobody, &lt;b&gt; here." in answer.content.decode()


def test_others_look_and_do_not_change(
    admin_client: Client, sign_in: SignIn, engineer: User, commander: User, leader: User
) -> None:
    make_rota(admin_client)
    client = sign_in(leader)
    page = client.get(ROTA).content.decode()
    assert 'method="post"' not in page.partition("<main")[2]

    hour = {"person": leader.pk, "starts_at": "2030-01-01T09:00", "ends_at": "2030-01-02T09:00"}
    assert client.post("/rotas/add/", GIVEN).status_code == 403
    assert client.post(f"{ROTA}change/", GIVEN).status_code == 403
    assert client.post(f"{ROTA}delete/").status_code == 403
    assert client.post(f"{ROTA}overrides/", hour).status_code == 403
    assert client.get("/rotas/nothing/").status_code == 404


def test_member_swaps_in_the_local_time_of_the_rota(
    admin_client: Client, sign_in: SignIn, engineer: User, commander: User
) -> None:
    make_rota(admin_client)
    client = sign_in(engineer)
    given = {
        "person": commander.pk,
        "starts_at": "2030-01-01T09:00",
        "ends_at": "2030-07-01T09:00",
        "reason": "a long leave",
    }
    assert client.post(f"{ROTA}overrides/", given).status_code == 302
    made = RotaOverride.objects.get()
    assert (f"{made.starts_at:%H:%M}", f"{made.ends_at:%H:%M}") == ("08:00", "07:00")
    assert "a long leave" in client.get(ROTA).content.decode()

    assert client.post(f"/rotas/another/overrides/{made.pk}/remove/").status_code == 404
    client.post(f"{ROTA}overrides/{made.pk}/remove/")
    assert not RotaOverride.objects.exists()


def test_rotas_ask_the_same_for_1_and_many(
    admin_client: Client, engineer: User, commander: User
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get("/rotas/").status_code == 200
        return len(captured)

    rota = make_rota(admin_client)
    asked()
    few = asked()
    now = clock.now()
    for number in range(6):
        admin_client.post("/rotas/add/", GIVEN | {"name": f"rota {number}"})
        end = now + timedelta(days=number + 1)
        rota.overrides.create(person=commander, starts_at=now, ends_at=end, made_by=commander)
    assert asked() == few
