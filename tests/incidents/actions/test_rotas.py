"""Rotas are made by superusers, overrides by members too; both stand on the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from incidents import clock
from incidents.actions import rota_overrides, rotas
from incidents.models import AdministrationEntry, Notification, Rota, RotaOverride
from incidents.queries.on_call import on_call
from incidents.refusal import Refused
from tests import factories

NOW = datetime(2026, 10, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[None]:
    clock.set_source(lambda: NOW)
    yield
    clock.set_source(None)


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    return factories.make_person("ana"), factories.make_person("bo")


@pytest.fixture
def rota(people: tuple[User, User], admin_user: User) -> Rota:
    return rotas.create_rota(actor=admin_user, name="Database on call", turns=turns(people))


def turns(members: Sequence[User], **given: Any) -> rotas.Turns:
    usual = {
        "time_zone": "Europe/Rome",
        "begins_on": date(2026, 10, 5),
        "hands_over_at": time(9),
        "shift_days": 7,
    }
    return rotas.Turns(**(usual | given), members=members)


def override(actor: User, rota: Rota, person: User, **given: Any) -> RotaOverride:
    hours = {"starts_at": NOW - HOUR, "ends_at": NOW + HOUR}
    return rota_overrides.add_override(
        actor=actor, rota_id=rota.pk, person=person, **(hours | given)
    )


def name_now(rota: Rota) -> str:
    shift = on_call(Rota.objects.get(pk=rota.pk), at=NOW)
    return shift.person.get_username() if shift else ""


def test_rota_is_made_and_its_members_take_turns(
    rota: Rota, people: tuple[User, User], admin_user: User
) -> None:
    assert (rota.name, name_now(rota)) == ("database-on-call", "ana")

    rotas.change_rota(actor=admin_user, rota_id=rota.pk, turns=turns(people[::-1]))
    assert name_now(rota) == "bo"
    last = AdministrationEntry.objects.order_by("-number")[0]
    assert (last.kind, last.data["before"]["members"]) == ("rota.changed", ["ana", "bo"])
    rotas.delete_rota(actor=admin_user, rota_id=rota.pk)
    assert not Rota.objects.exists()


def test_rota_is_for_superusers_alone(rota: Rota, people: tuple[User, User]) -> None:
    for attempt in (
        lambda: rotas.create_rota(actor=people[0], name="mine", turns=turns(people)),
        lambda: rotas.change_rota(actor=people[0], rota_id=rota.pk, turns=turns(people)),
        lambda: rotas.delete_rota(actor=people[0], rota_id=rota.pk),
    ):
        with pytest.raises(Refused, match="Ask a superuser"):
            attempt()
    assert list(Rota.objects.all()) == [rota]


@pytest.mark.parametrize(
    "name", ["", "9to5", "Approvers", "database on-call", "Data Base", "ana", "ü"]
)
def test_name_that_means_something_else_is_refused(
    name: str, rota: Rota, people: tuple[User, User], admin_user: User
) -> None:
    Group.objects.create(name="data-base")
    with pytest.raises(Refused):
        rotas.create_rota(actor=admin_user, name=name, turns=turns(people))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"time_zone": "Rome"}, "not a time zone"),
        ({"shift_days": 0}, "from 1 to 366 days"),
        ({"members": []}, "from 1 to 60 people"),
    ],
)
def test_turns_that_cannot_be_are_refused(
    given: dict[str, Any], words: str, rota: Rota, people: tuple[User, User], admin_user: User
) -> None:
    members = given.pop("members", people)
    with pytest.raises(Refused, match=words):
        rotas.change_rota(actor=admin_user, rota_id=rota.pk, turns=turns(members, **given))


def test_member_puts_another_on_call_and_takes_it_back(
    rota: Rota, people: tuple[User, User]
) -> None:
    ana, bo = people
    made = override(ana, rota, bo, reason="at the dentist")
    assert name_now(rota) == "bo"

    rota_overrides.remove_override(actor=bo, override_id=made.pk)
    made.refresh_from_db()
    assert (made.ends_at, name_now(rota)) == (NOW, "ana")
    with pytest.raises(Refused, match="has ended"):
        rota_overrides.remove_override(actor=bo, override_id=made.pk)
    told = Notification.objects.values_list("person__username", "subject")
    assert list(told) == [
        ("bo", "You are on call in database-on-call from 2026-10-07 11:00 to 2026-10-07 13:00 UTC")
    ]
    kinds = list(AdministrationEntry.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == ["rota.created", "rota.override", "rota.override"]


def test_override_that_has_not_begun_goes_altogether(
    rota: Rota, people: tuple[User, User], admin_user: User
) -> None:
    made = override(admin_user, rota, people[1], starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)
    rota_overrides.remove_override(actor=people[0], override_id=made.pk)
    assert not RotaOverride.objects.exists()
    with pytest.raises(Refused, match="already"):
        rota_overrides.remove_override(actor=people[0], override_id=made.pk)


def test_reason_of_an_override_is_kept_without_secrets(
    rota: Rota, people: tuple[User, User]
) -> None:
    token = "ghp_" + "a1B2" * 9
    made = override(people[0], rota, people[1], reason=f"I rotate {token} today.")

    kept = RotaOverride.objects.get(pk=made.pk).reason
    assert token not in kept
    assert (kept[:9], kept[-7:]) == ("I rotate ", " today.")


def test_override_by_somebody_else_or_of_no_use_is_refused(
    rota: Rota, people: tuple[User, User], engineer: User
) -> None:
    ana, bo = people
    with pytest.raises(Refused, match="Ask one of its members"):
        override(engineer, rota, engineer)
    with pytest.raises(Refused, match="ends after"):
        override(ana, rota, bo, ends_at=NOW - 2 * HOUR)
    with pytest.raises(Refused, match="passed"):
        override(ana, rota, bo, ends_at=NOW)
    User.objects.filter(pk=bo.pk).update(is_active=False)
    bo.refresh_from_db()
    with pytest.raises(Refused, match="deactivated"):
        override(ana, rota, bo)
    assert not RotaOverride.objects.exists()
