from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runbook.document import fences, shell_lines
from runbook.document.commands_in_text import Variables, commands, is_shell


def _texts(block: str) -> list[str]:
    return [command.text for command in commands(block, first_line=1, variables=Variables())]


@pytest.mark.parametrize(
    ("block", "texts"),
    [
        ("gcloud a \\\n  --b=c \\\n  --d\n", ["gcloud a --b=c --d"]),
        ("a | \\\n  b\n", ["a | b"]),
        ("a |\n  b\nc\n", ["a | b", "c"]),
        ("a &&\n  b\n", ["a && b"]),
        ("x 'it\nis' y\nz\n", ["x 'it\nis' y", "z"]),
        ("grep don't f\nls -l\n", ["grep don't f", "ls -l"]),
        ("cat <<EOF > f\n# no comment\nEOF\nls\n", ["cat <<EOF > f\n# no comment\nEOF", "ls"]),
        ("cat <<'E' | gcloud x\na\nE\n", ["cat <<'E' | gcloud x\na\nE"]),
        ("for x in a b; do\n  ls $x\ndone\nls\n", ["for x in a b; do\n  ls $x\ndone", "ls"]),
        ("if a; then\n  b\nelse\n  c\nfi\nd\n", ["if a; then\n  b\nelse\n  c\nfi", "d"]),
        ("gcloud a --for done\nb\n", ["gcloud a --for done", "b"]),
        ("A=1\nls $A\n", ["A=1\nls $A"]),
        ("A=1\nB=$A/x\nls ${B}\nls\n", ["A=1\nB=$A/x\nls ${B}", "ls"]),
        ("export A=1 B=2\nls $B\n", ["export A=1 B=2\nls $B"]),
        ("L=(\n  a\n  b\n)\nls ${L[@]}\n", ["L=(\n  a\n  b\n)\nls ${L[@]}"]),
        ("A=1 ls\n", ["A=1 ls"]),
        ("A=1\n", []),
        ("$ ls -l\ntotal 0\n$ pwd\n", ["ls -l", "pwd"]),
        ("$ a \\\n> b\nout\n", ["a b"]),
        ("#!/bin/bash\n# why\nls\n", ["ls"]),
        ("a &\n\n# b too\nb &\nwait\nc\n", ["a &\n\n# b too\nb &\nwait", "c"]),
        ("for x in a b; do\n  ls &\ndone\nwait\n", ["for x in a b; do\n  ls &\ndone\nwait"]),
        ("a 2>&1\nb && c\nwait\n", ["a 2>&1", "b && c", "wait"]),
        ("a &\nb\nwait\n", ["a &", "b", "wait"]),
        ("gcloud a d\\\nb --c\\\n=d\n", ["gcloud a db --c=d"]),
        ("A=1\nif x; then A=2; fi\nls $A\n", ["if x; then A=2; fi", "ls $A"]),
        ("A=1\nfor A in b; do ls; done\nls $A\n", ["for A in b; do ls; done", "ls $A"]),
        ("A=1\nread -p now A\nls $A\n", ["read -p now A", "ls $A"]),
        ("$ A=1\n$ unset A\n$ ls $A\n", ["unset A", "ls $A"]),
        ("cat <<EOF-1 > f\nls\nEOF-1\npwd\n", ["cat <<EOF-1 > f\nls\nEOF-1", "pwd"]),
        ("cat <<'E F'\nls\nE F\npwd\n", ["cat <<'E F'\nls\nE F", "pwd"]),
        ("cat <<EOF > f\nls\npwd\n", ["cat <<EOF > f\nls\npwd"]),
    ],
)
def test_block_is_cut_into_whole_commands(block: str, texts: list[str]) -> None:
    assert _texts(block) == texts


def test_comments_are_labels_and_expected_comments_examples() -> None:
    block = "# Look\n# twice\ncurl a\n# Expected: 200\n# and a body\n\n# Then\ncurl b\n"
    first, second = commands(block, first_line=10, variables=Variables())
    assert (first.label, first.example) == ("Look twice", "Expected: 200\nand a body")
    assert (second.label, second.example) == ("Then", "")
    assert [(c.span.first, c.span.last) for c in (first, second)] == [(12, 12), (17, 17)]


def test_said_words_are_labels() -> None:
    (command,) = commands('echo "DNS:"\ndig a\n', first_line=1, variables=Variables())
    assert (command.label, command.text) == ("DNS:", "dig a")


def test_lines_without_a_prompt_are_output() -> None:
    first, second = commands("$ ls\na\nb\n# c\n$ pwd\n", first_line=1, variables=Variables())
    assert (first.text, first.example) == ("ls", "a\nb\n# c")
    assert (second.text, second.example, second.span.first) == ("pwd", "", 5)


def test_variables_reach_later_blocks_but_not_declared_parameters() -> None:
    variables = Variables(frozenset({"GIVEN"}))
    assert commands("A=1\nGIVEN=2\n", first_line=1, variables=variables) == ()
    (command,) = commands("ls $A ${GIVEN}\n", first_line=9, variables=variables)
    assert command.text == "A=1\nls $A ${GIVEN}"


@pytest.mark.parametrize(
    ("info", "text", "expected"),
    [
        ("bash", "anything", True),
        ("console", "anything", True),
        ("", "gcloud sql instances list", True),
        ("", "$ anything", True),
        ("", "NAME  STATE\nx  READY", False),
        ("", "curl", False),
        ("python", "curl x", False),
        ("yaml", "a: b", False),
        ("", "", False),
    ],
)
def test_blocks_without_language_are_commands_when_they_look_like_it(
    info: str, text: str, expected: bool
) -> None:
    assert is_shell(fences.read(info), text) is expected


@settings(deadline=None)
@given(st.lists(st.text("a'\"\\#|&;(){}<E =$ ", max_size=8), max_size=15))
def test_every_line_is_in_exactly_one_piece(lines: list[str]) -> None:
    covered = [n for piece in shell_lines.pieces(lines) for n in range(piece.first, piece.last + 1)]
    assert covered == list(range(len(lines)))
