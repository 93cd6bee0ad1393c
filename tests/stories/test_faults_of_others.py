"""What people see when Redis restarts, when a worker dies, and when Google does not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import Invite
from tests.stories.people import Person
from tests.support.processes import Processes

pytestmark = [pytest.mark.story, pytest.mark.browser]

SLUG = "staging-cannot-reach-cloud-sql"
INSTANCES = "/v1/projects/netra-staging/instances"
CONNECTOR = "/v1/projects/netra-staging/locations/us-central1/connectors/staging-connector"


@pytest.fixture(scope="module")
def processes(hasty_processes: Processes) -> Processes:
    return hasty_processes


@pytest.fixture(autouse=True)
def fresh_google(processes: Processes) -> Iterator[None]:
    processes.simulator.heal()
    processes.simulator.reset()
    yield
    processes.simulator.heal()


@pytest.fixture
def commander(processes: Processes, invite: Invite) -> Person:
    person = invite(processes, "commander")
    person.start_incident(SLUG)
    person.wait_until_live()
    return person


def approve_in_the_queue(processes: Processes, invite: Invite, commander: Person) -> Person:
    """What the commander has just asked for: others of the same stack may wait beside it."""
    card = commander.step.locator("section.plan").get_attribute("id")
    engineer = invite(processes, "engineer")
    engineer.open("/approvals/")
    approve = engineer.page.locator(f"#{card} [data-approve]")
    approve.click()
    expect(approve).to_have_count(0)
    return engineer


def ask_to_scale(commander: Person) -> None:
    commander.choose("Scale the connector")
    commander.run()
    commander.sees_in_step("Waiting for approval")


def sent(processes: Processes, method: str) -> int:
    return sum(seen["method"] == method for seen in processes.simulator.log())


def test_redis_restarts_in_the_middle_and_nothing_is_lost(
    processes: Processes, invite: Invite, commander: Person
) -> None:
    ask_to_scale(commander)
    engineer = approve_in_the_queue(processes, invite, commander)
    commander.sees_output("Update request issued")

    processes.stop("redis")
    expect(commander.page.locator("[data-live-state]")).to_contain_text("delayed")
    commander.sees_output("Updated connector")
    commander.sees_in_step("succeeded")
    title = commander.page.locator("li.step-open:not(:has(.effect)) .step-title").first.inner_text()
    engineer.open(commander.page.url.removeprefix(processes.address).partition("?")[0])
    engineer.tick(title)
    commander.sees_ticked(title, by="Emeka")
    commander.choose("The connector is ready")
    commander.run()
    commander.sees_in_step(re.compile("queued", re.IGNORECASE))

    processes.start("redis")
    commander.wait_until_live()
    commander.sees_in_step(re.compile("succeeded", re.IGNORECASE))
    commander.sees_output("READY")
    assert_output_is_whole(commander, "Scale the connector")


def assert_output_is_whole(person: Person, title: str) -> None:
    """The terminal shows every stored line, in order, once."""
    person.choose(title)
    terminal = person.step.locator("[data-terminal]").first
    expect(terminal.locator("[data-line]").first).to_be_visible()
    shown = terminal.locator("[data-line]").all_inner_texts()
    run = terminal.get_attribute("data-terminal")
    answer = person.page.request.get(f"{person.address}/runs/{run}/output/?download=1")
    assert shown == answer.text().rstrip("\n").split("\n")


def test_worker_killed_during_a_read_starts_it_again(
    processes: Processes, commander: Person
) -> None:
    processes.simulator.fail(match=INSTANCES, kind="slow", seconds=25, times=1)
    commander.choose("The database runs")
    commander.run()
    commander.sees_in_step(re.compile("running", re.IGNORECASE))

    processes.kill("reads")
    processes.simulator.heal()

    commander.sees_in_step("attempt 2")
    commander.sees_in_step("1 check failed")
    commander.sees_output("MAINTENANCE")
    commander.sees("starts again: its worker stopped answering")


def test_worker_killed_during_a_change_leaves_the_outcome_to_a_person(
    processes: Processes, invite: Invite, commander: Person
) -> None:
    processes.simulator.fail(match=CONNECTOR, method="PATCH", kind="operation-never-ends", times=1)
    ask_to_scale(commander)
    before = sent(processes, "PATCH")
    approve_in_the_queue(processes, invite, commander)
    commander.sees_output("Update request issued")

    processes.kill("changes")

    commander.sees_in_step("Nobody knows whether this change was made")
    commander.sees_in_step("Looked again")
    assert sent(processes, "PATCH") == before + 1
    commander.step.locator(".settle input[name=reason]").fill("The console shows 3 to 10.")
    commander.step.get_by_role("button", name="It was applied").click()
    commander.sees_in_step("Decided by a person that the change was applied")
    processes.wait_until_ready("changes")
    assert sent(processes, "PATCH") == before + 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [("403", "ermission"), ("drop", "answer")],
)
def test_google_refuses_and_the_page_says_what_to_do(
    processes: Processes, commander: Person, kind: str, words: str
) -> None:
    processes.simulator.fail(match=INSTANCES, kind=kind, times=20)
    commander.choose("The database runs")
    commander.run()

    commander.sees_in_step(re.compile("failed", re.IGNORECASE))
    message = commander.step.locator(".run-message").first
    expect(message).to_contain_text(words)
