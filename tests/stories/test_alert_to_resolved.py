"""From an alert to a resolved incident: a rule declares it, looks and plans, one person approves,
and when the alert recovers it closes. Nobody but who approves has touched a page of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.stories.callers import PATIENCE_SECONDS, Caller, Story
from tests.support.processes import Processes, wait_until

pytestmark = pytest.mark.story

RUNBOOK = """# Connector is out of breath

## Phase 1: Look

### See the connector

```bash
gcloud compute networks vpc-access connectors describe staging-connector \\
  --region=${REGION} --project=${PROJECT}
```

## Phase 2: Mend

### Give it more instances

```bash
gcloud compute networks vpc-access connectors update staging-connector \\
  --region=${REGION} --min-instances=3 --max-instances=10 --project=${PROJECT}
```
"""
ALERT = {"alertname": "ConnectorBusy", "severity": "critical", "connector": "staging-connector"}


class AlertStory(Story):
    """The same people and an administrator, who has set up what follows from alerts."""

    def __init__(self, processes: Processes) -> None:
        super().__init__(processes)
        administrator = Caller(processes, "administrator")
        self.token = self._source(administrator)
        self._rule(administrator)
        administrator.close()

    def _source(self, administrator: Caller) -> str:
        staging = self.rows.one("SELECT id FROM incidents_environment WHERE name = 'staging'")
        answer = administrator.post(
            "/alerts/sources/add/",
            name="prometheus",
            kind="alertmanager",
            environment=str(staging),
        )
        return re.findall(r"rba_[\w-]+", answer.text)[0]

    def _rule(self, administrator: Caller) -> None:
        added = administrator.post("/library/add/", text=RUNBOOK)
        assert added.status_code == 302, added.text
        runbook = self.rows.one("SELECT id FROM incidents_runbook ORDER BY id DESC LIMIT 1")
        monitor = self.rows.one("SELECT id FROM auth_user WHERE username = 'monitor'")
        answer = administrator.post(
            "/alerts/rules/add/",
            name="Connector is busy",
            is_on="on",
            matchers="alertname is ConnectorBusy\nseverity is critical",
            declares="on",
            runbook=str(runbook),
            severity="P1",
            acts_as=str(monitor),
            runs="diagnostics\ngive-it-more-instances",
            closes="on",
            reopens_within="60",
        )
        assert answer.status_code == 302, answer.text

    def alert(self, status: str) -> httpx.Response:
        """Alertmanager posts."""
        alerts = [
            {"status": status, "labels": ALERT, "annotations": {"summary": "Connector is busy"}}
        ]
        return httpx.post(
            f"{self.processes.address}/alerts/in/prometheus/",
            json={"version": "4", "status": status, "alerts": alerts},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )

    def incident(self) -> int:
        return int(self.rows.one("SELECT incident_id FROM incidents_alert WHERE kind <> 'monitor'"))

    def is_resolved(self, incident: int) -> bool:
        state = self.rows.one("SELECT state FROM incidents_incident WHERE id = ?", incident)
        return bool(state == "resolved")

    def run(self, incident: int, effect: str) -> int:
        return int(
            self.rows.one(
                "SELECT id FROM incidents_run WHERE incident_id = ? AND effect = ?",
                incident,
                effect,
            )
        )


@pytest.fixture
def story(processes: Processes) -> Iterator[AlertStory]:
    processes.simulator.heal()
    processes.simulator.reset()
    told = AlertStory(processes)
    yield told
    told.close()


def test_alert_becomes_a_resolved_incident(story: AlertStory) -> None:
    firing = story.alert("firing")
    assert (firing.status_code, firing.json()["accepted"]) == (202, 1)
    assert story.alert("firing").status_code == 202
    incident = story.incident()
    read, change = story.run(incident, "reads"), story.run(incident, "changes")

    assert story.waits_for(read, "succeeded", "failed") == "succeeded"
    assert story.waits_for(change, "waiting", "failed") == "waiting"
    assert story.sent() == 0

    assert story.approves(change).status_code == 302
    assert story.waits_for(change, "succeeded", "failed", "unknown") == "succeeded"
    assert story.sent() == 1

    assert story.alert("resolved").status_code == 202
    wait_until(lambda: story.is_resolved(incident), "the incident is resolved")
    told = story.timeline(change)
    for sentence in (
        "declared by the alert rule “Connector is busy”: “Connector is busy”",
        "ran 1 diagnostic of “Look”",
        "asked to change",
        "approved",
        "“Connector is busy” recovered",
        "By itself: “Connector is busy” recovered",
    ):
        assert sentence in told
