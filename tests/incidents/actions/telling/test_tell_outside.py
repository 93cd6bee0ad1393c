"""People without an account are told once, each by themselves, and can leave."""

import json

import pytest
from django.contrib.auth.models import User

from incidents import encryption
from incidents.actions import hand_out, tell, tell_outside
from incidents.actions.deliver import deliver
from incidents.models import Incident, Notification, Subscriber
from incidents.queries.subscribers import leave_path
from incidents.sending import webhook
from incidents.sending.reach import reach
from tests.incidents.conftest import SetClock
from tests.support.receivers import Hook, Mailbox


def subscriber(set_clock: SetClock, kind: str, address: str, *, confirmed: bool) -> Subscriber:
    return Subscriber.objects.create(
        kind=kind,
        address=address,
        sealed_address=encryption.seal(address),
        sealed_key=encryption.seal("whsec_aGVsbG8="),
        shown=f"{address[0]}…",
        token=address,
        created_at=set_clock.at,
        confirmed_at=set_clock.at if confirmed else None,
    )


def test_recipients_of_an_update_do_not_read_each_other(
    set_clock: SetClock, incident: Incident, mailbox: Mailbox
) -> None:
    addresses = ["ada@example.com", "Ada@example.com ", "bob@example.com"]
    told = {
        "incident": incident,
        "subject": "Staging is\nback",
        "body": "It works again.",
        "addresses": addresses,
        "key": f"{incident.name} update 1",
        "kind": "update",
        "topic": f"{incident.name} update 1",
    }

    assert tell_outside.mail(**told) == 2
    tell_outside.mail(**told)
    for row in Notification.objects.all():
        deliver(row.pk)

    assert sorted((mail["To"], mail["Subject"]) for mail in mailbox.mails) == [
        ("Ada@example.com", "Staging is back"),
        ("bob@example.com", "Staging is back"),
    ]
    assert [row.shown for row in Notification.objects.order_by("pk")] == [
        "A…@example.com",
        "b…@example.com",
    ]


@pytest.mark.usefixtures("mailbox")
def test_who_works_here_does_not_wait_behind_recipients(
    set_clock: SetClock, incident: Incident, engineer: User
) -> None:
    tell_outside.mail(
        incident=incident, subject="s", body="b", key="update", kind="update",
        addresses=[f"recipient-{number}@example.com" for number in range(9)],
    )  # fmt: skip
    set_clock.advance(1)
    User.objects.filter(pk=engineer.pk).update(email="engineer@example.com")
    tell.tell(
        tell.Event(kind="k", topic="t", key="k", subject="s", body="b",
                   people=User.objects.filter(pk=engineer.pk))
    )  # fmt: skip

    hand_out.hand_out()

    mail = Notification.objects.get(person=engineer, state="waiting")
    assert mail.lease_until is not None


@pytest.mark.usefixtures("db")
def test_subscribers_who_confirmed_are_told_and_can_leave(
    set_clock: SetClock, mailbox: Mailbox, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver is on this machine, where no subscriber's would be reached."""
    monkeypatch.setattr(webhook, "reach", lambda host, port, **_: reach(host, port))
    by_mail = subscriber(set_clock, "email", "ada@example.com", confirmed=True)
    by_hook = subscriber(set_clock, "webhook", hook.address, confirmed=True)
    new = subscriber(set_clock, "email", "bob@example.com", confirmed=False)
    said = {"subject": "All is well", "body": "Again.", "link": "/status/"}
    hook.answers = [(410, {})]

    assert tell_outside.tell_subscribers(key="update 1", **said) == 2
    tell_outside.tell_subscriber(new, key="confirm", **said)
    for row in Notification.objects.all():
        deliver(row.pk)

    leave = f"https://runbook.example.com{leave_path(by_mail)}"
    mail = next(one for one in mailbox.mails if one["To"] == "ada@example.com")
    assert mail["List-Unsubscribe"].strip() == f"<{leave}>"
    assert f"Stop these mails: {leave}" in mail.get_content()  # type: ignore[attr-defined]
    sent = json.loads(hook.requests[0][1])
    assert sent["data"]["unsubscribe"] == f"https://runbook.example.com{leave_path(by_hook)}"
    by_hook.refresh_from_db()
    assert by_hook.confirmed_at is None
    assert len(mailbox.mails) == 2


@pytest.mark.django_db
def test_who_wants_nothing_any_more_is_not_sent_what_was_waiting(
    set_clock: SetClock, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "reach", lambda host, port, **_: reach(host, port))
    subscriber(set_clock, "webhook", hook.address, confirmed=True)
    said = {"subject": "s", "body": "b", "link": "", "data": {"type": "status.incident"}}
    hook.answers = [(410, {})]
    for key in ("update 1", "update 2"):
        tell_outside.tell_subscribers(key=key, **said)

    for row in Notification.objects.order_by("pk"):
        deliver(row.pk)

    states = Notification.objects.order_by("pk").values_list("state", flat=True)
    assert (list(states), len(hook.requests)) == (["dead", "cancelled"], 1)
