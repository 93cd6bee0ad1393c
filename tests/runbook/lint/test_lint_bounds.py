"""A document that means harm costs little, and lint says where it stopped."""

from __future__ import annotations

import pytest

from runbook.lint.document import MOST_STATEMENTS
from runbook.lint.lint import MOST_FINDINGS
from tests.runbook.lint.documents import lint

SILENT = "The document has more commands than lint looks at; from here on it is silent."


def block(*lines: str) -> str:
    return "# T\n\n## P\n\n```bash\n" + "\n".join(lines) + "\n```\n"


def stopped(text: str) -> list[int]:
    return [one.line for one in lint(text) if one.code == "stopped-early"]


def test_a_document_that_is_read_to_its_end_says_nothing() -> None:
    assert stopped(block(*["curl https://a.example.com/"] * 100)) == []


def test_lint_says_at_which_command_it_stopped() -> None:
    line = "curl https://a.example.com/"
    assert stopped(block(*[line] * MOST_STATEMENTS)) == []
    found = [one for one in lint(block(*[line] * (MOST_STATEMENTS + 5))) if one.code]
    assert [(one.line, one.code, one.message) for one in found] == [
        (MOST_STATEMENTS + 6, "stopped-early", SILENT)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "for i in {1..99}; do curl https://a.example.com/$i; done",
        "gcloud sql instances patch ${A} --database-flags=${B}=${C},${D}=${E} --tier=${F}",
    ],
    ids=["loops", "names without value"],
)
def test_lint_stops_where_commands_cost_too_much(line: str) -> None:
    (at,) = stopped(block(*[line] * 1000))
    assert 10 < at < 1005


def test_only_the_gravest_findings_are_shown() -> None:
    notes = ["rm /x"] * (MOST_FINDINGS + 10)
    found = lint(block(*notes, "gcloud sql instances get-connection-info a"))
    assert len(found) == MOST_FINDINGS + 1
    assert [one.severity for one in found].count("error") == 1
    assert found[0].message.startswith("Only the gravest 1000 of ")
