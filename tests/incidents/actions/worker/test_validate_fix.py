"""Whether a fix holds, against the outage and against the healthy project."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from incidents import clock, ledger
from incidents.actions import check_health, judge_fix, look, validate
from incidents.health_states import HealthCause, HealthCheckState, ValidationState
from incidents.models import HealthCheck, Incident, Step, Validation
from incidents.queries.infrastructure import file_or_why
from incidents.queries.validations import sealed_part_of
from incidents.states import StepState
from tests import factories
from tests.incidents.actions.worker import deeds
from tests.support.simulator import Simulator


@pytest.fixture
def broken(google: Simulator, commander: User) -> Incident:
    found = factories.make_incident(commander)
    deeds.point_at(found.environment, google.address)
    return found


def validated(person: User, incident: Incident) -> Validation:
    asked = validate.ask(actor=person, incident_id=incident.pk)
    judge_fix.run(asked.pk)
    return Validation.objects.get(pk=asked.pk)


def titles(validation: Validation, category: str) -> dict[str, bool | None]:
    return {
        one["title"]: one["passed"] for one in validation.results if one["category"] == category
    }


def looked_at(incident: Incident) -> HealthCheck:
    """What the monitor saw when it began."""
    check = check_health.ask(
        actor=None, environment=incident.environment, cause=HealthCause.SCHEDULE
    )
    look.run(check.pk)
    return check


def test_the_outage_is_not_signed_off_and_the_sentence_says_why(
    broken: Incident, engineer: User
) -> None:
    found = validated(engineer, broken)

    assert (found.state, found.may_sign_off) == (ValidationState.DONE, False)
    assert "80 % are needed" in found.recommendation
    assert "Infrastructure must hold wholly: " in found.recommendation
    assert titles(found, "infrastructure")["state of staging-connector"] is False
    assert titles(found, "performance")["Connections to the database open"] is False
    assert titles(found, "reliability")["Critical entries in the log"] is False
    assert titles(found, "business") == {"Exit criteria": None}
    assert found.after is not None
    assert found.after.cause == HealthCause.VALIDATION


def test_what_was_mended_is_signed_off_and_shows_what_was_before(
    broken: Incident, engineer: User, mended: Simulator
) -> None:
    phase = factories.make_phase(broken)
    ticked = factories.make_step(phase, title="Users sign in", is_exit_criterion=True)
    factories.make_step(phase, title="Chat answers", is_exit_criterion=True)
    Step.objects.filter(pk=ticked.pk).update(
        state=StepState.DONE, decided_by=engineer, decided_at=clock.now()
    )
    before = looked_at(broken)
    deeds.point_at(broken.environment, mended.address)

    found = validated(engineer, broken)

    assert found.may_sign_off, found.recommendation
    assert found.before == before
    state = next(one for one in found.results if one["title"] == "state of staging-connector")
    assert (state["before"], state["after"]) == ("CREATING", "READY")
    assert titles(found, "business") == {"Users sign in": True, "Chat answers": None}
    assert "Not checked, and not counted: Chat answers." in found.recommendation
    entry = broken.timeline.get(kind="validation.done")
    assert entry.data["judged"] == ledger.digest_of_json(sealed_part_of(found)) == found.digest
    assert entry.data["results"] == found.results


def test_what_may_not_be_read_is_not_signed_off(
    broken: Incident, engineer: User, mended: Simulator
) -> None:
    deeds.point_at(broken.environment, mended.address)
    mended.fail(match="/v2/entries:list", kind=403, times=5)

    found = validated(engineer, broken)
    mended.heal()

    assert titles(found, "reliability")["Critical entries in the log"] is None
    assert not found.may_sign_off
    assert "1 could not be checked (Critical entries in the log)" in found.recommendation


def test_a_second_delivery_does_nothing(broken: Incident, engineer: User) -> None:
    found = validated(engineer, broken)
    judge_fix.run(found.pk)

    assert HealthCheck.objects.filter(state=HealthCheckState.DONE).count() == 1
    assert broken.timeline.filter(kind="validation.done").count() == 1


def test_without_a_file_nothing_is_signed_off(
    broken: Incident, engineer: User, settings: Settings, tmp_path: Path
) -> None:
    settings.INFRASTRUCTURE = str(tmp_path)
    found = validated(engineer, broken)

    assert not found.may_sign_off
    _, why_none = file_or_why(broken.environment)
    assert "No infrastructure file names the project netra-staging." in why_none
    assert {one["detail"] for one in found.results} >= {why_none}
