"""Who may decide, and who was first: many people at the same instant, the requester by every way
in, and time running out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from tests.stories.callers import PATIENCE_SECONDS, Caller, Story
from tests.support.processes import Processes, wait_until

pytestmark = pytest.mark.story

SCALE = "connectors update"
MANY = 20
PEOPLE = f"""
from django.contrib.auth.models import User
from django.test import Client
from incidents.models import Environment, Membership
staging = Environment.objects.get(name="staging")
for number in range({MANY}):
    person = User.objects.create(username=f"approver-{{number}}")
    Membership.objects.create(person=person, environment=staging, role="approver")
    browser = Client()
    browser.force_login(person)
    print("session", browser.cookies["sessionid"].value)
"""
"""They do not sign in by password: twenty of those take a processor half a minute, by design."""


@pytest.fixture
def story(processes: Processes) -> Iterator[Story]:
    processes.simulator.heal()
    processes.simulator.reset()
    told = Story(processes)
    yield told
    told.close()


@pytest.fixture(scope="module")
def crowd(processes: Processes) -> Iterator[list[Caller]]:
    sessions = re.findall(r"^session (\S+)$", processes.manage("shell", "-c", PEOPLE), re.MULTILINE)
    people = [Caller(processes, f"approver-{n}", session) for n, session in enumerate(sessions)]
    assert len(people) == MANY
    yield people
    for person in people:
        person.close()


def waiting_change(story: Story) -> tuple[int, int, str]:
    """A run that waits for approval, its approval and the digest of its plan."""
    run = story.asks(story.declares(), SCALE)
    story.waits_for(run, "waiting", "expired", "failed")
    approval, digest = story.rows.one(
        "SELECT id, digest FROM incidents_approval WHERE run_id = ?", run
    )
    return run, approval, digest


def at_once(crowd: list[Caller], act: Callable[[int, Caller], httpx.Response]) -> list[int]:
    """What each of them was answered, all having pressed at the same instant."""
    start = Barrier(len(crowd))

    def press(number: int) -> int:
        start.wait()
        return act(number, crowd[number]).status_code

    with ThreadPoolExecutor(len(crowd)) as threads:
        return list(threads.map(press, range(len(crowd))))


def test_approve_and_reject_at_the_same_instant(story: Story, crowd: list[Caller]) -> None:
    run, approval, digest = waiting_change(story)

    def decide(number: int, person: Caller) -> httpx.Response:
        if number % 2:
            return person.post(f"/approvals/{approval}/reject/", reason="Not now.")
        return person.post(f"/approvals/{approval}/approve/", digest=digest)

    answers = at_once(crowd, decide)

    assert sorted(answers) == [302, *[409] * (MANY - 1)]
    decided = story.rows.all(
        "SELECT verdict FROM incidents_decision WHERE approval_id = ?", approval
    )
    verdict = "approved" if answers.index(302) % 2 == 0 else "rejected"
    assert decided == [(verdict,)]
    ended = "succeeded" if verdict == "approved" else "rejected"
    assert story.waits_for(run, "succeeded", "rejected", "failed", "unknown") == ended
    assert story.sent() == (1 if verdict == "approved" else 0)
    late = crowd[1].post(f"/approvals/{approval}/reject/", reason="Too late.")
    assert re.search(rf"This was {verdict} by approver-\d+ at", late.text)


def test_quorum_of_two_takes_two_of_twenty(story: Story, crowd: list[Caller]) -> None:
    with_policy(story, "2 approvers")
    try:
        run, approval, digest = waiting_change(story)
        answers = at_once(
            crowd,
            lambda _number, person: person.post(f"/approvals/{approval}/approve/", digest=digest),
        )
    finally:
        with_policy(story, "")
    assert sorted(answers) == [302, 302, *[409] * (MANY - 2)]
    assert story.waits_for(run, "succeeded", "failed", "unknown", "void") in ("succeeded", "void")
    assert story.sent() <= 1


def with_policy(story: Story, policy: str) -> None:
    story.processes.manage(
        "shell",
        "-c",
        "from incidents.models import Environment;"
        f"Environment.objects.filter(name='staging').update(changes_policy={policy!r})",
    )


def test_requester_is_refused_by_every_way_in(story: Story) -> None:
    engineer = story.engineer
    run = story.asks(story.declares(), SCALE, who=engineer)
    story.waits_for(run, "waiting")
    approval, digest = story.rows.one(
        "SELECT id, digest FROM incidents_approval WHERE run_id = ?", run
    )
    address = f"/approvals/{approval}/approve/"

    by_page = engineer.post(address, digest=digest)
    assert (by_page.status_code, "somebody else" in by_page.text) == (403, True)
    assert engineer.client.get(address).status_code == 405
    without_token = engineer.client.post(address, data={"digest": digest})
    assert without_token.status_code == 403
    elsewhere = engineer.client.post(
        address,
        data={"digest": digest, "csrfmiddlewaretoken": engineer.token},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert elsewhere.status_code == 403
    assert by_api(engineer, approval, digest).status_code == 403
    other = story.commander.post(address, digest=digest)
    assert other.status_code == 403, "a commander is not an approver"
    forged = engineer.post("/approvals/999999/approve/", digest=digest)
    assert forged.status_code == 404

    assert story.state(run) == "waiting"
    assert story.rows.all("SELECT 1 FROM incidents_decision WHERE approval_id = ?", approval) == []
    assert story.sent() == 0


def by_api(person: Caller, approval: int, digest: str) -> httpx.Response:
    made = person.post("/account/tokens/add/", name="mine", scopes="approve", days="1")
    token = re.findall(r"rb_[\w-]{20,}", made.text)[0]
    return httpx.post(
        f"{person.client.base_url}/api/v1/approvals/{approval}/approve",
        json={"digest": digest},
        headers={"Authorization": f"Bearer {token}"},
        timeout=PATIENCE_SECONDS,
        trust_env=False,
    )


def test_another_digest_than_the_plan_s_approves_nothing(story: Story) -> None:
    run, approval, digest = waiting_change(story)
    forged = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    answer = story.engineer.post(f"/approvals/{approval}/approve/", digest=forged)
    assert answer.status_code == 409
    assert "not the one you were looking at" in answer.text
    assert story.state(run) == "waiting"


def test_question_that_nobody_answers_expires(story: Story) -> None:
    expires_after(story, 3)
    try:
        run, approval, digest = waiting_change(story)
        wait_until(lambda: story.state(run) == "expired", "it expired")
    finally:
        expires_after(story, None)
    late = story.engineer.post(f"/approvals/{approval}/approve/", digest=digest)
    assert (late.status_code, "expired" in late.text) == (409, True)
    assert story.sent() == 0


def expires_after(story: Story, seconds: int | None) -> None:
    story.processes.manage(
        "shell",
        "-c",
        "from incidents.models import Environment;"
        f"Environment.objects.filter(name='staging').update(approval_expires={seconds})",
    )
