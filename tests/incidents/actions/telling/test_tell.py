"""Whoever is told is written down first: by which way, when, and once."""

from datetime import date, time

from django.contrib.auth.models import Group, User
from pytest_django.fixtures import Settings

from incidents import encryption
from incidents.actions import escalate, resolve, take_up, tell
from incidents.models import (
    Incident,
    Notification,
    NotificationRule,
    Rota,
    RotaMember,
)
from incidents.queries.receivers import who_is
from tests.factories import make_level
from tests.incidents.actions.telling.deeds import channel_of, tell_whom, waiting
from tests.incidents.conftest import SetClock


def test_person_without_any_channel_has_a_notice_and_a_mail(
    incident: Incident, engineer: User, settings: Settings
) -> None:
    settings.MAIL_URL = "smtp://mail.example.com"
    engineer.email = "engineer@example.com"
    engineer.save()

    assert tell_whom(incident, "engineer") == 1

    notice, mail = Notification.objects.order_by("pk")
    assert (notice.person, notice.state, notice.shown, notice.error) == (engineer, "sent", "", "")
    assert (mail.person, mail.state, mail.shown) == (engineer, "waiting", "e…@example.com")
    assert "engineer@example.com" not in mail.sealed_address
    assert encryption.unseal(mail.sealed_address) == "engineer@example.com"


def test_person_without_a_mail_address_is_only_told_in_the_page(
    incident: Incident, engineer: User
) -> None:
    tell_whom(incident, "engineer")

    assert Notification.objects.get().error == tell.ONLY_IN_THE_PAGE


def test_long_subject_is_cut_behind_a_word_and_seen_to_be(
    incident: Incident, engineer: User
) -> None:
    for subject in ("word " * 60, "w" * 300):
        tell_whom(incident, "engineer", key=subject[:10], subject=subject)

    words, one = (row.subject for row in Notification.objects.order_by("pk"))
    assert words == "word " * 39 + "…"
    assert one == "w" * (tell.LONGEST_SUBJECT - 2) + " …"


def test_channels_without_rules_are_used_at_once_and_rules_one_after_the_other(
    incident: Incident, engineer: User, leader: User
) -> None:
    for person in (engineer, leader):
        mail, phone = channel_of(person), channel_of(person, "service", name="phone")
    NotificationRule.objects.create(person=leader, channel=mail)
    NotificationRule.objects.create(person=leader, channel=phone, after=300)
    NotificationRule.objects.create(person=leader, channel=phone, after=600, least_severity="P0")
    incident.severity = "P1"

    assert tell_whom(incident, "engineer", "leader") == 2

    assert waiting() == [("my email", 0), ("phone", 0), ("my email", 0), ("phone", 300)]


def test_kinds_of_channel_that_the_level_names_are_used_where_there_are_any(
    incident: Incident, engineer: User, leader: User
) -> None:
    channel_of(engineer)
    channel_of(engineer, "service", name="phone")
    channel_of(leader)

    tell_whom(incident, "engineer", "leader", by=["service"])

    assert waiting() == [("phone", 0), ("my email", 0)]


def test_words_mean_groups_roles_and_the_commander(
    incident: Incident, commander: User, engineer: User, leader: User
) -> None:
    group = Group.objects.create(name="VP Engineering")
    leader.groups.add(group)
    channel_of(None, group=group, name="vp chat", created_by=engineer)
    incident.roles = {"boss": "VP engineering"}

    assert (
        tell_whom(incident, "boss", "vp-engineering", "Approvers", "commander", "nobody-here") == 4
    )

    people = Notification.objects.filter(person__isnull=False).order_by("person__username")
    assert [row.person for row in people] == [commander, engineer, leader]
    assert waiting() == [("vp chat", 0)]


def test_rota_means_who_is_on_call_now(
    incident: Incident, engineer: User, leader: User, set_clock: SetClock
) -> None:
    rota = Rota.objects.create(
        name="database-on-call", begins_on=date(2026, 11, 16), hands_over_at=time(9)
    )
    for position, person in enumerate((engineer, leader)):
        RotaMember.objects.create(rota=rota, person=person, position=position)

    assert who_is(["Database on-call"], incident).people == (engineer,)
    set_clock.advance(3 * 86400)
    assert who_is(["Database on-call"], incident).people == (leader,)
    RotaMember.objects.all().delete()
    assert who_is(["Database on-call"], incident).unknown == ("Database on-call",)


def test_what_is_told_twice_is_stored_once(incident: Incident, engineer: User) -> None:
    channel_of(engineer)

    tell_whom(incident, "engineer")
    tell_whom(incident, "engineer")
    tell_whom(incident, "engineer", key="INC level 1 2")

    assert Notification.objects.count() == 4


def test_acknowledging_stops_what_waits(incident: Incident, engineer: User) -> None:
    NotificationRule.objects.create(person=engineer, channel=channel_of(engineer), after=300)
    tell_whom(incident, "engineer")

    assert tell.no_longer(f"{incident.name} level 1") == 1
    assert waiting() == []
    assert tell.no_longer(f"{incident.name} level 1") == 0


def test_rungs_of_a_person_end_when_the_level_is_acknowledged(
    incident: Incident, engineer: User, commander: User, set_clock: SetClock
) -> None:
    phone = channel_of(engineer, "service", name="phone")
    NotificationRule.objects.create(person=engineer, channel=channel_of(engineer))
    NotificationRule.objects.create(person=engineer, channel=phone, after=300)
    engineer.groups.add(Group.objects.create(name="infrastructure lead"))
    level = make_level(incident, 7200)
    set_clock.advance(7200)

    escalate.fire_due_timers()
    assert waiting() == [("my email", 0), ("phone", 300)]
    Notification.objects.filter(due_at__lte=set_clock.at).update(state="sent")
    take_up.acknowledge(actor=commander, level_id=level.pk)

    assert waiting() == []


def test_incident_that_ends_stops_what_waits_and_not_its_last_words(
    incident: Incident, engineer: User, commander: User
) -> None:
    NotificationRule.objects.create(person=engineer, channel=channel_of(engineer), after=300)
    tell_whom(incident, "engineer")
    tell_whom(incident, "engineer", kind="report due", key="report")

    resolve.resolve(actor=commander, incident_id=incident.pk, words="It works again.")

    rows = Notification.objects.exclude(shown="").order_by("pk")
    assert [(row.kind, row.state) for row in rows] == [
        ("escalation", "cancelled"),
        ("report due", "waiting"),
    ]


def test_secrets_do_not_leave_and_drills_say_so(incident: Incident, engineer: User) -> None:
    incident.secrets, incident.is_drill = {"db_password": "Tr0ub4dor-and-three"}, True

    tell_whom(incident, "engineer", body="It is Tr0ub4dor-and-three", subject="x\r\nBcc: y")

    row = Notification.objects.get()
    assert "Tr0ub4dor" not in row.body
    assert row.subject == "DRILL x Bcc: y"
