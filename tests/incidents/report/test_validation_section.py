"""What a report says of whether the fix held."""

from __future__ import annotations

from django.contrib.auth.models import User

from incidents import clock
from incidents.models import Incident
from incidents.queries.report.as_markdown import as_markdown
from incidents.queries.report.whole import read_report
from tests.support.judged_fixes import judge_fix


def test_a_report_without_validations_has_no_such_section(over: Incident) -> None:
    assert "## Validation of the fix" not in as_markdown(read_report(over, now=clock.now()))


def test_the_report_tells_what_moved_and_what_did_not_pass(over: Incident, engineer: User) -> None:
    judge_fix(over, engineer)
    text = as_markdown(read_report(over, now=clock.now()))

    assert "## Validation of the fix" in text
    assert "**sign-off not recommended**" in text
    assert "| infrastructure | state of \\*it\\* | ERROR | READY | passed |" in text
    assert "| services | egress \\| \\<b\\> |  |  | failed |" in text
    assert "its network |" not in text
    assert "1 more passed, and nothing else was found there before." in text
