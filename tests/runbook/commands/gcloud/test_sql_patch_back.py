"""Patches of an instance against other hands and odd settings: nothing is lost or promised."""

from __future__ import annotations

from typing import Any

from runbook.commands import running
from runbook.commands.cloud_sql.settings import database_flags
from tests.runbook.simulated import HERE, Simulated, line_of

PATCH = f"gcloud sql instances patch netra-staging-db {HERE}"
KEY = "sql/projects/netra-staging/instances/netra-staging-db"


def set_up(cloud: Simulated, **settings: Any) -> None:
    """Gives the instance settings that no command of ours makes."""
    state = cloud._control("GET", "state")
    state["resources"][KEY]["settings"] |= settings
    cloud._control("PUT", "state", state)


def test_a_flag_that_somebody_else_sets_meanwhile_is_not_taken_away(healthy: Simulated) -> None:
    line = f"{PATCH} --database-flags=work_mem=8192"
    plan = healthy.plan(line)
    other = Simulated(healthy.port)

    def emit(text: str, stream: str = "stdout") -> None:
        if text.startswith("The following message"):
            assert other.run(f"{PATCH} --database-flags=log_statement=ddl").state == "succeeded"

    outcome = running.execute(line_of(line), healthy.session(), healthy.target(), emit, plan)
    assert (outcome.state, "settingsVersion is out of date" in outcome.message) == ("failed", True)
    found = database_flags(
        other.run(f"gcloud sql instances describe netra-staging-db {HERE}").result
    )
    assert (found["log_statement"], "work_mem" in found) == ("ddl", False)


def test_flags_whose_values_hold_commas_come_back_whole(healthy: Simulated) -> None:
    old = [{"name": "search_path", "value": "a,b"}, {"name": "max_connections", "value": "100"}]
    set_up(healthy, databaseFlags=old)
    cleared, restored = healthy.plan(f"{PATCH} --database-flags=work_mem=8192").undo.splitlines()
    assert cleared == f"gcloud sql instances patch netra-staging-db --clear-database-flags {HERE}"
    command = line_of(restored).command
    assert command.arguments.mapping("database-flags") == {  # type: ignore[attr-defined]  # a gcloud command
        "search_path": "a,b",
        "max_connections": "100",
    }


def test_names_of_networks_are_said_to_be_lost(healthy: Simulated) -> None:
    networks = [{"kind": "sql#aclEntry", "name": "office", "value": "203.0.113.0/24"}]
    set_up(healthy, ipConfiguration={"ipv4Enabled": True, "authorizedNetworks": networks})
    warnings = healthy.plan(f"{PATCH} --authorized-networks=203.0.113.0/24,198.51.100.7").warnings
    assert warnings == (
        (
            "Names and ends of authorized networks (office) are lost, and the undo does not bring "
            "them back: gcloud has no flags for them."
        ),
    )
    assert healthy.plan(f"{PATCH} --authorized-networks=203.0.113.0/24").warnings == (
        "The instance already has these values; nothing would change.",
    )


def test_backups_that_are_switched_on_stay_on(healthy: Simulated) -> None:
    set_up(healthy, backupConfiguration={"enabled": False, "startTime": "03:00"})
    plan = healthy.plan(f"{PATCH} --backup-start-time=04:00")
    assert [(one.path.rpartition(".")[2], one.after) for one in plan.changes] == [
        ("startTime", "04:00"),
        ("enabled", True),
    ]
    assert (plan.undo, plan.why_no_undo) == (
        "",
        "This switches backups on, and switching them off is not run from here.",
    )
