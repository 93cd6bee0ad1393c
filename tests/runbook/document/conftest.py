"""Documents that the tests of this folder read."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbook.document.definition import Runbook
from runbook.document.parse import parse

SHARED = Path(__file__).parents[4] / "shared"

NATIVE = b"""---
title: Staging cannot reach its database
severity: P0
environment: staging
parameters:
  CONNECTOR: {value: staging-connector, about: Serverless VPC Access connector}
roles: {infrastructure: Infrastructure team}
components: [Frontend, {name: Database, function: Data, priority: P0}]
escalation:
  - {after: 4h, to: [vp-engineering], then: [business continuity]}
  - {after: 2h, if: infrastructure is blocked, to: [infrastructure-lead], then: [open a case]}
updates: {leadership: 1h, engineering: 2h}
approval: {changes: 1 infrastructure, destroys: 1 infrastructure + 1 commander, expires: 20m}
impact: Demonstrations are off.
---
What this is for.

## Background
Words that explain.

## Phase 1: Diagnosis (1 hour) @infrastructure
Look before you act.

- [ ] The connector is ready
  ```bash {id=connector timeout=10m}
  gcloud compute networks vpc-access connectors describe ${CONNECTOR} --region=${REGION}
  ```
  Expect: `state == "READY" && minInstances >= 2`
  Warn: `maxInstances <= 10`
- [ ] If the connector is missing: recreate it
  - [ ] Ask the owner @development
  - [ ] Create it

### Capacity
- [ ] Scale the connector (~15 min)
  Two instances are too few.
  ```bash {undo=scale-back needs=connector expect='minInstances == 3'}
  # scale it
  gcloud compute networks vpc-access connectors update ${CONNECTOR} \\
    --region=${REGION} --min-instances=${MIN}
  ```

### Exit criteria
- [ ] Every finding is understood

## Rollback
- [ ] Scale back
  ```bash {id=scale-back}
  gcloud compute networks vpc-access connectors delete ${CONNECTOR} --region=${REGION}
  ```
"""


@pytest.fixture
def native() -> Runbook:
    return parse(NATIVE)


@pytest.fixture
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder `shared` with seeds and corpus is not beside the project")
    return SHARED
