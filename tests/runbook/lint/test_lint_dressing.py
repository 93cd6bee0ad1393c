"""Rules about what stands around a command."""

from __future__ import annotations

import pytest

from tests.runbook.lint.documents import codes, lint_command, the

CURL = "curl https://h.example/health"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (f"{CURL} 2>&1 | head -3 || echo failed", "pipe-status"),
        (f"{CURL} | sort && echo fine", "pipe-status"),
        (
            "gcloud secrets list --project=p-staging >/dev/null 2>&1 || echo MISSING",
            "hidden-failure",
        ),
        ("if gcloud sql instances describe d &>/dev/null; then\n  echo A\nfi", "hidden-failure"),
        ("gcloud sql instances describe d 2>/dev/null || echo no", "hidden-failure"),
        ("curl -I https://h.example 2>&1 | head -1", "curl-progress"),
        ('curl -w "@times.txt" https://h.example', "curl-format-file"),
        ('curl -sf https://h.example -w "%{http_code}" || echo FAILED', "curl-says-both"),
        ("gcloud compute ssh vm --zone=us-central1-a", "ssh-writes-keys"),
        ("gcloud sql connect db --user=u --project=p-staging", "connect-changes-networks"),
        ("for i in {1..10}; do\n  curl https://h.example\ndone", "brace-range"),
    ],
)
def test_dressing_that_misleads_is_found(command: str, code: str) -> None:
    assert code in codes(lint_command(command))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (f"{CURL} | grep -q ok || echo failed", "pipe-status"),
        (f"set -o pipefail; {CURL} | head -3 || echo failed", "pipe-status"),
        (f"{CURL} | head -3", "pipe-status"),
        ("gcloud sql instances describe d >/dev/null", "hidden-failure"),
        ("gcloud sql instances describe d || echo no", "hidden-failure"),
        ("curl -sI https://h.example 2>&1 | head -1", "curl-progress"),
        ("curl -I https://h.example | head -1", "curl-progress"),
        (
            "echo '%{http_code}' > times.txt; curl -w '@times.txt' https://h.example",
            "curl-format-file",
        ),
        ('curl -s https://h.example -w "%{http_code}" || echo FAILED', "curl-says-both"),
        ("for i in 1 2 3; do\n  curl https://h.example\ndone", "brace-range"),
        ("for i in '{1..10}'x; do\n  curl https://h.example\ndone", "curl-progress"),
    ],
)
def test_dressing_that_is_right_is_left_alone(command: str, code: str) -> None:
    assert code not in codes(lint_command(command))


def test_a_range_is_grave_where_sh_reads_it() -> None:
    loop = "for i in {1..3}; do\n  curl https://h.example\ndone"
    assert the("brace-range", lint_command(loop, language="sh")).severity == "warning"
    assert the("brace-range", lint_command(loop, language="bash")).severity == "note"
    assert the("brace-range", lint_command(loop)).instead == "for i in 1 2 3"


def test_a_range_with_zeros_keeps_them() -> None:
    loop = "for i in {09..11}; do\n  curl https://h.example/$i\ndone"
    assert the("brace-range", lint_command(loop)).instead == "for i in 09 10 11"


def test_what_to_write_instead_keeps_the_rest_of_the_command() -> None:
    command = "curl -I https://h.example 2>&1 | head -1"
    found = the("curl-progress", lint_command(command))
    assert found.instead == "curl -s -I https://h.example | head -1"
    both = 'curl -sf https://h.example -w "%{http_code}" || echo FAILED'
    found = the("curl-says-both", lint_command(both))
    assert found.instead == 'curl -s https://h.example -w "%{http_code}"'


def test_a_command_inside_of_a_loop_has_its_own_line() -> None:
    loop = (
        "for s in a b; do\n"
        '  echo "$s"\n'
        '  gcloud secrets versions access latest --secret="$s" --project=p-staging \\\n'
        "    >/dev/null 2>&1 || echo MISSING\n"
        "done"
    )
    found = the("hidden-failure", lint_command(loop))
    assert found.line == 5
    assert found.instead.startswith("gcloud secrets versions describe latest --secret=$s")
