"""Where people ask whether a fix holds, and where the answer stands."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from incidents.models import Incident, Validation
from incidents.queries.validations import CategoryLines
from tests.incidents.views.conftest import SignIn
from tests.support.judged_fixes import judge_fix


def test_the_button_asks(
    incident: Incident, sign_in: SignIn, engineer: User, leader: User, outsider: User
) -> None:
    address = f"/incidents/INC-{incident.number}/validate/"
    assert sign_in(engineer).post(address).status_code == 302
    assert Validation.objects.count() == 1
    assert sign_in(leader).post(address).status_code == 403
    assert sign_in(outsider).post(address).status_code == 404
    assert sign_in(engineer).get(address).status_code == 405


def test_the_report_shows_it(incident: Incident, sign_in: SignIn, engineer: User) -> None:
    judge_fix(incident, engineer)
    page = sign_in(engineer).get(f"/incidents/INC-{incident.number}/report/").content.decode()

    assert "Validation 1: sign-off not recommended" in page
    assert "egress | &lt;b&gt;" in page


@pytest.mark.parametrize(
    ("passed", "look"),
    [
        ([True, True], "passed"),
        ([True, None], "unchecked"),
        ([None], "unchecked"),
        ([True, None, False], "critical"),
    ],
)
def test_what_could_not_be_checked_does_not_look_failed(
    passed: list[bool | None], look: str
) -> None:
    assert CategoryLines("business", [{"passed": one} for one in passed]).look == look
