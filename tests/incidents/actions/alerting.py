"""Rules and signals as tests of alerts need them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from incidents.actions.alerts import Signal
from incidents.health_states import AlertKind
from incidents.models import AlertRule, Environment, Revision
from incidents.states import Role
from tests import factories

RUNBOOK = b"""# Connector is down

## Phase 1: Look

### Is the connector ready

```bash
gcloud compute networks vpc-access connectors describe staging-connector \\
  --region=us-central1 --project=netra-staging
```

### Scale the connector

```bash
gcloud compute networks vpc-access connectors update staging-connector \\
  --region=us-central1 --min-instances=3 --max-instances=10 --project=netra-staging
```
"""


def make_monitor(environment: Environment | None = None) -> User:
    """The account in whose name rules act."""
    return factories.make_person("monitor", Role.COMMANDER, Role.RESPONDER, environment=environment)


def make_rule(**columns: Any) -> AlertRule:
    """A rule for everything, that does nothing unless said."""
    position = AlertRule.objects.count() + 1
    return AlertRule.objects.create(**{"position": position, "name": f"Rule {position}", **columns})


def make_declaring(actor: User, revision: Revision | None = None, **columns: Any) -> AlertRule:
    revision = revision or factories.make_revision(RUNBOOK, slug="connector-is-down")
    return make_rule(declares=True, runbook=revision.runbook, acts_as=actor, **columns)


def signal(key: str = "a", *, firing: bool = True, **fields: Any) -> Signal:
    return Signal(
        **{
            "kind": AlertKind.ALERTMANAGER,
            "key": key,
            "firing": firing,
            "title": f"Condition {key}",
            "environment": factories.make_environment(),
            **fields,
        }
    )
