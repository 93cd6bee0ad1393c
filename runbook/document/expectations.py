"""`Expect:` and `Warn:` lines, and where their expressions stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runbook.document.checks import compile_problem
from runbook.document.definition import Check, CheckLevel, Problem

_LINE = re.compile(r"\s*(?:[-*]\s+)?(?:\*\*)?(Expect|Warn):(?:\*\*)?\s*(.*)")
_CODE = re.compile(r"(`+)(.+?)\1(?!`)")
_LEVELS: dict[str, CheckLevel] = {"Expect": "expect", "Warn": "warn"}


@dataclass(frozen=True, slots=True)
class Expectations:
    """The checks found in some lines, and the lines that are something else."""

    checks: tuple[Check, ...]
    others: tuple[str, ...]
    problems: tuple[Problem, ...]


def read(lines: Sequence[str], *, first_line: int) -> Expectations:
    """Lines of a paragraph whose first is `first_line` of the source."""
    checks: list[Check] = []
    others: list[str] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, first_line):
        match = _LINE.fullmatch(line)
        if not match:
            others.append(line)
            continue
        found = [code.strip() for _, code in _CODE.findall(match[2])]
        if not found:
            others.append(line)
            problems.append(_without_expression(match[1], number))
        for expression in found:
            check = Check(expression, _LEVELS[match[1]], number)
            checks.append(check)
            problems += wrong(check)
    return Expectations(tuple(checks), tuple(others), tuple(problems))


def wrong(check: Check) -> list[Problem]:
    """What keeps the check from ever being made."""
    what = compile_problem(check.expression)
    return [Problem(check.line, "error", what)] if what else []


def _without_expression(name: str, line: int) -> Problem:
    return Problem(
        line,
        "note",
        f"This {name} line has no expression and is read as words",
        f'{name}: `state == "READY"`',
    )
