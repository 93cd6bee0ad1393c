"""The value of a secret is left out of what people read, and nothing else is."""

from __future__ import annotations

import pytest

from runbook.commands import shell
from runbook.commands.secret_text import values_in, without_value

CREATE = "gcloud secrets create s --data-file=- --project=netra-staging"
ADD = "gcloud secrets versions add s --data-file=- --project=netra-staging"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"printf %s hunter2 | {CREATE}", f"printf %s VALUE | {CREATE}"),
        (f"printf '%s' 'a b' | {ADD}", f"printf %s VALUE | {ADD}"),
        (f"printf '%s\\n' hunter2 | {ADD}", f"printf '%s\\n' VALUE | {ADD}"),
        (f"printf hunter2 | {ADD}", f"printf VALUE | {ADD}"),
        (f"echo -n hunter2 | {ADD}", f"echo -n VALUE | {ADD}"),
        (f"timeout 5 echo hunter2 | tr -d '\\n' | {ADD}", ""),
        (f"printf %s 'x | {ADD} hunter2' | {ADD}", f"printf %s VALUE | {ADD}"),
        (f'echo "echo hunter2" | {ADD}', f"echo VALUE | {ADD}"),
        (f"openssl rand -hex 32 | {ADD}", f"openssl rand -hex 32 | {ADD}"),
        ("gcloud secrets list --project=netra-staging", ""),
        ("curl -s https://echo.example.com/ | grep -E secrets", ""),
    ],
)
def test_the_value_is_left_out(text: str, shown: str) -> None:
    (line,) = shell.read(text, {}).lines
    expected = shown or line.text.replace("hunter2", "VALUE")
    assert without_value(line.text) == expected
    assert "hunter2" not in without_value(line.text)


def test_text_that_is_not_run_hides_its_value_too() -> None:
    text = f'# new\necho "hunter2" | {ADD} && \\\n  echo done'
    assert without_value(text) == f"# new\necho VALUE | {ADD} && \\\n  echo done"


def test_a_pipe_on_the_next_line_hides_its_value_too() -> None:
    shown = without_value(f"echo hunter2 \\\n  | {ADD}")
    assert shown == f"echo VALUE \\\n  | {ADD}"


def test_hostile_text_costs_little() -> None:
    text = "echo " + " \\ | tr -d " * 3000 + "| gcloud secrets"
    assert without_value(text) == text
    blank = "echo x" + " " * 1_000_000
    assert without_value(blank) == blank


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"printf %s 'a b' | {ADD}", ("'a b'", "a b")),
        (f"echo -n hunter2 | tr -d '\\n' | {CREATE}", ("hunter2", "hunter2")),
        (f"openssl rand -hex 32 | {ADD}", ()),
        (f"echo it's | {ADD}\necho other | cat", ("it's", "it's")),
    ],
)
def test_the_values_that_are_left_out_are_known(text: str, values: tuple[str, ...]) -> None:
    assert values_in(text) == values
