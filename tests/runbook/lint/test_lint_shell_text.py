"""Shell text cut into statements."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runbook.lint.shell_text import Statement, statements

PIECES = ["echo", "gcloud x", "'a b'", '"c', "$(d)", "|", "||", "&&", ";", "&", "\n", "\\\n"]
PIECES += ["<<EOF", "EOF", "#", "for i in 1; do", "done", "2>&1", ">/dev/null", "(", ")", "`", "\\"]


def _cut(text: str) -> list[tuple[int, str]]:
    return [(statement.line, statement.text) for statement in statements(text)]


def _only(text: str) -> Statement:
    (found,) = statements(text)
    return found


def test_statements_have_their_lines() -> None:
    text = "a \\\n  -b\nc; d\n\nif e; then\n  f\nfi"
    assert _cut(text) == [(1, "a \\\n  -b"), (3, "c"), (3, "d"), (5, "e"), (6, "f"), (7, "fi")]


def test_lines_that_wait_for_more_go_on() -> None:
    assert _cut("a |\n  b &&\n  c") == [(1, "a |\n  b &&\n  c")]


def test_stages_have_words_and_redirections() -> None:
    found = _only("timeout 5s a 'b c' \"d\" > /dev/null 2>&1 | e -f || g")
    first, second = found.pipelines[0].stages
    assert first.words == ("timeout", "5s", "a", "b c", "d")
    assert first.redirections == (">/dev/null", "2>&1")
    assert (first.program, second.program) == ("a", "e")
    assert found.joins == ("||",)


def test_conditions_background_and_variables_of_one_command_are_seen() -> None:
    condition, _body, _end = statements("if a; then\nb\nfi")
    assert condition.is_condition
    assert _only("a &").is_background
    assert next(_only("X=1 a").stages).program == "a"


def test_comments_and_here_documents_are_no_commands() -> None:
    assert _cut("a # b | c\ncat <<EOF | d\ne | f\nEOF\ng") == [
        (1, "a # b | c"),
        (2, "cat <<EOF | d"),
        (5, "g"),
    ]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map(" ".join))
def test_any_text_is_cut_and_nothing_is_raised(text: str) -> None:
    lines = text.count("\n") + 1
    assert all(1 <= statement.line <= lines for statement in statements(text))
