from __future__ import annotations

import pytest

from runbook.document import durations
from runbook.document.definition import DurationRange


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", 1800),
        ("2h", 7200),
        ("48 h", 172800),
        ("~15 min", 900),
        ("1h30m", 5400),
        ("1.5 hours", 5400),
        ("10s", 10),
        ("2 days", 172800),
        ("30", None),
        ("soon", None),
        ("2h and more", None),
        ("9999 days", None),
        ("", None),
    ],
)
def test_seconds_reads_a_whole_text(text: str, expected: int | None) -> None:
    assert durations.seconds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 hour", DurationRange(3600, 3600)),
        ("Remediation (2-4 Hours)", DurationRange(7200, 14400)),
        ("2\u20134 hours", DurationRange(7200, 14400)),
        ("Timeline: 0-4 hours", DurationRange(0, 14400)),
        ("~15 min", DurationRange(900, 900)),
        ("2-Hour Escalation", DurationRange(7200, 7200)),
        ("If Phase 2 Exceeds 4 Hours", DurationRange(14400, 14400)),
        ("a 600s timeout", DurationRange(600, 600)),
        ("Phase 3", None),
        ("P0 at 10.8.0.0/28", None),
    ],
)
def test_find_reads_the_first_length_of_time(text: str, expected: DurationRange | None) -> None:
    assert durations.find(text) == expected


def test_words_say_seconds_for_people() -> None:
    assert [durations.words(value) for value in (0, 45, 1800, 5400, 7200)] == [
        "0 s",
        "45 s",
        "30 min",
        "1 h 30 min",
        "2 h",
    ]
