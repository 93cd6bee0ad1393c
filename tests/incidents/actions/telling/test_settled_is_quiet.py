"""What is settled rings no bell any more, and what still waits to be sent is not."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import hand_over, report, settle
from incidents.actions.escalate import fire_due_timers
from incidents.actions.moves import end_run
from incidents.actions.resolve import resolve
from incidents.models import Incident, Notification
from incidents.states import Role, RunState
from tests import factories
from tests.incidents.conftest import SetClock

WAITING = ("waiting", None)


def told(person: User, kind: str) -> list[tuple[str, object]]:
    """State of each letter, and when the page's notice was seen."""
    rows = Notification.objects.filter(person=person, kind=kind)
    return list(rows.values_list("state", "read_at"))


def test_offer_that_somebody_took_over(
    set_clock: SetClock, incident: Incident, commander: User
) -> None:
    deputy = factories.make_person("deputy", Role.COMMANDER)
    administrator = factories.make_person("administrator", Role.ADMINISTRATOR)
    hand_over.offer(actor=commander, incident_id=incident.pk, person_id=deputy.pk, words="")
    Notification.objects.update(state="waiting")
    assert told(deputy, "handoff") == [WAITING]

    hand_over.take_over(actor=administrator, incident_id=incident.pk, reason="Gone.")

    assert told(deputy, "handoff") == [("cancelled", clock.now())]


def test_unknown_outcome_that_is_left(
    set_clock: SetClock, incident: Incident, commander: User
) -> None:
    step = factories.make_step(factories.make_phase(incident))
    command = factories.make_command(step, text=factories.UPDATE, effect="changes")
    run = factories.make_run(command, commander, RunState.RUNNING)
    end_run(run, old=RunState.RUNNING, new=RunState.UNKNOWN, actor=None, message="Lost.")
    Notification.objects.update(state="waiting")
    assert told(commander, "run") == [WAITING]

    settle.settle_unknown(actor=commander, run_id=run.pk, outcome="leave", reason="API gone.")

    assert told(commander, "run") == [("cancelled", clock.now())]


def test_report_that_is_final(set_clock: SetClock, incident: Incident, commander: User) -> None:
    resolve(actor=commander, incident_id=incident.pk, words="Back.")
    set_clock.advance(48 * 3600)
    fire_due_timers()
    Notification.objects.update(state="waiting")
    assert told(commander, "report due") == [WAITING]

    report.finish(actor=commander, incident_id=incident.pk, seen=0)

    assert told(commander, "report due") == [("cancelled", clock.now())]
