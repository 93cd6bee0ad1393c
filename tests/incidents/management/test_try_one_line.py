"""`manage.py try` as a person and a script meet it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from incidents.models import Environment
from tests.runbook.simulated import HERE, Simulated, simulated

ROOT = Path(__file__).resolve().parents[3]
STATE = f"gcloud sql instances describe netra-staging-db {HERE} --format='value(state)'"
RESTART = f"gcloud sql instances restart netra-staging-db {HERE}"
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def process() -> Iterator[Simulated]:
    with simulated() as running:
        yield running


@pytest.fixture
def cloud(process: Simulated) -> Simulated:
    process.reset()
    return process


@pytest.fixture
def staging(db: None, cloud: Simulated) -> Environment:
    return Environment.objects.create(
        name="staging",
        project="netra-staging",
        region="us-central1",
        endpoint=cloud.address,
        scenario="issue-1278",
    )


def _try(line: str, **options: Any) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("try", line, stdout=out, stderr=err, no_color=True, **options)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def test_standard_output_is_what_gcloud_prints(cloud: Simulated) -> None:
    assert _try(STATE, endpoint=cloud.address) == (0, "MAINTENANCE\n", "")


def test_an_environment_gives_project_and_region(staging: Environment) -> None:
    line = STATE.replace(HERE, "--project=${PROJECT}")
    assert _try(line, environment="staging") == (0, "MAINTENANCE\n", "")


def test_a_parameter_takes_its_value(cloud: Simulated) -> None:
    line = STATE.replace("netra-staging-db", "${INSTANCE}")
    given = {"endpoint": cloud.address, "set": ["INSTANCE=netra-staging-db"]}
    assert _try(line, **given)[:2] == (0, "MAINTENANCE\n")
    assert _try(line, endpoint=cloud.address) == (3, "", "ERROR: INSTANCE has no value.\n")


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("gcloud sql instances list", 1, "The required property [project] is not currently set."),
        (f"gcloud sql instances list {HERE} --bogus", 2, "unrecognized arguments: --bogus"),
        (f"gcloud sql instances describe nobody {HERE}", 1, "nobody"),
        ("kubectl get pods", 3, "kubectl is not a program that is run from here."),
        (RESTART, 3, "This line changes; it is not run without --allow-changes."),
    ],
)
def test_it_exits_as_gcloud_does_and_tells_why_beside_the_output(
    cloud: Simulated, line: str, status: int, words: str
) -> None:
    exit_status, out, err = _try(line, endpoint=cloud.address)
    assert (exit_status, out) == (status, "")
    assert words in err


def test_a_list_that_was_refused_is_a_failure_where_gcloud_hides_it(cloud: Simulated) -> None:
    cloud.arm(match="projects/netra-staging/aggregated/subnetworks", kind="403")
    status, out, err = _try(f"gcloud compute networks subnets list {HERE}", endpoint=cloud.address)
    assert (status, out) == (1, "")
    assert "permission" in err


def test_changes_run_on_simulators_only_and_when_allowed(staging: Environment) -> None:
    line = f"gcloud secrets create fresh {HERE}"
    assert _try(line, environment="staging", allow_changes=True)[0] == 0
    Environment.objects.update(endpoint="", scenario="")
    status, out, err = _try(line, environment="staging", allow_changes=True)
    assert (status, out) == (3, "")
    assert "need an incident, a plan and an approval" in err


def test_changes_are_sent_to_no_other_service_of_this_machine() -> None:
    asked: list[str] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_GET  # noqa: N815 (inherited)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (inherited)
            """The tests' output is not a log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_port}"
        line = f"gcloud secrets create fresh {HERE}"
        status, out, err = _try(line, endpoint=endpoint, allow_changes=True)
        server.shutdown()
    assert (status, out) == (3, "")
    assert err == f"No simulator answers at {endpoint}; nothing is changed there."
    assert asked == ["GET /_simulator/faults"]


def test_a_service_that_is_tried_twice_gets_two_revisions(cloud: Simulated) -> None:
    line = f"gcloud run services update auth-staging --memory=1Gi --region=us-central1 {HERE}"
    listed = f"gcloud run revisions list --service=auth-staging --region=us-central1 {HERE}"
    for _time in range(2):
        _try(line, endpoint=cloud.address, allow_changes=True)
    status, out, _err = _try(f"{listed} --format='value(name)'", endpoint=cloud.address)
    assert (status, len(out.splitlines())) == (0, 3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"endpoint": "http://example.com"}, "A simulator is reached over http on this machine"),
        ({"endpoint": NOWHERE, "set": ["INSTANCE"]}, "--set takes NAME=VALUE, not INSTANCE."),
        ({"environment": "nowhere"}, "There is no environment nowhere; there are: staging."),
    ],
)
def test_what_is_asked_wrongly_is_not_run(
    staging: Environment, options: dict[str, Any], words: str
) -> None:
    status, out, err = _try(STATE, **options)
    assert (status, out) == (3, "")
    assert words in err


def test_a_database_without_tables_is_told(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE incidents_environment RENAME TO elsewhere")
    status, _out, err = _try(STATE, environment="staging")
    assert status == 3
    assert "`manage.py prepare` does that" in err


def test_a_reader_that_has_gone_does_not_end_the_command(cloud: Simulated) -> None:
    listing = f"for i in 1 2; do gcloud services list {HERE}; done"
    command = [sys.executable, "manage.py", "try", listing, "--endpoint", cloud.address]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 0
