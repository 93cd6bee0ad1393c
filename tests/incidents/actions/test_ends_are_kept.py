"""A run ends with what was found, whatever that holds."""

from __future__ import annotations

import math

from django.contrib.auth.models import User
from django.db import transaction

from incidents.actions.moves import end_run
from incidents.models import Incident, Run
from incidents.states import RunState
from tests import factories


def test_numbers_that_json_does_not_know_are_kept_as_words(
    incident: Incident, commander: User
) -> None:
    step = factories.make_step(factories.make_phase(incident), kind="command")
    run = factories.make_run(factories.make_command(step), commander, RunState.RUNNING)

    with transaction.atomic():
        end_run(
            run,
            old=RunState.RUNNING,
            new=RunState.SUCCEEDED,
            actor=None,
            message="Done.",
            result={"points": [1.5, math.nan, -math.inf]},
        )

    assert Run.objects.get().result == {"points": [1.5, "nan", "-inf"]}
