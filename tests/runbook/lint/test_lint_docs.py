"""docs/lint.md names every code, with its severity."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from runbook.lint.lint import known_rules
from runbook.lint.rules.cautions import severity_of

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "lint.md").read_text()
ROW = re.compile(r"^\| `([a-z-]+)` \| (\w+) \| (.+) \|$", re.MULTILINE)


def _codes_of_commands() -> Iterator[str]:
    """The first word of every `Caution(…)` that a command makes."""
    for file in (ROOT / "runbook" / "commands").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            is_caution = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Caution"
            if is_caution and isinstance(node, ast.Call):
                named = [k.value for k in node.keywords if k.arg == "code"]
                code = (node.args[:1] or named)[0]
                assert isinstance(code, ast.Constant), f"{file.name} builds the code of a caution"
                yield str(code.value)


def test_every_rule_is_documented_as_it_says() -> None:
    documented = {code: (severity, about) for code, severity, about in ROW.findall(PAGE)}
    for rule in known_rules():
        assert documented.get(rule.code) == (rule.severity, rule.about)


def test_every_code_of_a_command_is_documented() -> None:
    documented = {code: severity for code, severity, _about in ROW.findall(PAGE)}
    for code in _codes_of_commands():
        assert documented.get(code) == severity_of(code), code


def test_only_codes_that_exist_are_documented() -> None:
    documented = {code for code, _severity, _about in ROW.findall(PAGE)}
    assert documented == {rule.code for rule in known_rules()} | set(_codes_of_commands())


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in known_rules()]
    assert len(codes) == len(set(codes))
