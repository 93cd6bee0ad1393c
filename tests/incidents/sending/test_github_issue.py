"""Comments and labels reach a GitHub issue, and every refusal of GitHub becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from incidents.sending.github import send_comment, send_labels
from incidents.sending.letter import Letter, NotDelivered
from tests.support.github_api import TOKEN, GitHubApi, github_api

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[GitHubApi]:
    with github_api() as running:
        yield running


@pytest.fixture
def api(server: GitHubApi, settings: Settings) -> GitHubApi:
    settings.GITHUB_TOKEN, settings.GITHUB_URL = TOKEN, server.address
    settings.EMAIL_TIMEOUT = 30
    for kept in (server.comments, server.labels, server.requests):
        kept.clear()
    server.next_status, server.next_headers = 0, {}
    return server


@pytest.fixture
def letter() -> Letter:
    return Letter(
        id="INC-3 update 17/comment",
        kind="github comment",
        subject="INC-3",
        body="We **found** the cause & <it> is small.",
        created_at=NOW,
        at=NOW,
        data={"issue": "acme/shop#12", "labels": ["P0", "outage"]},
    )


def refused(letter: Letter) -> NotDelivered:
    with pytest.raises(NotDelivered) as raised:
        send_comment(letter)
    return raised.value


def test_comment_is_written_and_its_address_kept(api: GitHubApi, letter: Letter) -> None:
    receipt = send_comment(letter)
    assert receipt == "https://github.com/acme/shop/issues/12#issuecomment-1"
    assert api.comments[0]["body"].startswith("We **found** the cause & <it> is small.\n\n<!-- ")
    assert api.requests == [("POST", "/repos/acme/shop/issues/12/comments")]


def test_labels_are_added_to_those_that_are_there(api: GitHubApi, letter: Letter) -> None:
    api.labels.append("bug")
    assert send_labels(letter) == "bug, P0, outage"


@pytest.mark.parametrize("seconds", [10, 30])
def test_lost_answer_does_not_become_a_second_comment(
    api: GitHubApi, letter: Letter, seconds: int
) -> None:
    api.loses_answer = True
    assert not refused(letter).is_final

    receipt = send_comment(replace(letter, at=NOW + timedelta(seconds=seconds)))

    assert receipt.endswith("#issuecomment-1")
    assert len(api.comments) == 1


def test_later_attempt_writes_what_is_not_there(api: GitHubApi, letter: Letter) -> None:
    api.comments.append({"html_url": "x", "body": "of somebody else"})
    assert send_comment(replace(letter, at=NOW + timedelta(minutes=2))).endswith("-2")


@pytest.mark.parametrize(
    ("status", "headers", "sentence", "is_final", "wait"),
    [
        (401, {}, "does not know the token", True, None),
        (403, {}, "may not write to this issue", True, None),
        (404, {}, "shows no such issue", True, None),
        (410, {}, "switched off", True, None),
        (422, {}, "does not take these words (422): Body is too long", True, None),
        (301, {"location": "/elsewhere"}, "has moved", True, None),
        (500, {}, "GitHub answered 500", False, None),
        (429, {"retry-after": "40"}, "limit of requests", False, 40.0),
        (403, {"retry-after": "60"}, "limit of requests", False, 60.0),
        (
            403,
            {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(int(NOW.timestamp()) + 90),
            },
            "limit of requests",
            False,
            90.0,
        ),
    ],
)
def test_refusals_are_sentences_that_say_whether_to_go_on(
    status: int,
    headers: dict[str, str],
    sentence: str,
    is_final: bool,
    wait: float | None,
    api: GitHubApi,
    letter: Letter,
) -> None:
    api.next_status, api.next_headers = status, headers
    found = refused(letter)
    assert sentence in found.sentence
    assert (found.is_final, found.wait) == (is_final, wait)


def test_wrong_token_wrong_issue_and_nobody_there(
    api: GitHubApi, letter: Letter, settings: Settings
) -> None:
    assert refused(replace(letter, data={"issue": "acme/../shop#1"})).is_final
    assert "no such issue" in refused(replace(letter, data={"issue": "acme/other#1"})).sentence
    settings.GITHUB_URL = "http://127.0.0.1:9"
    assert refused(letter).sentence == "GitHub cannot be reached."
    settings.GITHUB_TOKEN = ""
    assert "No RUNBOOK_GITHUB_TOKEN" in refused(letter).sentence
