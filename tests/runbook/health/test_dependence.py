"""What is used is mended before what uses it, and what waits says for what."""

from __future__ import annotations

from dataclasses import replace

from runbook.document.parse import parse
from runbook.health.catalogue import kinds_known
from runbook.health.dependence import IN_ORDER, in_order, waiting_words
from runbook.health.fixes import changes_in, runbook_for
from runbook.health.printing import fixes
from runbook.health.report import Area, AreaReport, Finding, Report

PLACE = "--region=us-central1 --project=netra-staging"
UPDATE = f"gcloud run services update shop --vpc-connector=way-in --memory=4Gi {PLACE}"
CREATE = (
    "gcloud compute networks vpc-access connectors create way-in --network=staging-vpc"
    f" --range=10.8.0.0/28 {PLACE}"
)


def failed(expectation: str, *, expected: str = "yes", found: str = "", fix: str = "") -> Finding:
    section, name, _field = expectation.split(".", 2)
    return Finding(
        area=kinds_known()[section].area,
        resource=f"projects/netra-staging/{section}/{name}",
        expectation=expectation,
        expected=expected,
        found=found,
        verdict="failed",
        message=f"{expectation} is wrong",
        fix=fix,
        action="See to it.",
    )


SERVICE = failed("services.shop.memory", expected="at least 4Gi", fix=UPDATE)
MISSING = failed("connectors.way-in.exists", found="no", fix=CREATE)
SECRET = failed("secrets.database-url.exists", found="no")


def report(*findings: Finding) -> Report:
    areas = tuple(
        AreaReport(area, f"The {area.value}", tuple(one for one in findings if one.area is area))
        for area in dict.fromkeys(one.area for one in findings)
    )
    return Report("netra-staging", "netra-staging", "us-central1", "2026-11-21T03:00:00Z", areas)


def test_every_section_has_its_place() -> None:
    assert set(IN_ORDER) == set(kinds_known())


def test_areas_are_in_the_order_of_their_sections() -> None:
    assert list(dict.fromkeys(kinds_known()[one].area for one in IN_ORDER)) == list(Area)


def test_what_is_used_is_mended_first_whatever_was_found_first() -> None:
    network = failed("networks.staging-vpc.exists", found="no")
    found = report(SERVICE, SECRET, MISSING, network)
    assert in_order(found.findings()) == [network, MISSING, SECRET, SERVICE]
    assert changes_in(found) == [CREATE, UPDATE]
    assert [line.strip(" -") for line in fixes(found)][2:] == [CREATE, UPDATE]
    read = parse(runbook_for(found, "Mend").encode())
    titles = [step.title for phase in read.phases for step in phase.steps]
    assert titles[:4] == [one.message for one in (network, MISSING, SECRET, SERVICE)]


def test_service_waits_for_what_its_new_revision_needs() -> None:
    state = failed("databases.orders.state", expected="RUNNABLE", found="MAINTENANCE")
    form = failed("secrets.smtp-password.format.min_length", expected="8", found="does not fit")
    found = [SERVICE, MISSING, state, SECRET, form]
    assert waiting_words(SERVICE, found) == (
        "Waits until the connector way-in is there, the database orders is RUNNABLE, the secret"
        " database-url is there and the secret smtp-password has a value of the right form."
        " Until then a new revision may not become ready."
    )
    assert waiting_words(MISSING, found) == ""


def test_connector_that_a_service_uses_already_is_waited_for_and_no_other() -> None:
    update = UPDATE.replace("--vpc-connector=way-in ", "")
    memory = replace(SERVICE, fix=update)
    uses = replace(failed("services.shop.connector", expected="way-in"), verdict="passed")
    other = failed("connectors.way-out.exists", found="no")
    assert waiting_words(memory, [memory, MISSING, other]) == ""
    assert waiting_words(memory, [memory, uses, MISSING, other]).startswith(
        "Waits until the connector way-in is there. "
    )


def test_connector_waits_for_its_network_and_every_change_for_its_own_resource() -> None:
    network = failed("networks.staging-vpc.exists", found="no")
    assert waiting_words(MISSING, [network, MISSING]) == (
        "Waits until the network staging-vpc is there. Until then Google may refuse it."
    )
    start, patch = "gcloud sql instances patch a", "gcloud sql instances patch b"
    state = failed("databases.orders.state", expected="RUNNABLE", found="STOPPED", fix=start)
    tls = failed("databases.orders.tls_required", fix=patch)
    assert waiting_words(tls, [state, tls]).startswith(
        "Waits until the database orders is RUNNABLE"
    )
    assert waiting_words(state, [state, tls]) == ""


def test_what_keeps_nothing_from_working_is_waited_for_by_nothing() -> None:
    risk = replace(SECRET, is_risk=True)
    unwanted = failed("connectors.way-in.exists", expected="no", found="yes")
    unchecked = replace(SECRET, verdict="unchecked")
    assert waiting_words(SERVICE, [SERVICE, risk, unwanted, unchecked]) == ""


def test_much_that_is_waited_for_is_counted() -> None:
    secrets = [failed(f"secrets.number-{number}.exists", found="no") for number in range(9)]
    assert "the secret number-5 is there and 3 more are mended. " in waiting_words(
        SERVICE, [SERVICE, *secrets]
    )


def test_runbook_says_what_a_step_waits_for_and_keeps_its_command() -> None:
    read = parse(runbook_for(report(SERVICE, MISSING, SECRET), "Mend").encode())
    _first, _second, third, _last = [step for phase in read.phases for step in phase.steps]
    assert third.kind == "command"
    assert "Waits until the connector way-in is there and the secret" in third.body
    assert [one.text for one in third.commands] == [UPDATE]
