"""Everything that is known to be wrong with the five documents is found, at its line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from runbook.lint.finding import Finding
from runbook.lint.lint import findings_in

PROGRAMS = ("gcloud ", "curl ", "timeout ", "printf ", "openssl ")

REFUSED_BY_GCLOUD = [
    *[(2, 172), (3, 138)],  # a list of connectors without region
    *[(2, 236), (2, 278), (3, 172)],  # sql connect --command
    (3, 78),  # no such command
    *[(2, 427), (2, 431)],  # neither global nor region
    *[(2, 555), (2, 560)],  # no project
]

HARM = [
    *[(2, 195, "connector-limits"), (4, 69, "connector-limits")],
    (4, 69, "connector-machine-type"),
    (4, 561, "connector-scale-down"),
    (2, 182, "connector-over-failed"),
    (2, 266, "flags-replaced"),
    (2, 259, "flags-restart"),
    (2, 245, "restart-is-not-start"),
    (2, 251, "private-ip-for-ever"),
    *[(2, 406, "timeout-above-interval"), (2, 415, "timeout-above-interval")],
    (3, 117, "timeout-above-interval"),
    *[(2, 406, "serverless-backend"), (2, 415, "serverless-backend")],
    *[(2, 427, "serverless-backend"), (2, 431, "serverless-backend")],
    (2, 369, "certificate-list-replaced"),
    *[(2, 343, "certificate-wildcard"), (2, 449, "certificate-wildcard")],
    (4, 256, "filter-beginning"),
    (2, 560, "log-resource-type"),
    *[(2, 232, "unknown-field"), (3, 167, "unknown-field")],
    (4, 222, "unknown-field"),
    (4, 130, "legacy-network-field"),
    (3, 176, "deprecated-field"),
    *[(2, line, "secret-newline") for line in (316, 320, 324, 331)],
    *[(2, line, "secret-placeholder") for line in (316, 331)],
    *[(2, 135, "hidden-failure"), (2, 303, "hidden-failure")],
    *[(3, 151, "ssh-writes-keys"), (3, 151, "hidden-failure")],
    (3, 256, "pipe-status"),
    *[(2, line, "curl-progress") for line in (145, 146, 468, 469)],
    *[(3, line, "curl-progress") for line in (250, 251, 252)],
    (4, 545, "curl-format-file"),
    *[(3, 226, "curl-says-both"), (3, 227, "curl-says-both")],
    (4, 213, "brace-range"),
]


@cache
def _findings(shared: Path, number: int) -> tuple[Finding, ...]:
    (file,) = shared.glob(f"seeds/00{number}_*")
    return findings_in(file.read_bytes(), file_name=file.name)


@pytest.mark.parametrize(("number", "line"), REFUSED_BY_GCLOUD)
def test_what_gcloud_refuses_is_an_error(shared: Path, number: int, line: int) -> None:
    errors = [f for f in _findings(shared, number) if f.severity == "error" and f.line == line]
    assert [finding.code for finding in errors] == ["gcloud-refuses"]


@pytest.mark.parametrize(("number", "line", "code"), HARM)
def test_what_does_harm_is_found(shared: Path, number: int, line: int, code: str) -> None:
    assert (line, code) in [(f.line, f.code) for f in _findings(shared, number)]


@pytest.mark.parametrize("number", range(5))
def test_nothing_else_is_an_error(shared: Path, number: int) -> None:
    errors = {f.line for f in _findings(shared, number) if f.severity == "error"}
    assert errors == {line for seed, line in REFUSED_BY_GCLOUD if seed == number}


@pytest.mark.parametrize("number", [0, 1, 3])
def test_text_that_was_decoded_wrongly_is_told(shared: Path, number: int) -> None:
    assert any("Mac Roman" in finding.message for finding in _findings(shared, number))


def test_what_to_write_instead_is_taken_by_gcloud_and_right(shared: Path) -> None:
    """Every command that is offered, as a document of its own: names in capitals are to be filled
    in, and nothing is an error or the same mistake again."""
    offered = [f for n in range(5) for f in _findings(shared, n) if f.instead.startswith(PROGRAMS)]
    assert len(offered) > 30
    again = {
        (finding.instead, new.code, new.message)
        for finding in offered
        for new in findings_in(f"```bash\n{finding.instead}\n```\n".encode())
        if new.severity == "error" or (new.code == finding.code and new.severity == "warning")
    }
    assert again == set()


def test_no_stand_in_is_shown(shared: Path) -> None:
    said = [f"{f.message} {f.instead}" for n in range(5) for f in _findings(shared, n)]
    assert [text for text in said if "unset-" in text or "UNSET_" in text] == []


def test_words_that_disagree_about_the_connector_are_told(shared: Path) -> None:
    assert (55, "contradiction") in [(f.line, f.code) for f in _findings(shared, 4)]


def test_the_load_of_a_loop_and_its_wait_is_run(shared: Path) -> None:
    """Ten curls in the background are one command of the document, not a loop and a `wait`."""
    notes = [f.line for f in _findings(shared, 4) if f.code == "not-runnable"]
    assert [line for line in notes if 210 <= line <= 218] == []
