"""What the tests call gcloud is gcloud: the same status, output and words as without a fork."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runbook.simulator.running import Running
from tests.support.forked_gcloud import folder_of_shim
from tests.support.gcloud import IS_INSTALLED, Gcloud

pytestmark = pytest.mark.skipif(not IS_INSTALLED, reason="the real gcloud is not installed here")

HERE = "--project=netra-staging"
LINES = [
    f"gcloud compute networks subnets list --filter=network:staging-vpc {HERE}",
    f"gcloud sql instances describe no-such {HERE}",
    f"gcloud compute networks vpc-access connectors list {HERE}",
    "gcloud secrets list --limit=1",
    f"printf 'a b' | gcloud secrets create fresh --data-file=- {HERE} 2>&1 | grep -n Created",
]


@pytest.mark.parametrize("line", LINES)
def test_forked_gcloud_does_what_gcloud_does(outage: Running, tmp_path: Path, line: str) -> None:
    port = int(outage.address.rpartition(":")[2])

    forked = Gcloud(tmp_path, port).shell(line)
    outage.http.post("/_simulator/reset").raise_for_status()
    real = Gcloud(tmp_path, port, forked=False).shell(line)

    assert forked.returncode == real.returncode
    assert (forked.stdout, forked.stderr) == (real.stdout, real.stderr)


def test_one_command_leaves_nothing_to_the_next(outage: Running, tmp_path: Path) -> None:
    port = int(outage.address.rpartition(":")[2])
    asked = ["config", "get", "project"]

    found = [Gcloud(tmp_path, port, project).run(*asked).stdout for project in ("one", "two", "")]

    assert found == ["one\n", "two\n", ""]


def test_command_ends_with_who_asked() -> None:
    """It waits for a value; its standard error closes when the last that holds it has ended."""
    words = ["secrets", "create", "fresh", "--data-file=-", HERE, "--verbosity=debug"]
    with subprocess.Popen(
        [f"{folder_of_shim()}/gcloud", *words], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asker:
        assert asker.stderr is not None
        assert b"Running [gcloud.secrets.create]" in asker.stderr.readline()

        asker.kill()

        assert b"Error" not in asker.stderr.read()


def test_server_ends_with_a_killed_process() -> None:
    program = (
        "import time; from tests.support import forked_gcloud as it; "
        "print(it.folder_of_shim(), flush=True); time.sleep(600)"
    )
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stderr is not None
        folder = starter.stdout.readline().decode().strip()

        os.kill(starter.pid, signal.SIGKILL)

        assert starter.stderr.read() == b""
    shutil.rmtree(folder)
