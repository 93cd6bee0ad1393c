"""Words of a report: revisions, people at the same time, who may, and its clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import report
from incidents.actions.escalate import fire_due_timers
from incidents.actions.resolve import resolve
from incidents.models import Incident, Notification, ReportRevision, Timer
from incidents.queries.report.due import report_due
from incidents.queries.report.sections import differences, newest_revision
from incidents.refusal import Refused
from incidents.states import ReportSection, TimerKind, TimerState
from tests import factories
from tests.incidents.conftest import SetClock, at_once


def save(actor: User, incident: Incident, text: str, seen: int, section: str = "causes") -> int:
    done = report.save_section(
        actor=actor, incident_id=incident.pk, section=section, text=text, seen=seen
    )
    return done.number if done else 0


def test_saving_makes_a_revision_and_an_entry(over: Incident, engineer: User) -> None:
    assert save(engineer, over, "The subnet was full.\r\n", 0) == 1

    revision = newest_revision(over)
    assert revision is not None
    assert revision.text == {"causes": "The subnet was full."}
    entry = over.timeline.latest("number")
    assert (entry.kind, entry.actor, entry.data["report"]) == ("report.saved", engineer, 1)


def test_same_words_again_make_no_revision(over: Incident, engineer: User) -> None:
    save(engineer, over, "The subnet was full.", 0)

    assert save(engineer, over, "The subnet was full.", 0) == 1
    assert ReportRevision.objects.count() == 1


def test_second_of_two_gets_the_difference_and_keeps_their_words(
    over: Incident, engineer: User, commander: User
) -> None:
    save(engineer, over, "The subnet was full.", 0)

    with pytest.raises(report.SavedMeanwhile) as refused:
        save(commander, over, "The pool was too small.", 0)

    assert refused.value.words == "The pool was too small."
    assert refused.value.newest.text == {"causes": "The subnet was full."}
    assert save(commander, over, "Both.", refused.value.newest.number) == 2


def test_two_people_write_different_sections_at_once(
    over: Incident, engineer: User, commander: User
) -> None:
    save(engineer, over, "The subnet was full.", 0)
    save(commander, over, "Ask for more room.", 0, section="lessons")

    newest = newest_revision(over)
    assert newest is not None
    assert newest.text == {"causes": "The subnet was full.", "lessons": "Ask for more room."}


def test_empty_words_bring_back_the_draft(over: Incident, engineer: User) -> None:
    save(engineer, over, "The subnet was full.", 0)

    assert save(engineer, over, "", 1) == 2
    newest = newest_revision(over)
    assert newest is not None
    assert newest.text == {}


def test_restoring_makes_a_new_revision(over: Incident, engineer: User) -> None:
    save(engineer, over, "One.", 0)
    save(engineer, over, "Two.", 1)

    restored = report.restore(actor=engineer, incident_id=over.pk, number=1, seen=2)

    assert (restored.number, restored.text) == (3, {"causes": "One."})
    first, second = over.reports.get(number=1), over.reports.get(number=2)
    (moved,) = differences(first, second)
    assert [line.text for hunk in moved.hunks for line in hunk.lines] == ["One.", "Two."]


def test_final_report_keeps_its_drafts_and_takes_no_words(over: Incident, engineer: User) -> None:
    final = report.finish(actor=engineer, incident_id=over.pk, seen=0)

    assert (final.is_final, set(final.text)) == (True, set(ReportSection.values))
    with pytest.raises(Refused, match="final"):
        save(engineer, over, "More.", 1)
    report.reopen(actor=engineer, incident_id=over.pk)
    assert save(engineer, over, "More.", 2) == 3


def test_open_incident_has_no_final_report(incident: Incident, engineer: User) -> None:
    with pytest.raises(Refused, match="still open"):
        report.finish(actor=engineer, incident_id=incident.pk, seen=0)


def test_who_saw_an_older_revision_does_not_finish(
    over: Incident, engineer: User, commander: User
) -> None:
    save(engineer, over, "One.", 0)

    with pytest.raises(Refused, match="a moment ago"):
        report.finish(actor=commander, incident_id=over.pk, seen=0)


@pytest.mark.parametrize("who", ["leader", "outsider"])
def test_who_only_reads_writes_nothing(
    who: str, over: Incident, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)

    for act in (
        lambda: save(person, over, "Mine.", 0),
        lambda: report.finish(actor=person, incident_id=over.pk, seen=0),
        lambda: report.reopen(actor=person, incident_id=over.pk),
        lambda: report.restore(actor=person, incident_id=over.pk, number=1, seen=0),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.status == 403


def test_secrets_are_taken_out_of_words(over: Incident, engineer: User) -> None:
    Incident.objects.filter(pk=over.pk).update(secrets={"PASSWORD": "hunter2-hunter2"})

    save(engineer, over, "They typed hunter2-hunter2.", 0)

    assert "hunter2" not in str(over.reports.get().text)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_instant_nothing_is_lost() -> None:
    people = [factories.make_person(name, "responder") for name in ("ana", "ben")]  # type: ignore[arg-type]  # a role's value
    incident = factories.make_incident()

    found = at_once(*(lambda p=p: save(p, incident, f"By {p}.", 0) for p in people))

    assert {type(one) for one in found} == {int, report.SavedMeanwhile}
    assert ReportRevision.objects.count() == 1


def test_resolving_starts_the_clock_and_the_commander_is_told_once(
    incident: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    resolve(actor=commander, incident_id=incident.pk, words="Back.")
    incident.refresh_from_db()
    due = report_due(incident, now=clock.now())
    assert (due.word, due.due_at) == ("due", clock.now() + timedelta(hours=48))

    set_clock.advance(48 * 3600 + 9)
    fire_due_timers()
    fire_due_timers()

    assert report_due(incident, now=clock.now()).word == "overdue"
    assert incident.timeline.filter(kind="report.due").count() == 1
    assert "9 s late" in incident.timeline.get(kind="report.due").text
    assert list(
        Notification.objects.filter(kind="report due", shown="").values_list("person", flat=True)
    ) == [commander.pk]


def test_runbook_says_within_how_long(commander: User, set_clock: SetClock) -> None:
    revision = factories.make_revision(b"---\nreport: 6h\n---\n# Short\n")
    incident = factories.make_incident(commander, revision=revision)

    resolve(actor=commander, incident_id=incident.pk, words="Back.")

    due = report_due(incident, now=clock.now())
    assert due.due_at == clock.now() + timedelta(hours=6)


def test_final_mark_stops_the_clock(
    incident: Incident, commander: User, set_clock: SetClock
) -> None:
    resolve(actor=commander, incident_id=incident.pk, words="Back.")

    report.finish(actor=commander, incident_id=incident.pk, seen=0)

    assert report_due(incident, now=clock.now()).word == "final"
    timer = Timer.objects.get(incident=incident, kind=TimerKind.REPORT)
    assert timer.state == TimerState.CANCELLED


@pytest.mark.parametrize(("hours", "is_due_in"), [(1, 47), (60, 0)])
def test_reopened_report_is_due_again(
    incident: Incident, commander: User, set_clock: SetClock, hours: int, is_due_in: int
) -> None:
    resolve(actor=commander, incident_id=incident.pk, words="Back.")
    report.finish(actor=commander, incident_id=incident.pk, seen=0)

    set_clock.advance(hours * 3600)
    report.reopen(actor=commander, incident_id=incident.pk)

    due = report_due(incident, now=clock.now())
    assert due.due_at == clock.now() + timedelta(hours=is_due_in)
