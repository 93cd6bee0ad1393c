"""Words for a GitHub issue, through GitHub's REST API: a comment, and the labels it should have.

A comment carries a mark that readers do not see. A later attempt looks for it first, so that an
answer that was lost does not become a second comment. Labels that are there already stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import cast
from urllib.parse import quote

import httpx
from django.conf import settings

from incidents.sending.letter import Letter, NotDelivered
from runbook.cloud.trust import trust
from runbook.document.definition import Json
from runbook.document.telling import ISSUE

FIRST_TRY = timedelta(seconds=5)
"""An attempt so soon after the words were written is the first one: a worker that died with the
comment on its way is not followed within this time, however short the time-outs are."""

MOST_COMMENTS = 100
_LIMITED = frozenset({403, 429})
_SENTENCES = {
    401: "GitHub does not know the token in RUNBOOK_GITHUB_TOKEN (401).",
    403: "The token may not write to this issue (403): it needs write access to issues there.",
    404: "GitHub shows no such issue to this token (404): look at its name, and at the token's"
    " repositories.",
    410: "Issues of this repository are switched off, or this one was deleted (410).",
    422: "GitHub does not take these words (422)",
}


def send_comment(letter: Letter) -> str:
    """Raises `NotDelivered`. The receipt is the comment's address."""
    with _client() as client:
        path = f"{_issue_path(letter)}/comments"
        found = _written_before(client, path, letter)
        if found:
            return found
        body = f"{letter.text}\n\n{_mark(letter)}"
        answer = _asked(letter, client, "POST", path, json={"body": body})
    return str(answer.get("html_url", "")) if isinstance(answer, dict) else ""


def send_labels(letter: Letter) -> str:
    """The receipt names the labels that the issue has now."""
    with _client() as client:
        path = f"{_issue_path(letter)}/labels"
        labels = list(letter.data.get("labels", []))
        answer = _asked(letter, client, "POST", path, json={"labels": labels})
    labels_now = answer if isinstance(answer, list) else []
    return ", ".join(str(one["name"]) for one in labels_now if isinstance(one, dict))


def _client() -> httpx.Client:
    if not settings.GITHUB_TOKEN:
        raise NotDelivered("No RUNBOOK_GITHUB_TOKEN is set where workers run.", is_final=True)
    return httpx.Client(
        base_url=settings.GITHUB_URL,
        timeout=settings.EMAIL_TIMEOUT,
        verify=trust(),
        trust_env=False,
        headers={
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {settings.GITHUB_TOKEN}",
            "user-agent": "runbook",
            "x-github-api-version": "2022-11-28",
        },
    )


def _issue_path(letter: Letter) -> str:
    match = ISSUE.fullmatch(str(letter.data.get("issue", "")))
    if match is None:
        raise NotDelivered("This is no issue: write owner/repository#12.", is_final=True)
    owner, repository, number = match.groups()
    return f"/repos/{quote(owner)}/{quote(repository)}/issues/{number}"


def _mark(letter: Letter) -> str:
    return f"<!-- runbook {hashlib.sha256(letter.id.encode()).hexdigest()[:32]} -->"


def _written_before(client: httpx.Client, path: str, letter: Letter) -> str:
    """The address of this very comment where an earlier attempt wrote it, "" otherwise."""
    if letter.at - letter.created_at < FIRST_TRY:
        return ""
    since = (letter.created_at - timedelta(minutes=5)).astimezone(UTC)
    asked: dict[str, str | int] = {
        "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
        "per_page": MOST_COMMENTS,
    }
    comments = _asked(letter, client, "GET", path, params=asked)
    mark = _mark(letter)
    for comment in comments if isinstance(comments, list) else []:
        if isinstance(comment, dict) and mark in str(comment.get("body", "")):
            return str(comment.get("html_url", ""))
    return ""


def _asked(
    letter: Letter,
    client: httpx.Client,
    method: str,
    path: str,
    *,
    json: object = None,
    params: Mapping[str, str | int] | None = None,
) -> Json:
    try:
        answer = client.request(method, path, json=json, params=params)
    except httpx.HTTPError as error:
        slow = isinstance(error, httpx.TimeoutException)
        how = f"did not answer in {settings.EMAIL_TIMEOUT:g} s" if slow else "cannot be reached"
        raise NotDelivered(f"GitHub {how}.") from error
    if not answer.is_success:
        raise _refusal(answer, letter)
    try:
        return cast("Json", answer.json())
    except ValueError:
        return None


def _refusal(answer: httpx.Response, letter: Letter) -> NotDelivered:
    status = answer.status_code
    if status in _LIMITED and _is_limit(answer):
        wait = _wait(answer, letter)
        return NotDelivered(f"GitHub's limit of requests is used up ({status}).", wait=wait)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return NotDelivered(f"GitHub answered {status}.")
    if answer.is_redirect:
        return NotDelivered(
            f"The repository has moved ({status}). Write its new name.", is_final=True
        )
    sentence = _SENTENCES.get(status, f"GitHub answered {status}.")
    if status == httpx.codes.UNPROCESSABLE_ENTITY:
        sentence = f"{sentence}: {_message(answer)}"
    return NotDelivered(sentence, is_final=True)


def _is_limit(answer: httpx.Response) -> bool:
    is_spent = answer.headers.get("x-ratelimit-remaining") == "0"
    return is_spent or "retry-after" in answer.headers or answer.status_code == 429


def _wait(answer: httpx.Response, letter: Letter) -> float | None:
    """Seconds until GitHub wants to hear of us again."""
    after = answer.headers.get("retry-after", "")
    if after.isdecimal() and after.isascii():
        return float(after)
    reset = answer.headers.get("x-ratelimit-reset", "")
    return max(float(reset) - letter.at.timestamp(), 0.0) if reset.isdecimal() else None


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("message", ""))[:200]
    except (ValueError, AttributeError):
        return "no reason given"
