"""Follow-ups: who writes them down, whose they are, how they end, and their clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from incidents import clock
from incidents.actions import follow_ups
from incidents.actions.escalate import fire_due_timers
from incidents.actions.follow_ups import Wanted
from incidents.models import FollowUp, Incident, Membership, Notification, Timer
from incidents.permissions import visible_incidents
from incidents.queries.report.follow_ups import ideas, read_overview
from incidents.refusal import Refused
from incidents.states import FollowUpState, TimerKind, TimerState
from runbook.document.parse import parse
from tests.incidents.conftest import SetClock

TODAY = date(2026, 11, 21)


def add(
    actor: User, incident: Incident, title: str = "Widen the subnet", **more: object
) -> FollowUp:
    wanted = Wanted(title=title, **more)  # type: ignore[arg-type]  # passed through
    return follow_ups.add(actor=actor, incident_id=incident.pk, wanted=wanted)


def told(person: User) -> list[str]:
    rows = Notification.objects.filter(person=person, kind="follow-up", shown="")
    return list(rows.order_by("pk").values_list("subject", flat=True))


def due_timer(found: FollowUp) -> Timer:
    rows = Timer.objects.filter(kind=TimerKind.FOLLOW_UP, key=str(found.pk))
    return rows.latest("occurrence")


def test_owner_is_told_at_once_and_at_the_end_of_the_day(
    incident: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    found = add(commander, incident, owner_id=engineer.pk, due_on=TODAY)

    assert told(engineer) == ["Yours: Widen the subnet"]
    assert due_timer(found).due_at == datetime(2026, 11, 22, tzinfo=UTC)
    set_clock.at = datetime(2026, 11, 22, 0, 0, 1, tzinfo=UTC)
    fire_due_timers()
    fire_due_timers()
    assert told(engineer) == ["Yours: Widen the subnet", "Due: Widen the subnet"]
    assert incident.timeline.filter(kind="follow_up.due").count() == 1


def test_clock_goes_on_when_the_incident_is_closed(
    over: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    add(commander, over, owner_id=engineer.pk, due_on=TODAY)

    set_clock.advance(24 * 3600)
    fire_due_timers()

    assert "Due: Widen the subnet" in told(engineer)


def test_owner_who_may_not_see_it_any_more_is_not_told(
    over: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    add(commander, over, owner_id=engineer.pk, due_on=TODAY)
    Membership.objects.filter(person=engineer).delete()

    set_clock.advance(24 * 3600)
    fire_due_timers()

    assert told(engineer) == ["Yours: Widen the subnet"]
    assert told(commander) == ["Due: Widen the subnet"]


def test_nobody_is_told_what_they_gave_themselves(over: Incident, engineer: User) -> None:
    add(engineer, over, owner_id=engineer.pk)

    assert told(engineer) == []


def test_new_owner_and_new_day_are_told_and_written_down(
    over: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    found = add(commander, over, owner_id=commander.pk, due_on=TODAY)

    follow_ups.change(
        actor=commander,
        follow_up_id=found.pk,
        wanted=Wanted("Widen it", engineer.pk, date(2026, 12, 1), "https://example.org/7"),
    )

    assert told(engineer) == ["Yours: Widen it"]
    assert due_timer(found).due_at == datetime(2026, 12, 2, tzinfo=UTC)
    assert Timer.objects.filter(key=str(found.pk), state=TimerState.PENDING).count() == 1
    entry = over.timeline.latest("number")
    assert (entry.data["before"]["owner"], entry.data["after"]["owner"]) == (
        "commander",
        "engineer",
    )


def test_done_dropped_and_opened_again(
    over: Incident, commander: User, engineer: User, set_clock: SetClock
) -> None:
    found = add(commander, over, due_on=TODAY)

    done = follow_ups.finish(actor=engineer, follow_up_id=found.pk)
    assert (done.state, done.ended_by, done.ended_at) == (
        FollowUpState.DONE,
        engineer,
        clock.now(),
    )
    assert due_timer(found).state == TimerState.CANCELLED
    with pytest.raises(Refused, match=r"engineer said at 2026-11-21 .* it is done"):
        follow_ups.drop(actor=commander, follow_up_id=found.pk, reason="too dear")
    follow_ups.reopen(actor=commander, follow_up_id=found.pk)
    assert due_timer(found).state == TimerState.PENDING
    follow_ups.drop(actor=commander, follow_up_id=found.pk, reason="too dear")
    assert (
        over.timeline.latest("number").text == "dropped the follow-up “Widen the subnet”: too dear"
    )


def test_owner_who_only_reads_ends_their_own_and_no_other(
    over: Incident, commander: User, leader: User
) -> None:
    own, other = add(commander, over, owner_id=leader.pk), add(commander, over, title="Else")

    follow_ups.finish(actor=leader, follow_up_id=own.pk)

    with pytest.raises(Refused) as refused:
        follow_ups.finish(actor=leader, follow_up_id=other.pk)
    assert refused.value.status == 403
    with pytest.raises(Refused):
        add(leader, over)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted("  "), "what is to be done"),
        (Wanted("x" * 301), "300 characters"),
        (Wanted("Late", due_on=date(2026, 11, 20)), "is over"),
        (Wanted("Far away", due_on=date(9999, 12, 31)), "ten years away"),
        (Wanted("Where", link="javascript:alert(1)"), "https://"),
        (Wanted("Whose", owner_id=987654), "cannot see"),
    ],
)
def test_wrong_ones_are_refused_in_words(
    wanted: Wanted, why: str, over: Incident, commander: User
) -> None:
    with pytest.raises(Refused, match=why):
        follow_ups.add(actor=commander, incident_id=over.pk, wanted=wanted)


def test_owner_must_be_able_to_see_the_incident(
    over: Incident, commander: User, outsider: User
) -> None:
    with pytest.raises(Refused, match="cannot see"):
        add(commander, over, owner_id=outsider.pk)


def test_overview_shows_mine_late_and_the_rest_of_what_i_may_see(
    over: Incident, commander: User, engineer: User, outsider: User, set_clock: SetClock
) -> None:
    late = add(commander, over, title="Late", due_on=TODAY)
    mine = add(commander, over, title="Mine", owner_id=engineer.pk)
    rest = add(commander, over, title="Rest")
    ended = follow_ups.finish(actor=commander, follow_up_id=add(commander, over, title="Done").pk)
    set_clock.advance(48 * 3600)

    def seen(person: User) -> list[list[FollowUp]]:
        visible = visible_incidents(person)
        found = read_overview(visible, person=person, reporting=visible, now=clock.now())
        lines = [found.overdue, found.mine, found.ended]
        others = [line.row for _, group in found.others for line in group]
        return [*([line.row for line in part] for part in lines), others]

    assert seen(engineer) == [[late], [mine], [ended], [rest]]
    assert seen(outsider) == [[], [], [], []]


def test_runbook_offers_what_it_says_of_afterwards(over: Incident, commander: User) -> None:
    document = parse(
        b"# A\n\n## Phase 1: Do\n\n- [ ] One\n\n## Prevention\n\n- Alert on a full subnet\n"
        b"- Widen the subnet\n\n## Background\n\n- Not this\n"
    )
    add(commander, over, title="widen the  SUBNET")

    assert ideas(document, over) == ("Alert on a full subnet",)


def test_shipped_runbook_offers_what_keeps_it_from_coming_back(over: Incident) -> None:
    source = Path("runbook/library/staging-cannot-reach-cloud-sql.md").read_bytes()

    found = ideas(parse(source), over)

    assert len(found) == 11
    assert "Failure is practised in drills" in found
