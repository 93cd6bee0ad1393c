"""A claimed row stays claimed while its worker lives, and no longer than it is its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from incidents import clock
from incidents.actions import validate, validation_moves
from incidents.actions.renewing import Renewing
from incidents.models import Incident, Validation
from tests.support.processes import wait_until


@pytest.mark.django_db(transaction=True)
def test_the_lease_moves_on_until_somebody_else_has_the_row(
    incident: Incident, engineer: User, settings: Settings
) -> None:
    settings.LEASE_SECONDS = 0.1
    asked = validate.ask(actor=engineer, incident_id=incident.pk)
    held = validation_moves.claim(asked.pk)
    assert held is not None
    rows = Validation.objects.filter(pk=held.pk, token=held.token)

    def lease() -> object:
        return Validation.objects.values_list("lease_until", flat=True).get()

    first = lease()
    with Renewing(rows) as renewing:
        wait_until(lambda: lease() != first, "the lease moves on")
        until = clock.now() + timedelta(hours=1)
        Validation.objects.update(token=held.token + 1, lease_until=until)
        wait_until(lambda: not renewing.is_at_work, "it gives up")
    assert lease() == until


def test_what_is_handed_back_waits_again(incident: Incident, engineer: User) -> None:
    asked = validate.ask(actor=engineer, incident_id=incident.pk)
    held = validation_moves.claim(asked.pk)
    assert held is not None
    validation_moves.hand_back(held)
    again = validation_moves.claim(asked.pk)
    assert again is not None
    assert again.token == 2
