"""Patterns of rules on values that senders choose."""

from __future__ import annotations

import pytest

from runbook.alerts.matching import Matcher


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ("staging-.*", "staging-" + "x" * 990),
        (".*connector.*", "a connector " * 80),
        (".*/projects/.*/services/.*", "x/projects/a/services/b"),
        (r"https://[a-z.]+\.example\.com/.*", "https://a.b.example.com/" + "y" * 200),
    ],
)
def test_usual_patterns_fit_what_they_say(pattern: str, value: str) -> None:
    assert Matcher("a", "matches", pattern).fits({"a": value})


@pytest.mark.parametrize("pattern", [".*a.*a.*a.*a.*b", "[a-z]*a[a-z]*a[a-z]*a[a-z]*b"])
def test_value_made_to_keep_a_pattern_busy_fits_nothing(pattern: str) -> None:
    """Tried in every way it would take days."""
    assert not Matcher("a", "matches", pattern).fits({"a": "a" * 1000})
