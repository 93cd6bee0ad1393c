"""The real gcloud is the judge of the simulator's answers. About a second per command."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runbook.simulator.running import CONNECTOR, GLOBAL, INSTANCE, PROJECT, Running, until
from tests.support.gcloud import Gcloud

pytestmark = pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed")

IN_REGION = "--region=us-central1"


@pytest.fixture
def gcloud(outage: Running, tmp_path: Path) -> Iterator[Gcloud]:
    """Afterwards no request may have been one that the simulator does not know."""
    before = len(outage.requests())
    yield Gcloud(tmp_path, int(outage.address.rpartition(":")[2]), PROJECT)
    strangers = [one["path"] for one in outage.requests()[before:] if not one["known"]]
    assert strangers == []


def _json(gcloud: Gcloud, *arguments: str) -> Any:
    ended = gcloud.run(*arguments, "--format=json")
    assert (ended.returncode, ended.stderr) == (0, "")
    return json.loads(ended.stdout)


def test_gcloud_describes_the_connector(outage: Running, gcloud: Gcloud) -> None:
    described = _json(
        gcloud,
        *("compute", "networks", "vpc-access", "connectors", "describe", "staging-connector"),
        IN_REGION,
    )

    assert described == outage.get(CONNECTOR)


def test_gcloud_updates_the_connector(outage: Running, gcloud: Gcloud) -> None:
    ended = gcloud.run(
        *("compute", "networks", "vpc-access", "connectors", "update", "staging-connector"),
        *(IN_REGION, "--min-instances=3", "--max-instances=10"),
    )

    assert ended.returncode == 0, ended.stderr
    assert "Updated connector [staging-connector]." in ended.stderr
    assert outage.get(CONNECTOR)["state"] == "READY"
    assert outage.get(CONNECTOR)["minInstances"] == 3


def test_gcloud_tells_why_an_update_is_refused(gcloud: Gcloud) -> None:
    ended = gcloud.run(
        *("compute", "networks", "vpc-access", "connectors", "update", "staging-connector"),
        *(IN_REGION, "--min-instances=3", "--max-instances=15"),
    )

    assert ended.returncode == 1
    assert "Invalid max_instances 15: must be between 3 and 10." in ended.stderr


def test_gcloud_describes_the_instance(outage: Running, gcloud: Gcloud) -> None:
    described = _json(gcloud, "sql", "instances", "describe", "netra-staging-db")
    expected = outage.get(INSTANCE)
    del expected["settings"]["ipConfiguration"]["authorizedNetworks"]  # empty: not printed
    del expected["settings"]["authorizedGaeApplications"]

    assert described == expected


def test_gcloud_patches_the_instance(outage: Running, gcloud: Gcloud) -> None:
    ended = gcloud.run(
        *("sql", "instances", "patch", "netra-staging-db"),
        "--database-flags=max_connections=100,statement_timeout=35000",
    )
    listed = _json(gcloud, "sql", "operations", "list", "--instance=netra-staging-db")

    assert ended.returncode == 0, ended.stderr
    assert outage.get(INSTANCE)["state"] == "RUNNABLE"
    assert listed[0]["operationType"] == "UPDATE"


def test_gcloud_misses_a_secret_and_makes_it(gcloud: Gcloud) -> None:
    missing = gcloud.run("secrets", "versions", "describe", "latest", "--secret=database-url")
    made = gcloud.run("secrets", "create", "database-url", "--data-file=-", stdin="made up")
    read = gcloud.run("secrets", "versions", "access", "latest", "--secret=database-url")

    assert missing.returncode == 1
    assert "NOT_FOUND: Secret [projects/841234567890/secrets/database-url]" in missing.stderr
    assert "Created version [1] of the secret [database-url]." in made.stderr
    assert read.stdout == "made up"


def test_gcloud_updates_a_health_check(outage: Running, gcloud: Gcloud) -> None:
    ended = gcloud.run(
        *("compute", "health-checks", "update", "http", "staging-backend-health-check"),
        *("--global", "--check-interval=30s", "--timeout=20s"),
    )

    changed = outage.get(f"{GLOBAL}/healthChecks/staging-backend-health-check")
    assert ended.returncode == 0, ended.stderr
    assert (changed["checkIntervalSec"], changed["timeoutSec"]) == (30, 20)


def test_gcloud_replaces_the_certificate_of_a_proxy(outage: Running, gcloud: Gcloud) -> None:
    made = gcloud.run(
        *(
            "compute",
            "ssl-certificates",
            "create",
            "new",
            "--domains=staging.netrasystems.ai",
            "--global",
        )
    )
    ended = gcloud.run(
        *("compute", "target-https-proxies", "update", "staging-https-proxy"),
        *("--ssl-certificates=new", "--global"),
    )
    until(lambda: outage.get(f"{GLOBAL}/sslCertificates/new")["managed"]["status"] == "ACTIVE")

    proxy = outage.get(f"{GLOBAL}/targetHttpsProxies/staging-https-proxy")
    assert (made.returncode, ended.returncode) == (0, 0), made.stderr + ended.stderr
    assert [link.rpartition("/")[2] for link in proxy["sslCertificates"]] == ["new"]


def test_gcloud_lists_all_scopes_without_a_warning(gcloud: Gcloud) -> None:
    assert len(_json(gcloud, "compute", "health-checks", "list")) == 2
    subnets = _json(
        gcloud, "compute", "networks", "subnets", "list", "--filter=network:staging-vpc"
    )
    assert [subnet["name"] for subnet in subnets] == ["staging-subnet"]


def test_gcloud_describes_a_run_service(outage: Running, gcloud: Gcloud) -> None:
    ended = gcloud.run("run", "services", "describe", "netra-backend-staging", IN_REGION)
    missing = gcloud.run("run", "services", "describe", "nix", IN_REGION)

    assert ended.returncode == 0, ended.stderr
    assert "failed to start and listen on the port" in ended.stdout
    assert (missing.returncode, "Cannot find service [nix]" in missing.stderr) == (1, True)
