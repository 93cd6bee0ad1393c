"""`manage.py validate_fix` as an operator calls it, and what it prints."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from incidents.health_states import ValidationState
from incidents.management.commands import validate_fix
from incidents.models import Incident, Validation

RESULTS = [
    {
        "category": "infrastructure",
        "title": "state of staging-connector",
        "passed": True,
        "before": "CREATING",
        "after": "READY",
        "detail": "",
        "severity": "critical",
    },
    {
        "category": "business",
        "title": "Users sign in",
        "passed": None,
        "before": "",
        "after": "not ticked",
        "detail": "",
        "severity": "critical",
    },
]


def validated(*arguments: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("validate_fix", *arguments, stdout=said)
    except SystemExit as ended:
        return int(str(ended.code)), said.getvalue()
    return 0, said.getvalue()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is written to the row while the command waits for it."""
    columns: dict[str, Any] = {
        "state": ValidationState.DONE,
        "results": RESULTS,
        "passed": 1,
        "total": 1,
        "may_sign_off": True,
        "recommendation": "The fix can be signed off.",
    }
    monkeypatch.setattr(
        validate_fix, "sleep", lambda _seconds: Validation.objects.update(**columns)
    )
    return columns


def test_a_fix_that_holds_is_printed_by_category(
    incident: Incident, worker: dict[str, Any]
) -> None:
    code, said = validated(incident.name)

    assert code == 0
    assert "  ✅ state of staging-connector: READY (was CREATING)\n" in said
    assert "BUSINESS: 0 of 0 passed, 1 not checked\n  ❔ Users sign in: not ticked\n" in said
    assert "Pass rate: 1 of 1 (100 %)\n" in said
    assert "SIGN-OFF RECOMMENDED\nThe fix can be signed off.\n" in said
    assert Validation.objects.get().asked_by == incident.commander


def test_one_that_does_not_hold_ends_with_1(incident: Incident, worker: dict[str, Any]) -> None:
    worker["may_sign_off"] = False
    code, said = validated(incident.name, "--json")

    assert (code, json.loads(said)["may_sign_off"]) == (1, False)
    assert json.loads(said)["results"] == RESULTS


def test_without_a_worker_it_says_so(incident: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate_fix, "PATIENCE", 0.0)
    with pytest.raises(CommandError, match="No worker has taken it up") as refused:
        call_command("validate_fix", incident.name)
    assert refused.value.returncode == 3


def test_who_may_not_ask_is_told(incident: Incident, leader: User) -> None:
    with pytest.raises(CommandError, match="You may not have a fix validated"):
        call_command("validate_fix", incident.name, "--as", "leader")
    with pytest.raises(CommandError, match="There is nobody called nobody"):
        call_command("validate_fix", incident.name, "--as", "nobody")
