"""What is to be done because of an incident: written down, given to somebody, done or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from incidents import clock, permissions, timeline
from incidents.actions import timers
from incidents.actions.due_reports import tell_of_follow_up, topic_of
from incidents.actions.moves import hold
from incidents.actions.report import reportable
from incidents.actions.storable import storable_text
from incidents.actions.tell import no_longer
from incidents.models import FollowUp, Incident
from incidents.queries.proof.record_words import of_follow_up
from incidents.queries.proof.seals import seals_of
from incidents.queries.report.wording import who
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import FollowUpState, TimerKind

LONGEST = 300
MOST = 200
FARTHEST = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a follow-up is to say. `owner_id` None gives it to nobody yet, `due_on` None has no
    clock."""

    title: str
    owner_id: int | None = None
    due_on: date | None = None
    link: str = ""


def add(*, actor: User, incident_id: int, wanted: Wanted) -> FollowUp:
    """Write down something to be done. Its owner is told; at the end of `due_on` again."""
    with transaction.atomic():
        hold(pk=incident_id)
        incident = reportable(actor=actor, incident_id=incident_id, what="add follow-ups")
        if incident.follow_ups.count() >= MOST:
            raise Refused(f"{incident.name} has {MOST} follow-ups. Keep the rest in your tracker.")
        columns = _columns(incident, wanted, due_before=None)
        found = FollowUp.objects.create(
            incident=incident, made_by=actor, made_at=clock.now(), **columns
        )
        _record(found, actor, "added", f"added the follow-up “{found.title}”{_whose(found)}")
        _start_clock(incident, found)
        _tell_owner(incident, found, actor)
    return found


def change(*, actor: User, follow_up_id: int, wanted: Wanted) -> FollowUp:
    """Say anew what is to be done, by whom, until when. A new owner is told."""
    with transaction.atomic():
        hold(follow_ups=follow_up_id)
        found = _follow_up(follow_up_id)
        incident = reportable(actor=actor, incident_id=found.incident_id, what="change follow-ups")
        before = _facts(found)
        columns = _columns(incident, wanted, due_before=found.due_on)
        owner_before, due_before = found.owner_id, found.due_on
        _move(found, FollowUpState.OPEN, **columns)
        if _facts(found) == before:
            return found
        _record(
            found,
            actor,
            "changed",
            f"changed the follow-up “{found.title}”{_whose(found)}",
            before=before,
            after=_facts(found),
        )
        if found.due_on != due_before:
            _start_clock(incident, found)
        if found.owner_id != owner_before:
            no_longer(topic_of(incident, found))
            _tell_owner(incident, found, actor)
    return found


def finish(*, actor: User, follow_up_id: int) -> FollowUp:
    """Say that it is done."""
    return _end(actor, follow_up_id, FollowUpState.DONE, "finished", "")


def drop(*, actor: User, follow_up_id: int, reason: str) -> FollowUp:
    """Say that it will not be done, and why."""
    if not reason.strip():
        raise Refused("Say in a few words why it will not be done.", status=422)
    return _end(actor, follow_up_id, FollowUpState.DROPPED, "dropped", reason.strip())


def reopen(*, actor: User, follow_up_id: int) -> FollowUp:
    """It is to be done after all; its clock starts again if its day is still to come."""
    with transaction.atomic():
        hold(follow_ups=follow_up_id)
        found = _follow_up(follow_up_id)
        incident = _allowed(actor, found)
        old = FollowUpState(found.state)
        if old == FollowUpState.OPEN:
            raise Refused(f"“{found.title}” is open already.")
        _move(found, old, state=FollowUpState.OPEN, ended_at=None, ended_by=None)
        _record(found, actor, "opened", f"opened the follow-up “{found.title}” again")
        _start_clock(incident, found)
    return found


def _end(actor: User, follow_up_id: int, state: FollowUpState, verb: str, reason: str) -> FollowUp:
    with transaction.atomic():
        hold(follow_ups=follow_up_id)
        found = _follow_up(follow_up_id)
        incident = _allowed(actor, found)
        _move(found, FollowUpState.OPEN, state=state, ended_at=clock.now(), ended_by=actor)
        words = f": {redactor_for(incident).text(storable_text(reason))}" if reason else ""
        _record(found, actor, state.value, f"{verb} the follow-up “{found.title}”{words}")
        timers.cancel(incident, TimerKind.FOLLOW_UP, str(found.pk))
        no_longer(topic_of(incident, found))
    return found


def due_at(day: date) -> datetime:
    """The end of that day, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _allowed(actor: User, found: FollowUp) -> Incident:
    """Who works there, and whoever it was given to, as long as they may see the incident."""
    incident = Incident.objects.select_related("environment").get(pk=found.incident_id)
    abilities = permissions.abilities(person=actor, incident=incident)
    if not (abilities.can_report or (abilities.can_view and found.owner_id == actor.pk)):
        raise Refused(
            f"“{found.title}” belongs to {who(found.owner) if found.owner else 'nobody yet'}. Ask"
            f" them, or someone who is responder or commander in {incident.environment}.",
            status=403,
        )
    return incident


def _follow_up(follow_up_id: int) -> FollowUp:
    rows = FollowUp.objects.select_related("owner", "ended_by")
    found = rows.filter(pk=follow_up_id).first()
    if found is None:
        raise Refused("That follow-up does not exist.", status=404)
    return found


def _move(found: FollowUp, old: FollowUpState, **columns: object) -> None:
    moved = FollowUp.objects.filter(pk=found.pk, state=old).update(**columns)
    if not moved:
        when = f" at {found.ended_at:%Y-%m-%d %H:%M} UTC" if found.ended_at else ""
        raise Refused(f"{who(found.ended_by)} said{when} that it is {found.state}, before you.")
    found.refresh_from_db()


def _columns(
    incident: Incident, wanted: Wanted, *, due_before: date | None
) -> dict[str, Any]:  # Any: values of columns
    redactor = redactor_for(incident)
    title = redactor.text(storable_text(" ".join(wanted.title.split())))
    if not title:
        raise Refused("Say in a sentence what is to be done.", status=422)
    if len(title) > LONGEST:
        raise Refused(
            f"A follow-up may have {LONGEST} characters; put more behind its link.", status=422
        )
    if wanted.due_on and wanted.due_on != due_before and wanted.due_on < clock.now().date():
        raise Refused(f"{wanted.due_on:%Y-%m-%d} is over. Choose today or later.", status=422)
    if wanted.due_on and wanted.due_on > clock.now().date() + FARTHEST:
        raise Refused("That day is more than ten years away. Choose an earlier one.", status=422)
    if wanted.link and not wanted.link.startswith(("https://", "http://")):
        raise Refused("A link begins with https:// or http://.", status=422)
    return {
        "title": title,
        "owner": _owner(incident, wanted.owner_id),
        "due_on": wanted.due_on,
        "link": redactor.text(wanted.link),
    }


def _owner(incident: Incident, owner_id: int | None) -> User | None:
    if owner_id is None:
        return None
    person = User.objects.filter(pk=owner_id, is_active=True).first()
    if person is None or not permissions.abilities(person=person, incident=incident).can_view:
        raise Refused(
            f"They cannot see {incident.name}. Give them a role in {incident.environment} first,"
            " or choose somebody else.",
            status=422,
        )
    return person


def _start_clock(incident: Incident, found: FollowUp) -> None:
    """Also takes the former clock away; a day that is over starts none."""
    timers.cancel(incident, TimerKind.FOLLOW_UP, str(found.pk))
    if found.due_on and due_at(found.due_on) > clock.now():
        timers.start(incident, TimerKind.FOLLOW_UP, str(found.pk), due_at(found.due_on))


def _tell_owner(incident: Incident, found: FollowUp, actor: User) -> None:
    """Nobody is told what they gave themselves."""
    if found.owner is None or found.owner_id == actor.pk:
        return
    tell_of_follow_up(
        incident,
        found,
        people=[found.owner],
        occasion=f"given to {found.owner_id} at {clock.now().timestamp():.0f}",
        subject=f"Yours: {found.title}",
    )


def _whose(found: FollowUp) -> str:
    whose = f" for {who(found.owner)}" if found.owner else ""
    until = f", due {found.due_on:%Y-%m-%d}" if found.due_on else ""
    return f"{whose}{until}"


def _facts(found: FollowUp) -> dict[str, str | None]:
    return {
        "title": found.title,
        "owner": found.owner.get_username() if found.owner else None,
        "due_on": found.due_on.isoformat() if found.due_on else None,
        "link": found.link,
    }


def _record(
    found: FollowUp,
    actor: User,
    verb: str,
    text: str,
    **data: object,
) -> None:
    timeline.record(
        incident_id=found.incident_id,
        actor=actor,
        kind=f"follow_up.{verb}",
        text=text,
        panels=["follow-ups", "incidents"],
        data={"follow_up": found.pk, **data},
        seals=seals_of(of_follow_up(found)),
    )
