"""`manage.py healthcheck`: what operators read, and how it exits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand

from incidents.management.commands.healthcheck import Command
from incidents.models import Environment, Incident, Run, TimelineEntry
from incidents.states import Role
from tests import factories
from tests.runbook.simulator.running import Running, running

FOUR = ["vpc-connector", "database", "secrets", "services"]
OPENING = "🚀 Starting Complete Infrastructure Validation for Netra staging"

HEALTHY = f"""\
{OPENING}
======================================================================
🔍 Checking VPC Connector...
   ✅ VPC connector configuration is valid
🔍 Checking Cloud SQL Instance...
   ✅ Cloud SQL instance configuration is valid
🔍 Checking Secret Manager Secrets...
   📊 Secret validation: 10/10 valid
   ✅ All required secrets are valid
🔍 Checking Cloud Run Services...
   ✅ All Cloud Run services are properly configured

======================================================================
📊 INFRASTRUCTURE VALIDATION SUMMARY
======================================================================
Overall Status: HEALTHY
Critical Failures: 0
Warnings: 0

📋 NEXT ACTIONS:
   - MONITOR: Infrastructure is healthy - focus on application layer
"""

OUTAGE = f"""\
{OPENING}
======================================================================
🔍 Checking VPC Connector...
   ❌ Found 2 VPC connector issues
🔍 Checking Cloud SQL Instance...
   ❌ Found 1 Cloud SQL issues
🔍 Checking Secret Manager Secrets...
   📊 Secret validation: 8/10 valid
   ❌ Missing secrets: database-url, jwt-secret-staging
🔍 Checking Cloud Run Services...
   ❌ Found 3 Cloud Run service issues

======================================================================
📊 INFRASTRUCTURE VALIDATION SUMMARY
======================================================================
Overall Status: CRITICAL
Critical Failures: 6
Warnings: 2

❌ CRITICAL FAILURES:
   - VPC connector state is 'CREATING', expected 'READY'
   - Cloud SQL instance state is 'MAINTENANCE', expected 'RUNNABLE'
   - Secret 'database-url' is missing
   - Secret 'jwt-secret-staging' is missing
   - Service 'netra-backend-staging' has incorrect VPC connector: ''
   - Service 'auth-staging' has incorrect VPC egress: 'private-ranges-only'

⚠️  WARNINGS:
   - Min instances is 1, should be at least 2
   - SSL not required - security risk

📋 NEXT ACTIONS:
   - IMMEDIATE: Fix critical infrastructure failures
   - ESCALATE: Notify infrastructure team of P0 outage
   - MEDIUM: Address configuration warnings
"""


@pytest.fixture(scope="module")
def outage() -> Iterator[Running]:
    with running(scenario="issue-1278") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def healthy() -> Iterator[Running]:
    with running(scenario="healthy") as simulator:
        yield simulator


@pytest.fixture
def staging(db: None, outage: Running) -> Environment:
    environment = factories.make_environment(endpoint=outage.address)
    environment.allowed_hosts = ["staging.netrasystems.ai", "api-staging.netrasystems.ai"]
    environment.routes = dict.fromkeys(environment.allowed_hosts, outage.address)
    environment.save()
    return environment


def _healthcheck(**options: Any) -> tuple[int, str]:
    """Its exit status, and what it printed or why it did not begin."""
    out = StringIO()
    try:
        call_command("healthcheck", stdout=out, no_color=True, **options)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_a_healthy_infrastructure_reads_as_operators_know_it(healthy: Running) -> None:
    assert _healthcheck(endpoint=healthy.address, focus=FOUR) == (0, HEALTHY)


def test_the_outage_reads_as_operators_know_it(outage: Running) -> None:
    assert _healthcheck(endpoint=outage.address, focus=FOUR) == (2, OUTAGE)
    project = {"project": "netra-staging", "region": "us-central1"}
    assert _healthcheck(endpoint=outage.address, focus=FOUR, **project) == (2, OUTAGE)


def test_a_whole_check_adds_the_other_areas_to_the_same_sections(outage: Running) -> None:
    status, printed = _healthcheck(endpoint=outage.address)
    sections = OUTAGE.partition("\n\n")[0].splitlines()[2:]
    assert status == 2
    assert [line for line in printed.splitlines() if line in sections] == sections
    assert "Critical Failures: 14\nWarnings: 10\n" in printed
    assert "   ❌ Found 8 load balancer issues" in printed


def test_a_whole_check_of_a_healthy_infrastructure_finds_nothing(healthy: Running) -> None:
    status, printed = _healthcheck(endpoint=healthy.address)
    assert status == 0
    assert HEALTHY.rpartition("=\n")[2] in printed


def test_only_secrets_or_only_the_summary_when_asked(outage: Running) -> None:
    _status, printed = _healthcheck(endpoint=outage.address, secrets_only=True)
    assert [line for line in printed.splitlines() if "Checking" in line] == [
        "🔍 Checking Secret Manager Secrets..."
    ]
    status, printed = _healthcheck(endpoint=outage.address, focus=FOUR, report_only=True)
    assert (status, printed) == (2, "\n" + OUTAGE.partition("\n\n")[2])


def test_a_detailed_report_has_every_expectation(outage: Running) -> None:
    _status, printed = _healthcheck(
        endpoint=outage.address, focus=["services"], detailed_report=True
    )
    assert "      ✅ memory: 4Gi\n" in printed
    assert "      ❌ connector: nothing, expected staging-connector\n" in printed
    follows = "         follows from: Service 'netra-backend-staging' has incorrect VPC connector"
    assert follows in printed
    assert "         fix: gcloud run services update auth-staging" in printed


def test_json_is_the_whole_report(outage: Running) -> None:
    status, printed = _healthcheck(endpoint=outage.address, focus=["database"], json=True)
    report = json.loads(printed)
    assert (status, report["status"], report["criticals"], report["warnings"]) == (
        2,
        "critical",
        1,
        1,
    )
    assert report["areas"][0]["findings"][0]["expectation"] == "databases.netra-staging-db.exists"


def test_what_could_not_be_checked_is_told_and_degraded(healthy: Running) -> None:
    healthy.arm(match="projects/netra-staging/instances", kind="403", times=0)
    status, printed = _healthcheck(endpoint=healthy.address, focus=["database"])
    healthy.http.delete("/_simulator/faults").raise_for_status()
    assert status == 1
    assert "   ❔ Could not check 6 of 7 expectations\n" in printed
    assert "Overall Status: DEGRADED\n" in printed
    assert "Critical Failures: 0\n" in printed
    assert "cloudsql.instances.get" in printed


def test_an_environment_brings_project_hosts_and_file(staging: Environment) -> None:
    status, printed = _healthcheck(environment="staging", focus=FOUR)
    assert (status, printed) == (2, OUTAGE)
    assert _healthcheck(focus=FOUR) == (2, OUTAGE)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"environment": "nowhere"}, "There is no environment nowhere; there are: staging."),
        ({"environment": "staging", "project": "p"}, "has its own project and endpoint"),
        ({"project": "elsewhere"}, "is about the project elsewhere; there are: netra-staging"),
        ({"endpoint": "http://example.com"}, "A simulator is reached over http on this machine"),
        ({"infrastructure": "shop"}, "There is no such file; there are: netra-staging"),
        ({"environment": "staging", "username": "carla"}, "what --fix-mode proposes; add that"),
        (
            {"endpoint": "http://127.0.0.1:1", "fix_mode": True, "username": "carla"},
            "--as opens an incident, and that needs --environment NAME.",
        ),
    ],
)
def test_what_cannot_begin_says_what_to_do(
    staging: Environment, options: dict[str, Any], words: str
) -> None:
    status, told = _healthcheck(**options)
    assert status == 3
    assert words in told


def test_of_several_environments_it_says_which_there_are(staging: Environment) -> None:
    factories.make_environment("production")
    status, told = _healthcheck()
    assert status == 3
    assert "--environment NAME (production, staging), --project PROJECT" in told


def test_a_wrong_file_is_told_with_its_lines(tmp_path: Path, outage: Running) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("title: Shop\nproject: shop\nregion: x\nconnectors: {a: {stat: READY}}\n")
    status, told = _healthcheck(endpoint=outage.address, infrastructure=str(path))
    assert status == 3
    assert told == ("shop.yaml:4: 'stat' is no field of 'connectors'. Did you mean 'state'?")


def test_another_region_is_checked_in_place_of_the_files(outage: Running) -> None:
    _status, printed = _healthcheck(
        endpoint=outage.address, region="europe-west1", focus=["vpc-connector"], json=True
    )
    (area,) = json.loads(printed)["areas"]
    assert "/locations/europe-west1/" in area["findings"][0]["resource"]


def test_fix_mode_proposes_and_opens_what_waits_for_approval(
    staging: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.make_person("commander", Role.COMMANDER, Role.RESPONDER, environment=staging)
    asked = {"environment": "staging", "focus": FOUR, "report_only": True, "fix_mode": True}
    status, printed = _healthcheck(**asked)
    assert status == 2
    assert printed.count("   - gcloud ") == 4
    assert not Incident.objects.exists()
    status, printed = _healthcheck(**asked, username="commander")
    incident = Incident.objects.get()
    assert (status, incident.severity) == (2, "P0")
    waits = "5 changes wait for approval. Nothing was changed.\n"
    assert capsys.readouterr().err == f"{incident.name} is open: {waits}"
    assert Run.objects.filter(incident=incident, state="planning").count() == 5
    told = TimelineEntry.objects.filter(incident=incident, actor__username="commander")
    assert set(told.values_list("source", flat=True)) == {"command line"}
    assert _healthcheck(**asked, username="nobody") == (
        3,
        "There is nobody called nobody who may sign in.",
    )


def test_fixes_of_a_saved_report_are_opened_later(staging: Environment, tmp_path: Path) -> None:
    factories.make_person("commander", Role.COMMANDER, Role.RESPONDER, environment=staging)
    report = tmp_path / "report.json"
    _status, printed = _healthcheck(environment="staging", focus=["vpc-connector"], json=True)
    report.write_text(printed)
    told = StringIO()
    asked = {"environment": "staging", "username": "commander", "stderr": told}

    call_command("propose_fixes", str(report), **asked)

    assert told.getvalue().startswith(f"{Incident.objects.get().name} is open: ")
    for text, words in (
        (printed.replace("netra-staging", "elsewhere"), "is about the project elsewhere"),
        ("{}", "is no report of `healthcheck --json`"),
        ("no", "is no report of `healthcheck --json`"),
    ):
        report.write_text(text)
        with pytest.raises(CommandError, match=words):
            call_command("propose_fixes", str(report), **asked)
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("propose_fixes", str(tmp_path / "none.json"), **asked)


def test_every_option_is_documented() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "health.md").read_text()
    own = Command().create_parser("manage.py", "healthcheck")
    usual = BaseCommand().create_parser("manage.py", "usual")
    options = {one for action in own._actions for one in action.option_strings}
    options -= {one for action in usual._actions for one in action.option_strings}
    assert {one for one in options if not re.search(rf"[`/ ]{one}\b", page)} == set()
