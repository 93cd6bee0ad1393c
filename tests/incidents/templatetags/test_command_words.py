"""Commands on a page: the same text, broken where people would break it."""

from __future__ import annotations

import html

import pytest
from django.utils.html import strip_tags

from incidents.templatetags.commands import LONGEST_WHOLE, whole_words

LONG = "--impersonate-service-account=runbook-worker@netra-staging.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "gcloud run deploy a-b --image=x \\\n    --vpc-connector=staging-connector | tee\tx-y",
        f"gcloud {LONG} --format='value(a,b)' \"<i>-&-\"  https://a-b.example/c?d=e&f=g ",
        "x-" * 60,
    ],
)
def test_text_stays_what_it_is(text: str) -> None:
    assert html.unescape(strip_tags(whole_words(text))) == text


def test_short_words_are_never_broken_behind_a_hyphen() -> None:
    assert whole_words("gcloud a --vpc-connector=x") == (
        'gcloud a <span class="whole">--vpc-connector=x</span>'
    )


def test_long_words_break_behind_their_marks_first() -> None:
    parts = whole_words(LONG).split("<wbr>")

    assert [strip_tags(part) for part in parts] == [
        "--impersonate-service-account=",
        "runbook-worker@",
        "netra-staging.iam.gserviceaccount.com",
    ]
    assert {"class=" in part for part in parts if len(strip_tags(part)) > LONGEST_WHOLE} == {False}
    assert 'class="whole">runbook-worker@' in parts[1]


def test_marks_in_a_row_stay_together() -> None:
    assert "https://<wbr>" in whole_words("https://staging-frontend.example.com/health")
