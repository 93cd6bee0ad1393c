"""Field paths against Google's own descriptions of its resources."""

from __future__ import annotations

import subprocess
import sys

import pytest

from runbook.commands.language.keys import parse_key
from runbook.lint.discovery import field_at
from tests.runbook.lint.documents import lint_command, the

SQL = "sqladmin.v1.DatabaseInstance"


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (SQL, "settings.ipConfiguration.authorizedNetworks[].value"),
        (SQL, "settings.ip_configuration.ssl_mode"),
        (SQL, "settings.userLabels.team"),
        (SQL, "ipAddresses.type"),
        (SQL, "ipAddresses[0].ipAddress"),
        ("run.v1.Service", "spec.template.spec.containers[0].resources.limits.cpu"),
        ("run.v1.Service", "spec.template.metadata.annotations"),
        ("logging.v2.LogEntry", "jsonPayload.message"),
        ("compute.v1.SslCertificate", "managed.domainStatus"),
        ("vpcaccess.v1.Connector", "state"),
    ],
)
def test_fields_that_are_there(schema: str, path: str) -> None:
    found = field_at(schema, parse_key(path))
    assert found is not None
    assert (found.missing, found.is_deprecated) == ("", False)


@pytest.mark.parametrize(
    ("schema", "path", "missing"),
    [
        (SQL, "maxConnections", "maxConnections"),
        (SQL, "settings.tire", "tire"),
        (SQL, "state.of.mind", "of"),
        (SQL, "ipAddresses[0].kind", "kind"),
        ("compute.v1.BackendService", "checkIntervalSec", "checkIntervalSec"),
    ],
)
def test_fields_that_are_missing(schema: str, path: str, missing: str) -> None:
    found = field_at(schema, parse_key(path))
    assert found is not None
    assert found.missing == missing


def test_a_field_that_was_replaced_names_the_new_one() -> None:
    found = field_at(SQL, parse_key("settings.ipConfiguration.requireSsl"))
    assert found is not None
    assert (found.is_deprecated, found.replaced_by) == (True, "sslMode")


@pytest.mark.parametrize("schema", ["", "sqladmin", "sqladmin.v1.Nothing", "../x.v1.Y", "x.y.z"])
def test_nothing_is_said_of_an_unknown_schema(schema: str) -> None:
    assert field_at(schema, ("name",)) is None


def test_lint_imports_no_client_of_google() -> None:
    program = (
        "import sys; from runbook.lint.lint import findings_in; findings_in(b'# x');"
        "print([m for m in sys.modules if m.startswith(('google', 'httplib2'))])"
    )
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.stdout == "[]\n", answer.stderr


@pytest.mark.parametrize(
    "flags",
    [
        'instances list --format="value(NAME,EXTERNAL_IP)"',
        'instances list --filter="STATUS=RUNNING" --sort-by=NAME',
        'instances list --format="table(name,labels.team)" --sort-by=~name',
    ],
)
def test_headings_of_the_commands_own_table_are_there(flags: str) -> None:
    assert lint_command(f"gcloud compute {flags} --project=p-staging") == ()


def test_fields_that_gcloud_makes_for_cloud_run_are_there() -> None:
    listing = "gcloud run services list --region=us-central1 --project=p-staging"
    assert lint_command(f'{listing} --format="value(SERVICE,URL)"') == ()


def test_a_field_that_a_label_names_is_looked_up() -> None:
    listing = 'gcloud sql instances list --project=p-staging --format="table(nam:label=X)"'
    assert the("unknown-field", lint_command(listing)).instead == "name"
