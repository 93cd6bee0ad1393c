"""The button that takes an alert for over: who sees it, and what it does."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.actions import alerts
from incidents.health_states import AlertKind
from incidents.models import Alert
from tests.incidents.actions.alerting import signal
from tests.incidents.views.conftest import SignIn

pytestmark = pytest.mark.django_db

BUTTON = ">Take it for over"


def test_commanders_of_its_environment_take_it_for_over(
    sign_in: SignIn, commander: User, engineer: User
) -> None:
    alert = alerts.hear(signal(title="<i>Down</i>"))
    assert alert is not None
    assert BUTTON not in sign_in(engineer).get("/alerts/").content.decode()
    client = sign_in(commander)
    page = client.get("/alerts/").content.decode()
    assert (page.count(BUTTON), "<i>Down" in page) == (1, False)

    answer = client.post(f"/alerts/{alert.pk}/end/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/alerts/")
    assert Alert.objects.get().state == "resolved"
    assert BUTTON not in client.get("/alerts/").content.decode()


def test_refusals_are_sentences(sign_in: SignIn, commander: User, engineer: User) -> None:
    own = alerts.hear(signal(kind=AlertKind.MONITOR))
    other = alerts.hear(signal("b"))
    assert own is not None and other is not None
    client = sign_in(commander)
    assert client.get("/alerts/").content.decode().count(BUTTON) == 1
    assert client.post(f"/alerts/{own.pk}/end/").status_code == 422
    assert client.get(f"/alerts/{other.pk}/end/").status_code == 405
    assert sign_in(engineer).post(f"/alerts/{other.pk}/end/").status_code == 403
