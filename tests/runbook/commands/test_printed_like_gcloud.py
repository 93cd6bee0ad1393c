"""The real gcloud against the same simulator is the judge of what we print."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.runbook.simulated import Simulated, line_of

GCLOUD = shutil.which("gcloud")
APIS = ("compute", "sql", "vpcaccess", "secretmanager")
HOSTS = {"compute": "compute", "sql": "sqladmin"}
HERE = "--project=netra-staging"
CONNECTORS = "compute networks vpc-access connectors"
CONNECTOR = f"{CONNECTORS} describe staging-connector --region=us-central1 {HERE}"
LIST = f"{CONNECTORS} list --region=us-central1 {HERE}"
INSTANCE = f"sql instances describe netra-staging-db {HERE}"
VERSION = f"secrets versions describe latest --secret=redis-url {HERE}"
CERTIFICATE = f"compute ssl-certificates describe staging-netrasystems-ai-cert --global {HERE}"
HEALTH = f"compute health-checks describe staging-backend-health-check {HERE}"
BACKEND = f"compute backend-services describe staging-backend-service --global {HERE}"
ASKED = (
    (CONNECTOR, ""),
    (CONNECTOR, "json"),
    (CONNECTOR, "table(name,state,ipCidrRange,minInstances,maxInstances,network)"),
    (CONNECTOR, "value(state)"),
    (LIST, ""),
    (f"{LIST} --filter=name:staging-conn", "yaml"),
    (f"{LIST} --filter=state=READY", "json"),
    (INSTANCE, ""),
    (INSTANCE, "json"),
    (INSTANCE, "yaml(settings.ipConfiguration)"),
    (
        INSTANCE,
        "table(name,state,settings.tier,ipAddresses.type:label=IP_TYPE,ipAddresses.ipAddress)",
    ),
    (INSTANCE, "yaml(settings.userLabels,settings.databaseFlags,maxConnections)"),
    (INSTANCE, "table(settings.ipConfiguration.authorizedNetworks[].value:label=AUTHORIZED)"),
    (INSTANCE, "csv(name,settings.databaseFlags[].name,settings.userLabels)"),
    (INSTANCE, "yaml(settings.databaseFlags[0].value,ipAddresses[].type)"),
    (INSTANCE, "json(name,no.such.field)"),
    (VERSION, ""),
    (CERTIFICATE, ""),
    (CERTIFICATE, "table(name,managed.status,managed.domains)"),
    (HEALTH, "json"),
    (HEALTH, "table(name,timeoutSec,checkIntervalSec,unhealthyThreshold,healthyThreshold)"),
    (BACKEND, ""),
    (BACKEND, "yaml(healthChecks,timeoutSec,checkIntervalSec)"),
)
COMMANDS = [f"{command} --format='{form}'" if form else command for command, form in ASKED]

pytestmark = pytest.mark.skipif(GCLOUD is None, reason="the real gcloud is not installed here")


def environment(folder: Path, port: int) -> dict[str, str]:
    """gcloud with every endpoint behind the simulator as its proxy; nothing leaves the machine."""
    (folder / "token").write_text("loopback-token\n")
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    endpoints = {
        f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api.upper()}": (
            f"http://{HOSTS.get(api, api)}.googleapis.com/{'compute/v1/' * (api == 'compute')}"
        )
        for api in APIS
    }
    return {
        **kept,
        **endpoints,
        "HOME": str(folder),
        "TERM": "dumb",
        "PYTHONWARNINGS": "ignore",
        "CLOUDSDK_CONFIG": str(folder / "config"),
        "CLOUDSDK_PROXY_TYPE": "http_no_tunnel",
        "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1",
        "CLOUDSDK_PROXY_PORT": str(port),
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(folder / "token"),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
        "CLOUDSDK_CORE_CHECK_GCE_METADATA": "false",
        "CLOUDSDK_CORE_DISABLE_FILE_LOGGING": "true",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
        "CLOUDSDK_SURVEY_DISABLE_PROMPTS": "true",
    }


@pytest.fixture(scope="module")
def by_gcloud(
    simulator_process: Simulated, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What gcloud prints for each command, asked two at a time."""
    simulator_process.reset()
    folder = tmp_path_factory.mktemp("gcloud")
    told = environment(folder, simulator_process.port)

    def ask(command: str) -> str:
        argv = line_of(f"gcloud {command}").command.as_gcloud()
        done = subprocess.run(
            ["bash", "-c", argv], env=told, capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, command, done.stderr) == (0, command, done.stderr)
        return done.stdout

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(COMMANDS, pool.map(ask, COMMANDS), strict=True))


@pytest.mark.parametrize("command", COMMANDS)
def test_command_prints_what_gcloud_prints(
    command: str, by_gcloud: dict[str, str], cloud: Simulated
) -> None:
    assert cloud.run(f"gcloud {command}").state == "succeeded"
    assert cloud.stdout.rstrip("\n") == by_gcloud[command].rstrip("\n")
