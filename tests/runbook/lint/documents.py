"""Small documents for one rule each."""

from __future__ import annotations

from runbook.lint.finding import Finding
from runbook.lint.lint import findings_in

PARAMETERS = "---\nparameters: {CONNECTOR: c, INSTANCE: db}\n---\n"


def lint(text: str) -> tuple[Finding, ...]:
    return findings_in(text.encode())


def lint_command(command: str, words: str = "Do it", language: str = "bash") -> tuple[Finding, ...]:
    """One step with a shell block whose first line is line 3."""
    return lint(f"- [ ] {words}\n  ```{language}\n{indented(command)}\n  ```\n")


def indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.code for finding in findings}


def the(code: str, findings: tuple[Finding, ...]) -> Finding:
    (found,) = (finding for finding in findings if finding.code == code)
    return found
