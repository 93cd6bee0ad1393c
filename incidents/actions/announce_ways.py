"""Carrying a stored update on: mail, the GitHub issue, the status page."""

from __future__ import annotations

from django.conf import settings

from incidents import clock
from incidents.actions.publish import published
from incidents.actions.sending_words import Receivers, Sending
from incidents.actions.tell import Event, key_of, store, tell
from incidents.actions.tell_outside import mail
from incidents.models import Incident, Notification, Update
from incidents.states import Audience

KIND = "update"
COMMENT, LABELS = "github comment", "github labels"


def topic_of(update: Update) -> str:
    """What its notifications have in common."""
    return f"{update.incident.name} update {update.pk}"


def carry(update: Update, sending: Sending, receivers: Receivers) -> None:
    """Inside the transaction that stored the update: what is sent is stored with it."""
    if sending.way == "mail":
        _send_mail(update, receivers)
    if update.issue and settings.GITHUB_TOKEN:
        _write_issue(update)
    if update.audience == Audience.PUBLIC:
        _publish(update, sending)


def _send_mail(update: Update, receivers: Receivers) -> None:
    incident, topic = update.incident, topic_of(update)
    link = f"/incidents/{incident.name}/"
    drill = "DRILL " if incident.is_drill else ""
    mail(
        incident=incident,
        subject=f"{drill}{update.subject}",
        body=update.text,
        addresses=receivers.addresses,
        key=topic,
        kind=KIND,
        topic=topic,
    )
    tell(
        Event(
            kind=KIND,
            incident=incident,
            topic=topic,
            key=key_of(topic, "named"),
            to=receivers.words,
            subject=update.subject,
            body=update.text,
            link=link,
            by=["email"],
        )
    )


def _write_issue(update: Update) -> None:
    """One row for the comment and one for the labels: trying one again never repeats the other.
    Readers of the issue are told when it is a drill, whatever the words say."""
    now, incident = clock.now(), update.incident
    drill = "**This is a drill.**\n\n" if incident.is_drill else ""
    has_labels = bool(update.labels) and not update.incident.is_drill
    kinds = [COMMENT, LABELS] if has_labels else [COMMENT]
    rows = [
        Notification(
            key=key_of(topic_of(update), kind),
            topic=topic_of(update),
            kind=kind,
            incident=incident,
            shown=update.issue,
            subject=f"{incident.name}: {kind.removeprefix('github ')} of {update.issue}"[:200],
            body=f"{drill}{update.text}" if kind == COMMENT else ", ".join(update.labels),
            data={"issue": update.issue, "labels": update.labels},
            due_at=now,
            created_at=now,
        )
        for kind in kinds
    ]
    store(rows, incident=incident)


def _publish(update: Update, sending: Sending) -> None:
    Incident.objects.filter(pk=update.incident_id).update(
        public_stage=update.stage, public_title=sending.public_title
    )
    update.incident.refresh_from_db()
    published(update.incident, update)
