"""From a started Runbook to a resolved incident, with three people in three browsers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import Invite
from tests.support.processes import Processes

pytestmark = [pytest.mark.story, pytest.mark.browser]

SLUG = "staging-cannot-reach-cloud-sql"


def test_from_a_started_runbook_to_a_resolved_incident(
    processes: Processes, invite: Invite
) -> None:
    processes.simulator.heal()
    processes.simulator.reset()
    commander = invite(processes, "commander", by_hand=True)
    room = commander.start_incident(SLUG)
    commander.wait_until_live()
    commander.sees("P0")
    for rung in ("2 h", "4 h", "6 h"):
        commander.sees(rung)

    engineer = invite(processes, "engineer")
    engineer.open(room)
    engineer.wait_until_live()
    leader = invite(processes, "leader")
    leader.open(f"{room}board/")
    leader.sees("$500K")

    task = commander.page.locator("li.step-open:not(:has(.effect))").first
    title = task.locator(".step-title").inner_text()
    commander.tick(title)
    engineer.sees_ticked(title, by="Chiara")

    connector = commander.page.locator(
        "li.step", has_text=re.compile("connector", re.IGNORECASE)
    ).first
    connector_title = connector.locator(".step-title").inner_text()
    commander.choose(connector_title)
    commander.run()
    commander.sees_output("CREATING")
    commander.sees_in_step("not as expected")
    expect(engineer.row(connector_title)).to_contain_text(re.compile(r"\d checks? failed"))

    commander.page.get_by_role("button", name="Run all diagnostics of this phase").first.click()
    secrets = commander.row("secret")
    expect(secrets).to_contain_text(re.compile("failed", re.IGNORECASE))

    commander.choose("Scale the connector")
    commander.run()
    commander.sees_in_step("Waiting for approval")
    plan = commander.step.locator("table.difference")
    expect(plan.locator("tr", has_text="minInstances")).to_contain_text(
        re.compile(r"1.*3", re.DOTALL)
    )
    expect(plan.locator("tr", has_text="maxInstances")).to_contain_text(
        re.compile(r"3.*10", re.DOTALL)
    )
    expect(commander.step.locator("[data-approve]")).to_have_count(0)
    card = commander.step.locator("section.plan").get_attribute("id")

    engineer.open("/approvals/")
    engineer.sees("minInstances")
    engineer.page.locator(f"#{card} [data-approve]").click()
    commander.sees_output("Updated connector")
    commander.sees_in_step("succeeded")
    commander.sees_in_step("as expected")
    expect(commander.row("Scale the connector")).not_to_contain_text("failed")

    phase = commander.page.locator("section.phase").first
    for criterion in phase.locator("h3.step-group ~ ol.steps li.step").all():
        criterion.get_by_role("checkbox").click()
        expect(criterion.get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
    phase.get_by_role("button", name=re.compile("Complete phase")).click()
    expect(phase).to_contain_text("completed")

    assert leader.changing_controls() == 0
    leader.sees(re.compile("completed", re.IGNORECASE))
    leader.open("/status/")
    leader.sees("Staging")

    commander.page.get_by_text("Resolve the incident").click()
    commander.page.locator("textarea[name=words]").first.fill("The connector has room again.")
    commander.page.get_by_role("button", name=re.compile("Resolve INC-")).click()
    commander.sees("Nothing in it can change any more")
    commander.open(f"{room}?timeline=all")
    for fact in ("declared", "ticked", "asks for approval", "approved plan", "resolved"):
        expect(commander.page.locator("#timeline")).to_contain_text(fact)
