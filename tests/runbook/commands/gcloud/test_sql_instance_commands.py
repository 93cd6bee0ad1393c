"""Cloud SQL: what a patch would do, what it does, and how it is taken back."""

from __future__ import annotations

import pytest

from runbook.commands import running, shell
from runbook.commands.base import FieldChange
from tests.runbook.simulated import HERE, INSTANCE, Simulated, line_of

PATCH = f"gcloud sql instances patch netra-staging-db {HERE}"
NAME = "projects/netra-staging/instances/netra-staging-db"
FLAG = "settings.databaseFlags."


def test_describe_gives_the_instance(cloud: Simulated) -> None:
    found = cloud.run(f"gcloud sql instances describe netra-staging-db {HERE}").result
    assert isinstance(found, dict)
    assert found["databaseVersion"] == "POSTGRES_14"


def test_patch_plan_merges_database_flags_and_says_so(cloud: Simulated) -> None:
    plan = cloud.plan(f"{PATCH} --database-flags=statement_timeout=35000")
    assert plan.changes == (FieldChange(f"{FLAG}statement_timeout", None, "35000"),)
    assert (
        "Google replaces the whole list of database flags. Sent along, so that they stay: "
        "max_connections."
    ) in plan.warnings
    assert plan.fingerprint == "17"


def test_patch_plan_warns_of_a_restart(cloud: Simulated) -> None:
    plan = cloud.plan(f"{PATCH} --database-flags=max_connections=200")
    assert "The instance restarts to apply max_connections; every connection ends." in plan.warnings
    assert plan.undo == (
        f"gcloud sql instances patch netra-staging-db --database-flags=max_connections=100 {HERE}"
    )


@pytest.mark.parametrize(
    ("flags", "refusals"),
    [
        ("", ("The command names nothing to change.",)),
        ("--database-flags=no_such=1", ("POSTGRES_14 has no database flag no_such.",)),
        (
            "--database-flags=max_connections=many",
            ("The flag max_connections is a whole number, not 'many'.",),
        ),
        ("--database-flags=autovacuum=maybe", ("The flag autovacuum is on or off, not 'maybe'.",)),
        ("--storage-size=10GB", ("Storage only grows; it has 20 GB now.",)),
    ],
)
def test_patch_plan_names_what_google_refuses(
    cloud: Simulated, flags: str, refusals: tuple[str, ...]
) -> None:
    assert cloud.plan(f"{PATCH} {flags}").refusals == refusals


def test_patch_plan_refuses_a_flag_out_of_range(cloud: Simulated) -> None:
    (refusal,) = cloud.plan(f"{PATCH} --database-flags=max_connections=99999999").refusals
    assert refusal.startswith("The flag max_connections lies between ")


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ("--storage-size=30GB", "Storage cannot be made smaller."),
        ("--network=other-vpc", "An instance cannot be taken off a private network."),
        ("--tier=db-f1-micro", "There is nothing to undo."),
    ],
)
def test_patch_plan_says_why_there_is_no_undo(cloud: Simulated, flags: str, why: str) -> None:
    plan = cloud.plan(f"{PATCH} {flags}")
    assert (plan.undo, plan.why_no_undo) == ("", why)


def test_patch_of_the_network_it_has_changes_nothing(cloud: Simulated) -> None:
    assert cloud.plan(f"{PATCH} --network=staging-vpc --no-assign-ip").changes == ()


def test_patch_sends_merged_flags_and_ends_with_the_instance(cloud: Simulated) -> None:
    text = f"{PATCH} --database-flags=statement_timeout=35000,lock_timeout=15000"
    plan = cloud.plan(text)
    outcome = cloud.run(text, plan)
    assert (outcome.state, outcome.message) == ("succeeded", "Patched instance netra-staging-db.")
    assert isinstance(outcome.result, dict)
    assert isinstance(outcome.result["settings"], dict)
    assert outcome.result["settings"]["databaseFlags"] == [
        {"name": "max_connections", "value": "100"},
        {"name": "statement_timeout", "value": "35000"},
        {"name": "lock_timeout", "value": "15000"},
    ]
    assert cloud.printed[0] == "The following message will be used for the patch API method."
    assert cloud.printed[-1] == f"Updated [https://sqladmin.googleapis.com/sql/v1beta4/{NAME}]."
    found = running.verify(line_of(text), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"


def test_undo_restores_every_setting(cloud: Simulated) -> None:
    text = (
        f"{PATCH} --database-flags=statement_timeout=35000,max_connections=120 "
        "--availability-type=REGIONAL --ssl-mode=ENCRYPTED_ONLY"
    )
    plan = cloud.plan(text)
    assert cloud.run(text, plan).state == "succeeded"
    undo = shell.read(plan.undo, {}).lines
    assert [cloud.run(line.text).state for line in undo] == ["succeeded", "succeeded"]
    found = running.verify(line_of(text), cloud.session(), cloud.target(), plan)
    assert found.verdict == "not applied"


def test_patch_sends_nothing_when_the_instance_has_moved(cloud: Simulated) -> None:
    text = f"{PATCH} --ssl-mode=ENCRYPTED_ONLY"
    plan = cloud.plan(text)
    assert cloud.run(f"{PATCH} --availability-type=REGIONAL").state == "succeeded"
    sent = cloud.asked("PATCH", INSTANCE)
    outcome = cloud.run(text, plan)
    assert (outcome.state, outcome.message.split(" (")[0]) == (
        "failed",
        f"{NAME} was changed since this was planned",
    )
    assert cloud.asked("PATCH", INSTANCE) == sent


def test_patch_with_lost_reply_is_unknown_and_probe_sees_it(cloud: Simulated) -> None:
    text = f"{PATCH} --ssl-mode=ENCRYPTED_ONLY"
    plan = cloud.plan(text)
    sent = cloud.asked("PATCH", INSTANCE)
    cloud.arm(match=INSTANCE, kind="reply-lost")
    assert cloud.run(text, plan).state == "unknown"
    assert cloud.asked("PATCH", INSTANCE) == sent + 1


def test_an_instance_that_is_switched_off_is_shown_as_stopped(cloud: Simulated) -> None:
    assert cloud.run(f"{PATCH} --activation-policy=NEVER").state == "succeeded"
    assert (
        cloud.run(
            f"gcloud sql instances describe netra-staging-db {HERE} --format='value(state)'"
        ).state
        == "succeeded"
    )
    assert cloud.output() == "STOPPED"


@pytest.mark.parametrize(
    ("flags", "path", "after", "undo"),
    [
        (
            "--cpu=4 --memory=16GiB",
            "settings.tier",
            "db-custom-4-16384",
            None,
        ),
        (
            "--no-deletion-protection",
            "settings.deletionProtectionEnabled",
            False,
            "--deletion-protection",
        ),
        (
            "--no-storage-auto-increase",
            "settings.storageAutoResize",
            False,
            "--storage-auto-increase",
        ),
        (
            "--backup-start-time=04:30",
            "settings.backupConfiguration.startTime",
            "04:30",
            "--backup-start-time=03:00",
        ),
        (
            "--authorized-networks=192.0.2.0/24,198.51.100.7",
            "settings.ipConfiguration.authorizedNetworks",
            ["192.0.2.0/24", "198.51.100.7"],
            "--clear-authorized-networks",
        ),
        (
            "--insights-config-query-insights-enabled",
            "settings.insightsConfig.queryInsightsEnabled",
            True,
            "--no-insights-config-query-insights-enabled",
        ),
    ],
)
def test_patch_plans_and_undoes_further_settings(
    cloud: Simulated, flags: str, path: str, after: object, undo: str | None
) -> None:
    plan = cloud.plan(f"{PATCH} {flags}")
    assert [(change.path, change.after) for change in plan.changes] == [(path, after)]
    if undo is not None:
        assert plan.undo == f"gcloud sql instances patch netra-staging-db {undo} {HERE}"


def test_patch_of_a_maintenance_window_needs_both_at_first(cloud: Simulated) -> None:
    (refusal,) = cloud.plan(f"{PATCH} --maintenance-window-hour=3").refusals
    assert refusal.startswith("The instance has no maintenance window yet")
    text = f"{PATCH} --maintenance-window-day=SUN --maintenance-window-hour=3"
    plan = cloud.plan(text)
    assert [change.after for change in plan.changes] == [7, 3]
    assert cloud.run(text, plan).state == "succeeded"
    found = running.verify(line_of(text), cloud.session(), cloud.target(), plan)
    assert found.verdict == "applied"
    later = cloud.plan(f"{PATCH} --maintenance-window-day=MON")
    assert later.undo.endswith(f"--maintenance-window-day=SUN {HERE}")


def test_patch_names_the_networks_that_are_cut_off(cloud: Simulated) -> None:
    assert cloud.run(f"{PATCH} --authorized-networks=192.0.2.0/24").state == "succeeded"
    plan = cloud.plan(f"{PATCH} --authorized-networks=198.51.100.0/24")
    assert "Cut off from the instance: 192.0.2.0/24." in plan.warnings
    assert plan.undo.endswith(f"--authorized-networks=192.0.2.0/24 {HERE}")


@pytest.mark.parametrize("flags", ["--cpu=4", "--memory=8GiB", "--cpu=2 --memory=8GiB --tier=x"])
def test_half_a_machine_is_refused_as_gcloud_does(flags: str) -> None:
    assert shell.read(f"{PATCH} {flags}", {}).gcloud_exit == 1
