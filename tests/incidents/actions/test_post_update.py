"""Words reach their audience once, by the way that their draft says, and nobody else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from pytest_django import Settings

from incidents import encryption
from incidents.actions import resolve
from incidents.actions.announce import post_update
from incidents.actions.deliver import deliver
from incidents.actions.sending_words import Doubts, Sending
from incidents.models import Incident, Notification, TimelineEntry, Update
from incidents.queries.words.posted import read_posted
from incidents.queries.words.templates import RESOLUTION
from incidents.refusal import Refused
from incidents.states import Audience, PublicStage, Role, TimerKind
from tests import factories
from tests.incidents.conftest import SetClock, at_once
from tests.support.github_api import TOKEN, github_api

MAIL_COLUMNS = {
    "template": "stakeholder-mail",
    "subject": "[P0] Staging is down",
    "recipients": ("product", "Boss@Example.com", "boss@example.com"),
}
MAIL = Sending(**MAIL_COLUMNS)


@pytest.fixture
def incident(set_clock: SetClock, commander: User) -> Incident:
    return factories.make_incident(commander, secrets={"DB_PASSWORD": "correct-horse"})


@pytest.fixture
def owner(db: None, settings: Settings) -> User:
    settings.MAIL_URL = "smtp://127.0.0.1:9"
    person = factories.make_person("owner", Role.VIEWER)
    person.email = "owner@example.com"
    person.save()
    person.groups.add(Group.objects.create(name="product"))
    return person


def tell(actor: User, incident: Incident, sending: Sending, **words: str) -> Update:
    told = {"audience": Audience.LEADERSHIP, "text": "We repair it.", **words}
    return post_update(actor=actor, incident_id=incident.pk, sending=sending, **told)


def test_two_clicks_tell_once(incident: Incident, commander: User) -> None:
    sending = Sending(token="00000000-0000-4000-8000-000000000001")
    first, second = tell(commander, incident, sending), tell(commander, incident, sending)
    assert first == second
    assert TimelineEntry.objects.filter(kind="update.posted").count() == 1
    other = factories.make_incident(commander)
    with pytest.raises(Refused, match="sent already"):
        tell(commander, other, sending)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_tell_once(incident: Incident, commander: User, owner: User) -> None:
    sending = Sending(**{**MAIL_COLUMNS, "token": "00000000-0000-4000-8000-000000000002"})
    found = at_once(*[lambda: tell(commander, incident, sending)] * 2)
    assert found[0] == found[1]
    assert Notification.objects.exclude(sealed_address="").count() == 2


def test_mail_goes_to_addresses_and_to_the_people_that_words_mean(
    incident: Incident, commander: User, owner: User
) -> None:
    update = tell(commander, incident, MAIL)

    rows = Notification.objects.filter(topic=f"{incident.name} update {update.pk}")
    sent = {encryption.unseal(row.sealed_address) for row in rows if row.sealed_address}
    assert {address.lower() for address in sent} == {"boss@example.com", "owner@example.com"}
    assert {row.subject for row in rows} == {"[P0] Staging is down"}
    entry = TimelineEntry.objects.get(kind="update.posted")
    assert entry.data.pop("seals").keys() == {f"update {update.pk}"}
    assert entry.data == {
        "audience": "leadership",
        "template": "stakeholder-mail",
        "subject": "[P0] Staging is down",
        "to": ["product"],
        "addresses": 2,
    }


def test_recipient_that_nobody_knows_is_shown_before_anything_is_sent(
    incident: Incident, commander: User, owner: User
) -> None:
    sending = Sending(**{**MAIL_COLUMNS, "recipients": ("product", "sales")})
    with pytest.raises(Doubts, match="Nobody here is called “sales”: they get no mail") as doubts:
        tell(commander, incident, sending)
    assert not Update.objects.exists()

    seen = doubts.value.seen
    with pytest.raises(Doubts):
        tell(
            commander,
            incident,
            Sending(**{**MAIL_COLUMNS, "recipients": ("product", "shop"), "insisted": seen}),
        )
    tell(
        commander,
        incident,
        Sending(**{**MAIL_COLUMNS, "recipients": ("product", "sales"), "insisted": seen}),
    )
    assert Notification.objects.exclude(sealed_address="").count() == 1


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"recipients": ("sales",)}, "sales reaches nobody here"),
        ({"recipients": ("a@b@c",)}, "“a@b@c” is no mail address"),
        ({"recipients": ()}, "It names no recipient"),
        ({"subject": " "}, "A mail needs a subject"),
        ({"template": "public-notice"}, "is no draft for leadership"),
        ({"template": "poem"}, "is no draft for leadership"),
    ],
)
def test_wrong_mail_is_refused_in_words(
    columns: dict[str, object], sentence: str, incident: Incident, commander: User
) -> None:
    with pytest.raises(Refused, match=sentence):
        tell(commander, incident, Sending(**{**MAIL_COLUMNS, **columns}))


def test_private_names_for_the_public_need_a_second_look(
    incident: Incident, commander: User
) -> None:
    text = "The connector in netra-staging is full, says commander; 10.1.0.3 does not answer."
    with pytest.raises(Doubts) as doubts:
        tell(commander, incident, Sending(), audience=Audience.PUBLIC, text=text)
    named = "“netra-staging” (the project), “commander” (a person), “10.1.0.3” (an address)"
    sentence = f"Everybody would read names that are private here: {named}."
    assert doubts.value.sentences == (sentence,)
    insisting = Sending(insisted=doubts.value.seen)
    with pytest.raises(Doubts):
        tell(commander, incident, insisting, audience=Audience.PUBLIC, text=f"{text} us-central1")
    tell(commander, incident, insisting, audience=Audience.PUBLIC, text=text)


def test_secret_never_reaches_the_public(incident: Incident, commander: User) -> None:
    words = "The password is correct-horse."
    for sending, text in ((Sending(), words), (Sending(public_title=words), "We look.")):
        with pytest.raises(Refused, match="hold a secret"):
            tell(commander, incident, sending, audience=Audience.PUBLIC, text=text)
    assert "correct-horse" not in tell(commander, incident, Sending(), text=words).text


def test_public_words_set_stage_and_title(incident: Incident, commander: User) -> None:
    sending = Sending(
        template="public-notice", stage=PublicStage.IDENTIFIED, public_title="Sign-in fails"
    )
    update = tell(commander, incident, sending, audience=Audience.PUBLIC, text="We repair it.")
    incident.refresh_from_db()
    assert (update.stage, incident.public_stage) == (PublicStage.IDENTIFIED,) * 2
    assert incident.public_title == "Sign-in fails"
    with pytest.raises(Refused, match="is not a stage"):
        tell(commander, incident, Sending(stage="over"), audience=Audience.PUBLIC)


@pytest.mark.parametrize("token", ["ghp-of-the-test", ""])
def test_issue_gets_comment_and_labels_where_a_token_is_set(
    token: str, incident: Incident, commander: User, settings: Settings
) -> None:
    settings.GITHUB_TOKEN = token
    sending = Sending(template="github-issue", issue="acme/shop#12", labels=("P0", "outage"))
    update = tell(commander, incident, sending, audience=Audience.ENGINEERING)

    rows = Notification.objects.filter(kind__startswith="github").order_by("kind")
    assert [(row.kind, row.body) for row in rows] == (
        [("github comment", "We repair it."), ("github labels", "P0, outage")] if token else []
    )
    assert all(row.data == {"issue": "acme/shop#12", "labels": ["P0", "outage"]} for row in rows)
    assert (update.issue, update.labels) == ("acme/shop#12", ["P0", "outage"])


def test_comment_of_a_drill_says_so(
    incident: Incident, commander: User, settings: Settings
) -> None:
    settings.GITHUB_TOKEN = TOKEN
    Incident.objects.update(is_drill=True)
    sending = Sending(template="github-issue", issue="acme/shop#12")
    tell(commander, incident, sending, audience=Audience.ENGINEERING)

    row = Notification.objects.get(kind="github comment")
    assert row.body == "**This is a drill.**\n\nWe repair it."


def test_comment_is_sent_by_a_worker_and_linked(
    incident: Incident, commander: User, settings: Settings
) -> None:
    sending = Sending(template="github-issue", issue="acme/shop#12", labels=("P0",))
    with github_api() as api:
        settings.GITHUB_TOKEN, settings.GITHUB_URL = TOKEN, api.address
        tell(commander, incident, sending, audience=Audience.ENGINEERING)
        for row in Notification.objects.filter(kind__startswith="github"):
            deliver(row.pk)

    assert [one["body"].splitlines()[0] for one in api.comments] == ["We repair it."]
    assert api.labels == ["P0"]
    posted = read_posted(incident)[0]
    assert posted.comment == "https://github.com/acme/shop/issues/12#issuecomment-1"
    assert (posted.sent, posted.waiting, posted.trouble) == (2, 0, "")


def test_issue_that_is_not_there_is_said_with_the_update(
    incident: Incident, commander: User, settings: Settings
) -> None:
    sending = Sending(template="github-issue", issue="acme/other#1")
    with github_api() as api:
        settings.GITHUB_TOKEN, settings.GITHUB_URL = TOKEN, api.address
        tell(commander, incident, sending, audience=Audience.ENGINEERING)
        deliver(Notification.objects.get(kind="github comment").pk)

    assert "GitHub shows no such issue" in read_posted(incident)[0].trouble


def test_wrong_issue_is_refused(incident: Incident, commander: User) -> None:
    with pytest.raises(Refused, match="owner/repository#12"):
        tell(
            commander,
            incident,
            Sending(template="github-issue", issue="shop 12"),
            audience=Audience.ENGINEERING,
        )


def test_end_is_told_after_the_incident_was_closed(
    incident: Incident, commander: User, engineer: User, owner: User
) -> None:
    resolve.resolve(actor=commander, incident_id=incident.pk, words="Repaired.")
    over = Sending(**{**MAIL_COLUMNS, "template": RESOLUTION})
    with pytest.raises(Refused, match="is resolved"):
        tell(commander, incident, MAIL)
    with pytest.raises(Refused, match="is resolved"):
        tell(engineer, incident, over)

    tell(commander, incident, over)

    assert Notification.objects.filter(subject="[P0] Staging is down").exists()
    assert not incident.timers.filter(kind=TimerKind.UPDATE).exists()
