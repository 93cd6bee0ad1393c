"""An alert whose sender says nothing any more is taken for over by hand."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts
from incidents.actions.end_alert import end_alert
from incidents.health_states import AlertKind
from incidents.models import AdministrationEntry, Alert, Incident, TimelineEntry
from incidents.refusal import Refused
from tests import factories
from tests.incidents.actions.alerting import make_declaring, make_monitor, signal
from tests.incidents.conftest import SetClock, at_once

pytestmark = pytest.mark.django_db


def _firing(**fields: object) -> Alert:
    heard = alerts.hear(signal(**fields))
    assert heard is not None
    return heard


def test_commander_ends_it_and_the_ledger_says_who(commander: User, set_clock: SetClock) -> None:
    alert = _firing()
    end_alert(actor=commander, alert_id=alert.pk)

    alert.refresh_from_db()
    assert (alert.state, alert.resolved_at) == ("resolved", set_clock.at)
    entry = AdministrationEntry.objects.get(kind="alert.ended")
    assert (entry.actor, entry.text) == (commander, "took the alert “Condition a” for over")


def test_its_incident_closes_as_if_its_sender_had_said_so(commander: User) -> None:
    make_declaring(make_monitor(), closes=True)
    alert = _firing()
    end_alert(actor=commander, alert_id=alert.pk)

    incident = Incident.objects.get()
    assert incident.state == "resolved"
    kinds = list(TimelineEntry.objects.order_by("number").values_list("kind", flat=True))
    assert kinds.index("alert.ended") < kinds.index("alert.recovered")


def test_told_of_again_it_fires_again(commander: User) -> None:
    alert = _firing()
    end_alert(actor=commander, alert_id=alert.pk)

    assert _firing().state == "firing"


def test_others_may_not(engineer: User, commander: User) -> None:
    alert, nowhere = _firing(), _firing(key="b", environment=None)
    for actor, one, who in ((engineer, alert, "a commander"), (commander, nowhere, "a superuser")):
        with pytest.raises(Refused, match=f"Ask {who}") as caught:
            end_alert(actor=actor, alert_id=one.pk)
        assert caught.value.status == 403
    assert Alert.objects.filter(state="firing").count() == 2


def test_the_monitors_own_end_by_themselves(commander: User) -> None:
    alert = _firing(kind=AlertKind.MONITOR)
    with pytest.raises(Refused, match="Check staging now"):
        end_alert(actor=commander, alert_id=alert.pk)


def test_what_is_over_says_so(commander: User) -> None:
    alert = _firing()
    alerts.hear(signal(firing=False))
    with pytest.raises(Refused, match="It has recovered already, at "):
        end_alert(actor=commander, alert_id=alert.pk)
    with pytest.raises(Refused, match="kept no more"):
        end_alert(actor=commander, alert_id=alert.pk + 1)


def test_two_at_once_end_it_once(transactional_db: None) -> None:
    commander = factories.make_person("carla", "commander")
    alert = _firing()

    def end() -> bool:
        try:
            end_alert(actor=commander, alert_id=alert.pk)
        except Refused:
            return False
        return True

    assert sorted(at_once(end, end)) == [False, True]
    assert AdministrationEntry.objects.filter(kind="alert.ended").count() == 1
