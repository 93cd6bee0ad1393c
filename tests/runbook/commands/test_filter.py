"""List filters, as gcloud evaluates them."""

from __future__ import annotations

import pytest

from runbook.commands.base import NotRunnable
from runbook.commands.filter import parse_filter

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
    ("text", "why"),
    [
        ("a=b OR c=d AND e=f", "Parenthesis grouping is required when AND and OR are combined."),
        ("(a=b", "The filter ends where a term is expected."),
        ("a=", "The filter ends where a value is expected."),
        ("=b", "A term of the filter cannot start with '='."),
        ("", "The filter ends where a term is expected."),
        ("a=b)", "The filter cannot be read from ')' on."),
        ("name~(", "The filter ends where a value is expected."),
        ("name~'('", "'(' is not a regular expression."),
        ("name~'(a+)+$'", "'(a+)+$' could take for ever."),
    ],
)
def test_filter_says_what_it_cannot_read(text: str, why: str) -> None:
    with pytest.raises(NotRunnable) as caught:
        parse_filter(text)
    assert caught.value.reason == why
