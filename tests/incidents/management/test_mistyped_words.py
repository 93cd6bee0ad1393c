"""Commands whose exit status says what was found do not say it of words that mean nothing."""

from __future__ import annotations

import pytest
from django.core.management import load_command_class
from django.core.management.base import BaseCommand


@pytest.mark.parametrize(
    "words",
    [
        ["healthcheck", "--focus", "moon"],
        ["loadtest", "--duration"],
        ["validate_fix"],
        ["propose_fixes", "report.json", "--nobody"],
        ["try", "gcloud sql instances list"],
    ],
)
def test_mistyped_words_are_told_and_end_with_3(
    words: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    command = load_command_class("incidents", words[0])
    assert isinstance(command, BaseCommand)
    with pytest.raises(SystemExit) as end:
        command.run_from_argv(["manage.py", *words])
    assert end.value.code == 3
    assert f"usage: manage.py {words[0]}" in capfd.readouterr().err
