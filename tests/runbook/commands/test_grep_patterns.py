"""What grep finds with a pattern is what we find, or the pattern is refused."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from runbook.commands.base import NotRunnable
from runbook.commands.grep_patterns import check_grep
from runbook.commands.language.patterns import compiled

GREP = shutil.which("grep")
PIECES = [
    *("a", "b", ".", "*", "+", "?", "|", "(", ")", "^", "$", "[ab]", "[^a]", "[]a]", "\\d", "\\b"),
    *("\\w", "\\.", "\\s", "{2}", "{1,2}", "{,2}", "{", "}", "-", "\\>", "\\<", "\\n", "[a-", "x"),
    *("1", "[\\d]", "\\Z", "A", "é", "\\-", "\\1", "[[:alpha:]]", "[a|b]", "_", " ", "\\$", "\\{"),
]
LINES = [
    *("a", "b", "ab", "ba", "aab", "", "1", "a1", "x-x", "A", "a b", "é", ".", "a.b", "^a", "a$"),
    *("a|b", "aa", "{", "}", "-", "(a)", "a*", "n", "d", "_a", "[", "\\", "a^b", "a$b", "$", "^"),
]


@pytest.mark.parametrize(
    "pattern",
    [r"a+?b", "a++", "(?i)a", r"\d", r"x\>", r"\<x", r"[a\d]", r"\Z", r"\n", "[[:digit:]]", "a{x}"],
)
def test_pattern_that_python_reads_in_its_own_way_is_refused(pattern: str) -> None:
    with pytest.raises(NotRunnable, match="not understood"):
        check_grep(pattern, is_extended=True)


@pytest.mark.parametrize("pattern", ["a^b", "a$b", "$a"])
def test_anchor_inside_of_a_plain_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(NotRunnable, match="are characters"):
        check_grep(pattern, is_extended=False)


@pytest.mark.parametrize(
    "pattern", ["(vpc-access|egress)", "READY", "^name: .*", r"10\.0", r"\bok\b", "[0-9]{1,3}$"]
)
def test_pattern_of_runbooks_is_taken(pattern: str) -> None:
    check_grep(pattern, is_extended=True)


@pytest.mark.skipif(GREP is None, reason="grep is not installed")
def test_grep_finds_what_we_find() -> None:
    chosen = random.Random(7)
    tried = 0
    while tried < 150:
        pattern = "".join(chosen.choice(PIECES) for _ in range(chosen.randint(1, 5)))
        is_extended, ignores_case = chosen.random() < 0.7, chosen.random() < 0.3
        try:
            check_grep(pattern, is_extended=is_extended)
        except NotRunnable:
            continue
        tried += 1
        search = compiled(pattern, ignore_case=ignores_case).search
        ours = [line for line in LINES if search(line)]
        flags = ["-E"] * is_extended + ["-i"] * ignores_case
        assert (pattern, flags, found_by_grep(flags, pattern)) == (pattern, flags, ours)


def found_by_grep(flags: list[str], pattern: str) -> list[str]:
    done = subprocess.run(
        ["grep", *flags, "--", pattern],
        input="".join(f"{line}\n" for line in LINES),
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split("\n")[:-1]
