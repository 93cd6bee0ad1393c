"""List filters, as gcloud evaluates them."""

from __future__ import annotations

import pytest

from runbook.commands.base import NotRunnable
from runbook.commands.language.filter import parse_filter

CONNECTOR = {
    "name": "projects/p/locations/us-central1/connectors/staging-connector",
    "state": "READY",
    "minInstances": 2,
    "isOn": True,
    "labels": {"team": "infra"},
    "zones": ["a", "b"],
    "flags": [{"name": "max_connections", "value": "100"}],
    "created": "2026-01-12T09:12:41Z",
}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("name:staging", True),
        ("name:STAGING-conn", True),
        ("name:other", False),
        ("name:projects*", True),
        ("name:staging*", False),
        ("name:*connector", True),
        ("missing:*", False),
        ("state:*", True),
        ("state=READY", True),
        ("state=ready", True),
        ("state=READ", False),
        ("state!=READY", False),
        ("state=(READY, ERROR)", True),
        ("state:(ERROR DELETING)", False),
        ("minInstances=2", True),
        ("minInstances>1", True),
        ("minInstances<=1", False),
        ("isOn=true", True),
        ("isOn=false", False),
        ("created>2026-01-01", True),
        ("created<2026-01-01", False),
        ("name~connector$", True),
        ("name!~connector$", False),
        ("labels.team=infra", True),
        ("labels:team", True),
        ("zones:b", True),
        ("flags.name:max_connections", True),
        ("staging-connector", True),
        ("nowhere", False),
        ("state=READY AND minInstances=2", True),
        ("state=READY minInstances=3", False),
        ("state=ERROR OR minInstances=2", True),
        ("NOT state=READY", False),
        ("-state=READY", False),
        ("(state=ERROR OR state=READY) AND name:staging", True),
        ("state='READY'", True),
        ("missing=null", True),
    ],
)
def test_filter_matches_as_gcloud_does(text: str, matches: bool) -> None:
    assert parse_filter(text)(CONNECTOR) == matches


@pytest.mark.parametrize(
    ("text", "why", "status"),
    [
        (
            "a=b OR c=d AND e=f",
            (
                "Parenthesis grouping is required when AND and OR are are combined "
                "[a=b OR c=d AND *HERE* e=f]."
            ),
            1,
        ),
        ("a=b AND", "Term expected [a=b AND *HERE*].", 1),
        ("a=", "Term operand expected [a= *HERE*].", 1),
        ("=b", "Non-empty key name expected [*HERE* =b].", 1),
        ("a=b)", "Unexpected tokens [a=b *HERE* )] in expression.", 1),
        ("a==b", "Malformed operator [a *HERE* ==b].", 1),
        ("a:b*c*", "At most one * expected in : patterns [b*c*].", 1),
        (
            "name~'('",
            ("Filter expression RE pattern [(]: missing ), unterminated subpattern at position 0"),
            1,
        ),
        ("name~'(a+)+$'", "'(a+)+$' could take for ever.", 0),
        ("a " * 100, "This filter has too many terms.", 0),
    ],
)
def test_filter_says_what_it_cannot_read(text: str, why: str, status: int) -> None:
    with pytest.raises(NotRunnable) as caught:
        parse_filter(text)
    assert (caught.value.reason, caught.value.gcloud_exit) == (why, status)


def test_filter_notes_what_google_will_change_and_fields_that_nothing_has() -> None:
    wanted = parse_filter("name:staging* AND missing:*")
    assert wanted(CONNECTOR) is False
    assert wanted.notes() == [
        (
            "WARNING: --filter : operator evaluation is changing for consistency across Google "
            "APIs.  name:staging* currently does not match but will match in the near future.  "
            "Run `gcloud topic filters` for details."
        ),
        "WARNING: The following filter keys were not present in any resource : missing",
    ]


def test_filter_takes_the_headings_of_a_table_as_names() -> None:
    assert parse_filter("WHO=READY", {"WHO": ("state",)})(CONNECTOR) is True
