"""Findings as a whole: order, severities, parameters, and documents that have none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.lint.lint import findings_in
from tests.runbook.lint.documents import codes, lint, lint_command, the

ROOT = Path(__file__).resolve().parents[3]
CONNECTOR = "gcloud compute networks vpc-access connectors"
FRAGMENTS = [
    "---\n", "a: b\n", "# T\n", "- [ ] x\n", "```bash\n", "```\n", "  ", "| a | b |\n|---|---|\n",
    "gcloud sql instances patch", " --database-flags=a=1", " --region", " $X", "${Y}", "`", "\\\n",
    " | head -1", " || echo", "for i in {1..3}; do\n", "done\n", "curl -w @", "<<EOF\n", '"', "'",
    "Expect: `a.b == 1`\n", "\x00", "\ufeff", "*.a.example", "--filter='name:x*'", "(", "=",
]  # fmt: skip


@pytest.mark.parametrize("file", sorted((ROOT / "runbook" / "library").glob("*.md")), ids=str)
def test_shipped_runbooks_are_clean(file: Path) -> None:
    assert findings_in(file.read_bytes(), file_name=file.name) == ()


def test_findings_come_in_the_order_of_lines_and_gravity() -> None:
    found = lint_command("curl -I https://h.example 2>&1 | head -1 || echo no\npython x.py")
    assert [(f.line, f.severity) for f in found] == sorted((f.line, f.severity) for f in found)
    assert the("not-runnable", found).line == 4


def test_an_empty_file_is_one_error() -> None:
    found = lint(" \n")
    assert [(f.line, f.severity, f.code) for f in found] == [(1, "error", "unreadable")]


def test_a_continued_command_is_found_at_its_first_line() -> None:
    found = lint_command("# why\ncurl -I \\\n  https://h.example \\\n  2>&1 | head -1")
    assert the("curl-progress", found).line == 4


def test_commands_in_tables_and_words_are_looked_at() -> None:
    table = "| Check | How |\n|---|---|\n| up | `curl -I https://h.example 2>&1 \\| head -1` |\n"
    assert the("curl-progress", lint(table)).line == 3
    words = "Never run `gcloud compute ssh vm --zone=z`.\n"
    assert the("ssh-writes-keys", lint(words)).line == 1
    assert lint("Look at `gcloud sql instances describe`.\n") == ()


def test_commands_under_headings_that_only_explain_are_looked_at() -> None:
    head = "# T\n\n## Phase 1\n- [ ] a\n\n## Background\n"
    quoted = "> ```bash\n> curl -w @f \\\n>   https://h.example\n> ```\n"
    assert the("curl-format-file", lint(head + quoted)).line == 8


def test_a_name_without_value_is_noted_once() -> None:
    describe = f'{CONNECTOR} describe "$NAME" --region=${{REGION}} --project=${{PROJECT}}'
    found = lint_command(f"{describe}\n{describe}")
    assert (the("unknown-parameter", found).line, codes(found)) == (3, {"unknown-parameter"})


def test_a_name_that_a_command_not_run_sets_is_told_with_its_line() -> None:
    block = "export NAME=$(kubectl get pods)\ngcloud sql instances describe $NAME --project=p-1"
    found = the("unknown-parameter", lint_command(block))
    assert found.line == 4
    assert found.message.startswith("NAME gets its value in line 3, which is not run from here")


def test_a_name_in_what_is_never_run_is_not_why() -> None:
    found = the("unknown-parameter", lint_command("kubectl get pods -n $SPACE"))
    assert found.message == "Nothing gives SPACE a value."


def test_a_secret_that_people_type_is_asked_of_no_parameter() -> None:
    text = (
        "printf '%s' \"$DATABASE_URL\" | gcloud secrets create d --data-file=- --project=p-staging"
    )
    assert "unknown-parameter" not in codes(lint_command(text))


def test_a_name_that_the_document_sets_is_known() -> None:
    text = 'NAME=c\nfor r in us-central1; do\n  curl "https://$NAME.example/$r"\ndone'
    assert "unknown-parameter" not in codes(lint_command(text))


@pytest.mark.parametrize("value", ["${COUNT}", "$COUNT"])
def test_an_amount_that_nobody_knows_yet_is_not_judged(value: str) -> None:
    command = f"{CONNECTOR} update c --region=us-central1 --min-instances={value} "
    found = lint_command(f"{command} --max-instances=9 --project=p-staging")
    assert codes(found) == {"unknown-parameter"}


def test_suggestions_name_the_parameter_and_not_its_stand_in() -> None:
    command = f"{CONNECTOR} update ${{NAME}} --region=${{REGION}} --project=${{PROJECT}}"
    found = the("connector-limits", lint_command(f"{command} --min-instances=3 --max-instances=15"))
    assert "unset" not in found.message + found.instead


def test_an_unknown_key_of_the_front_matter_is_noted() -> None:
    assert the("document", lint("---\nflavour: mint\n---\n# T\n")).severity == "note"


def test_output_that_is_only_an_example_is_noted() -> None:
    text = "curl https://h.example\n# Expected: fine"
    assert the("example-only", lint_command(text)).severity == "note"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=25).map("".join))
def test_any_text_is_read(text: str) -> None:
    lines = text.count("\n") + text.count("\r") + 1
    for finding in findings_in(text.encode("utf-8", "surrogatepass")):
        assert 1 <= finding.line <= lines
        assert finding.message.endswith((".", "…", "'", '"', "`", ")", ":")), finding
        assert finding.code


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(source: bytes) -> None:
    findings_in(source)
