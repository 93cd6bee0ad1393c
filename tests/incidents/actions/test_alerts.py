"""Alerts that fire, are told again, recover and come back, and what people hear of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts
from incidents.actions.alert_words import tell_what_is_late
from incidents.models import Alert, Notification
from tests import factories
from tests.incidents.actions.alerting import make_rule, signal
from tests.incidents.conftest import SetClock, at_once

pytestmark = pytest.mark.django_db


def test_told_again_counts_and_makes_no_second(set_clock: SetClock) -> None:
    first = alerts.hear(signal())
    set_clock.advance(60)

    again = alerts.hear(signal(title="Condition a, worse"))

    assert first and again and again.pk == first.pk
    assert (again.times, again.title, again.state) == (2, "Condition a, worse", "firing")
    assert again.last_at - again.first_at == timedelta(seconds=60)


def test_end_of_what_was_never_heard_of_is_nothing() -> None:
    assert alerts.hear(signal(firing=False)) is None
    assert Alert.objects.count() == 0


def test_recovers_once(set_clock: SetClock) -> None:
    alerts.hear(signal())
    over = alerts.hear(signal(firing=False))
    set_clock.advance(60)

    again = alerts.hear(signal(firing=False))

    assert over and again and again.state == "resolved"
    assert again.resolved_at == over.resolved_at


@pytest.mark.parametrize(("seconds", "rows"), [(599, 1), (601, 2)])
def test_fires_again_within_the_rules_patience(
    set_clock: SetClock, seconds: int, rows: int
) -> None:
    make_rule(reopens_within=600)
    alerts.hear(signal())
    alerts.hear(signal(firing=False))
    set_clock.advance(seconds)

    back = alerts.hear(signal())

    assert back and back.state == "firing"
    assert Alert.objects.count() == rows
    assert back.times == 3 - rows
    assert back.first_at == set_clock.at


def test_first_rule_that_fits_counts() -> None:
    second = make_rule(position=2)
    make_rule(position=0, is_on=False)
    make_rule(position=1, matchers=[{"label": "team", "test": "is", "value": "data"}])

    heard = alerts.hear(signal(labels={"team": "platform"}))

    assert heard and heard.rule == second


def test_new_rule_takes_up_what_fires_already() -> None:
    alerts.hear(signal())
    rule = make_rule()

    heard = alerts.hear(signal())

    assert heard and heard.rule == rule


def test_secrets_and_zero_bytes_are_taken_out() -> None:
    heard = alerts.hear(
        signal(summary="password=hunter2hunter2 \x00", labels={"api_key": "Zk29dkKJd92kdLs0"})
    )
    assert heard
    assert "hunter2" not in heard.summary and "\x00" not in heard.summary
    assert "Zk29dkKJd92kdLs0" not in str(heard.labels)


def test_two_messages_at_once_make_one_alert(transactional_db: None) -> None:
    heard = at_once(*[lambda: alerts.hear(signal())] * 4)

    assert {one.pk for one in heard} == {Alert.objects.get().pk}
    assert Alert.objects.get().times == 4


@pytest.fixture
def told(engineer: User) -> Any:
    make_rule(tells=["responders"])

    def subjects() -> list[str]:
        rows = Notification.objects.filter(person=engineer, shown="").order_by("pk")
        return list(rows.values_list("subject", flat=True))

    return subjects


def test_storm_is_two_words_in_a_minute(told: Any, set_clock: SetClock) -> None:
    for number in range(30):
        alerts.hear(signal(f"{number}"))
    assert told() == ["Warning: “Condition 0”"]
    assert tell_what_is_late() == 0

    set_clock.advance(61)
    assert tell_what_is_late() == 1

    assert told()[1:] == ["Warning: “Condition 1”, “Condition 2”, “Condition 3” and 26 more"]
    assert tell_what_is_late() == 0


def test_recovery_is_told_and_what_was_over_before_is_not(told: Any, set_clock: SetClock) -> None:
    alerts.hear(signal("a"))
    alerts.hear(signal("b"))
    alerts.hear(signal("b", firing=False))
    set_clock.advance(61)

    alerts.hear(signal("a", firing=False))

    assert told() == ["Warning: “Condition a”", "Recovered: “Condition a”"]


def test_roles_are_those_of_the_alerts_environment(told: Any) -> None:
    elsewhere = factories.make_environment("elsewhere")
    alerts.hear(signal(environment=elsewhere))

    assert told() == []


def test_queries_of_a_storm_are_few_for_each_alert(django_assert_max_num_queries: Any) -> None:
    make_rule(tells=["responders"])
    storm = [signal(f"{number}") for number in range(100)]
    with django_assert_max_num_queries(100 * 5 + 30):
        alerts.hear_all(storm)
    with django_assert_max_num_queries(100 * 2 + 30):
        alerts.hear_all(storm)


def test_what_fired_before_it_recovered_is_old_news(set_clock: SetClock) -> None:
    began, worse, over = (set_clock.at + timedelta(seconds=at) for at in (-90, -60, -30))
    alerts.hear(signal(starts_at=began, said_at=began))
    alerts.hear(signal(firing=False, ends_at=over, said_at=over))

    late = alerts.hear(signal(title="Condition a, worse", said_at=worse))
    assert late and (late.state, late.title, late.times) == ("resolved", "Condition a", 1)
    assert late.resolved_at == over

    again = alerts.hear(signal(said_at=set_clock.at - timedelta(seconds=10)))
    assert again and (again.state, again.pk) == ("firing", late.pk + 1)


def test_how_it_fired_before_does_not_hide_how_it_fires_now(set_clock: SetClock) -> None:
    before, now = (set_clock.at - timedelta(seconds=ago) for ago in (60, 30))
    alerts.hear(signal(title="Condition a, worse", said_at=now))

    late = alerts.hear(signal(said_at=before))

    assert late and (late.state, late.title, late.said_at) == ("firing", "Condition a, worse", now)


def test_an_end_that_comes_first_is_kept_where_messages_overtake_each_other(
    told: Any, set_clock: SetClock
) -> None:
    began, over = (set_clock.at - timedelta(seconds=ago) for ago in (60, 30))
    alerts.hear(signal(firing=False, starts_at=began, ends_at=over, said_at=over))

    late = alerts.hear(signal(starts_at=began, said_at=began))

    assert late and (late.state, late.first_at, late.resolved_at) == ("resolved", began, over)
    assert (Alert.objects.count(), told()) == (1, [])


def test_a_wrong_clock_of_the_sender_hides_nothing(set_clock: SetClock) -> None:
    ahead, long_ago = set_clock.at + timedelta(days=1), set_clock.at - timedelta(days=3000)
    alerts.hear(signal(said_at=long_ago))
    over = alerts.hear(signal(firing=False, ends_at=ahead, said_at=ahead))
    assert over and over.resolved_at == set_clock.at

    back = alerts.hear(signal(said_at=long_ago))

    assert back and back.state == "firing"


def test_a_clock_that_is_set_back_silences_nobody(told: Any, set_clock: SetClock) -> None:
    alerts.hear(signal("a"))
    set_clock.advance(-3600)

    alerts.hear(signal("b"))

    assert told() == ["Warning: “Condition a”", "Warning: “Condition b”"]
