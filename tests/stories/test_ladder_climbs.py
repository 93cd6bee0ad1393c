"""A team's own short runbook is added on the page, and its ladder climbs in front of everybody."""

from __future__ import annotations

import re
from email.message import Message

import pytest
from playwright.sync_api import expect

from tests.stories.conftest import Invite
from tests.support.processes import Processes, wait_until
from tests.support.receivers import Mailbox

pytestmark = [pytest.mark.story, pytest.mark.browser]

SOURCE = """---
severity: P1
escalation:
  - {after: 4s, if: nobody has looked, to: [engineer, infrastructure-lead],
     then: [open a support case]}
  - {after: 2h, to: [vp-engineering], then: [prepare customer words]}
updates: {leadership: 5s}
---
# The queue is growing

## Phase 1: Look (10 min) @infrastructure

- [ ] Read the queue's length
"""


ADDRESS = """
from django.contrib.auth.models import User
User.objects.filter(username="engineer").update(email="engineer@example.org")
"""


def test_the_ladder_climbs_and_somebody_takes_it_up(
    processes: Processes, invite: Invite, mailbox: Mailbox
) -> None:
    processes.manage("shell", "-c", ADDRESS)
    commander = invite(processes, "commander")
    commander.open("/runbooks/")
    commander.page.get_by_text("Add a runbook").click()
    commander.page.locator("textarea[name=text]").fill(SOURCE)
    commander.page.get_by_role("button", name="Add to the library").click()
    commander.page.wait_for_url(re.compile("/runbooks/the-queue-is-growing/"))
    room = commander.start_incident("the-queue-is-growing")
    engineer = invite(processes, "engineer")
    engineer.open(room)
    engineer.wait_until_live()

    expect(engineer.page.locator("#timeline")).to_contain_text(
        "escalation after 4 s if nobody has looked: engineer, infrastructure-lead"
    )
    wait_until(lambda: len(mails(mailbox, room)) > 0, "the mail server has it")
    expect(engineer.page.locator("#timeline")).to_contain_text("an update for leadership is due")
    engineer.page.locator("#tab-ladder").click()
    engineer.page.get_by_role("button", name=re.compile("cknowledge")).click()
    expect(commander.page.locator("#timeline")).to_contain_text(
        "acknowledged the escalation after 4 s"
    )
    assert processes.manage("clock", "--once") == ""
    expect(
        engineer.page.locator("#timeline .entry", has_text="escalation after 4 s if")
    ).to_have_count(1)
    assert len(mails(mailbox, room)) == 1


def mails(mailbox: Mailbox, room: str) -> list[Message]:
    """Of this incident: others of the same Runbook climb too."""
    about = re.compile(rf"{room.split('/')[2]} P1: escalation level 1\b")
    return [mail for mail in mailbox.mails if about.match(mail["subject"])]
