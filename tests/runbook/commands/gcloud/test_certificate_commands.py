"""Certificates and the proxies that hold them: what may be switched, and when."""

from __future__ import annotations

import pytest

from runbook.cloud.compute_place import Place
from runbook.commands import registry, running
from runbook.commands.base import Caution, Effect, FieldChange, NotRunnable
from runbook.commands.compute_certificates import status
from tests.runbook.simulated import HERE, PROJECT, Simulated, line_of
from tests.runbook.simulator.running import until

GLOBAL = f"/compute/v1/projects/{PROJECT}/global"
LINK = f"https://www.googleapis.com{GLOBAL}/sslCertificates"
OLD, NEW = "staging-netrasystems-ai-cert", "new-cert"
DOMAINS = "--domains=staging.netrasystems.ai,api-staging.netrasystems.ai"
CREATE = f"gcloud compute ssl-certificates create {NEW} {DOMAINS} --global {HERE}"
DELETE = f"gcloud compute ssl-certificates delete {NEW} --global {HERE}"
PROXY = "gcloud compute target-https-proxies update staging-https-proxy"


def switch(*names: str) -> str:
    return f"{PROXY} --ssl-certificates={','.join(names)} --global {HERE}"


def status_of(cloud: Simulated, name: str) -> str:
    return status(cloud.session().compute.get("sslCertificates", Place(PROJECT), name))


def test_create_plan_and_run(cloud: Simulated) -> None:
    plan = cloud.plan(CREATE)
    assert FieldChange("name", None, NEW) in plan.changes
    assert (plan.before, plan.refusals, plan.undo) == (None, (), DELETE)
    outcome = cloud.run(CREATE, plan)
    assert (outcome.state, outcome.message) == ("succeeded", f"Created {NEW}.")
    assert f"Created [{LINK}/{NEW}]." in cloud.printed
    assert cloud.stdout.startswith("NAME      TYPE     CREATION_TIMESTAMP")
    found = running.verify(line_of(CREATE), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"


def test_create_of_what_exists_is_refused(cloud: Simulated) -> None:
    plan = cloud.plan(CREATE.replace(NEW, OLD))
    assert plan.refusals == (f"A certificate {OLD} already exists.",)


def test_create_with_a_wildcard_is_cautioned_and_refused(cloud: Simulated) -> None:
    line = CREATE.replace(DOMAINS, "'--domains=*.netrasystems.ai'")
    words = (
        "Managed certificates of Compute Engine have no wildcards ('*.netrasystems.ai'); those of "
        "Certificate Manager do."
    )
    instead = (
        f"gcloud certificate-manager certificates create {NEW} '--domains=*.netrasystems.ai' "
        f"--dns-authorizations=AUTHORIZATION {HERE}"
    )
    caution = Caution("certificate-wildcard", words, instead)
    assert line_of(line).command.cautions() == (caution,)
    assert cloud.plan(line).refusals == (words,)
    assert line_of(CREATE).command.cautions() == ()


@pytest.mark.parametrize(
    ("line", "reason", "gcloud_exit"),
    [
        (
            CREATE.replace(DOMAINS, ""),
            "Exactly one of (--domains | --certificate --private-key) must be specified.",
            2,
        ),
        (
            CREATE.replace("--global", "--region=us-central1"),
            "--domains flag is not supported for regional certificates",
            1,
        ),
        (
            f"{PROXY} {HERE}",
            "You must specify at least one of the things to change, such as [--ssl-certificates].",
            1,
        ),
    ],
)
def test_words_that_gcloud_refuses(line: str, reason: str, gcloud_exit: int) -> None:
    with pytest.raises(NotRunnable) as caught:
        registry.parse(line.split())
    assert (caught.value.reason, caught.value.gcloud_exit) == (reason, gcloud_exit)
    assert caught.value.instead.startswith(line.partition(" --")[0].strip())


def test_delete_destroys_and_is_gone(cloud: Simulated) -> None:
    assert cloud.run(CREATE).state == "succeeded"
    plan = cloud.plan(DELETE)
    assert line_of(DELETE).command.effect is Effect.DESTROYS
    assert (plan.after, plan.undo, plan.refusals) == (None, "", ())
    assert plan.why_no_undo.startswith("A deleted certificate does not come back.")
    assert cloud.run(DELETE, plan).state == "succeeded"
    assert f"Deleted [{LINK}/{NEW}]." in cloud.printed
    found = running.verify(line_of(DELETE), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"
    assert cloud.plan(DELETE).refusals == (f"The certificate {NEW} does not exist.",)


def test_delete_of_what_a_proxy_holds_is_refused(cloud: Simulated) -> None:
    plan = cloud.plan(DELETE.replace(NEW, OLD))
    assert plan.refusals == ("The proxy staging-https-proxy holds this certificate.",)


def test_proxy_does_not_switch_to_a_certificate_alone_before_it_is_active(
    cloud: Simulated,
) -> None:
    assert cloud.run(CREATE.replace(DOMAINS, "--domains=nowhere.example.com")).state == "succeeded"
    words = f"No certificate in the list is ACTIVE ({NEW} is PROVISIONING), so visitors would get"
    instead = f"Keep what is there in the list until then: {switch(OLD, NEW)}"
    assert cloud.plan(switch(NEW)).refusals == (f"{words} none. {instead}",)


def test_proxy_that_has_the_certificates_already_is_not_refused(cloud: Simulated) -> None:
    plan = cloud.plan(switch(OLD))
    assert (plan.changes, plan.refusals) == ((), ())


def test_proxy_takes_the_new_certificate_beside_one_that_is_active(cloud: Simulated) -> None:
    assert cloud.run(CREATE).state == "succeeded"
    until(lambda: status_of(cloud, NEW) == "ACTIVE")
    plan = cloud.plan(switch(OLD, NEW))
    before, after = [f"{LINK}/{OLD}"], [f"{LINK}/{OLD}", f"{LINK}/{NEW}"]
    assert plan.changes == (FieldChange("sslCertificates", before, after),)
    no_way_back = "The way back will be refused: no certificate there now is ACTIVE."
    assert (plan.refusals, plan.warnings, plan.undo) == ((), (no_way_back,), switch(OLD))
    outcome = cloud.run(switch(OLD, NEW), plan)
    assert (outcome.state, outcome.message) == ("succeeded", "Updated staging-https-proxy.")
    assert cloud.stdout == ""
    assert cloud.plan(switch(OLD, NEW)).changes == ()
    assert cloud.plan(plan.undo).refusals != ()


def test_proxy_cannot_hold_what_does_not_exist(cloud: Simulated) -> None:
    plan = cloud.plan(switch(OLD, "nowhere"))
    assert plan.refusals == ("The certificate nowhere does not exist.",)


def test_one_certificate_alone_is_cautioned() -> None:
    (caution,) = line_of(switch(NEW)).command.cautions()
    assert (caution.code, caution.instead) == (
        "certificate-list-replaced",
        switch("PRESENT_CERTIFICATE", NEW),
    )
    assert line_of(switch(OLD, NEW)).command.cautions() == ()


def test_lost_reply_of_a_create_is_unknown_and_sent_once(cloud: Simulated) -> None:
    plan = cloud.plan(CREATE)
    sent = cloud.asked("POST", f"{GLOBAL}/sslCertificates")
    cloud.arm(match=f"{GLOBAL}/sslCertificates", method="POST", kind="reply-lost")
    assert cloud.run(CREATE, plan).state == "unknown"
    assert cloud.asked("POST", f"{GLOBAL}/sslCertificates") == sent + 1
    found = running.probe(line_of(CREATE), cloud.session(), cloud.target(), plan)
    assert found.verdict in ("applied", "not applied")
