"""The containers run the processes that `make run` runs, and the compose client accepts them."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from runbook.processes.stack import Stack, plan_of

ROOT = Path(__file__).resolve().parent.parent
FILLED_IN = {
    "POSTGRES_PASSWORD": "password",
    "RUNBOOK_SECRET_KEY": "key",
    "RUNBOOK_HOSTS": "runbook.example.com",
}
KINDS = {
    "reads,notifications",
    "changes",
    "threads",
    "prefork",
    "worker",
    "clock",
    "websockets-sansio",
    "httptools",
}
CLIENTS = (["docker-compose"], ["docker", "compose"])


def client() -> list[str]:
    for words in CLIENTS:
        if (
            shutil.which(words[0])
            and not subprocess.run([*words, "version"], capture_output=True, check=False).returncode
        ):
            return words
    pytest.skip("no compose client here: `make system` as root installs one")


def compose(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*client(), *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def options(command: tuple[str, ...] | list[str]) -> set[str]:
    """What matters of a process's command: the program, its queue, its pool and its switches."""
    words = [word for word in command if word.startswith("-") or word in KINDS]
    return set(words)


def test_compose_client_accepts_the_file() -> None:
    answer = compose("config", environment=FILLED_IN)
    assert answer.returncode == 0, answer.stderr
    assert set(yaml.safe_load(answer.stdout)["services"]) == set(services())


def test_compose_client_accepts_the_file_with_drills() -> None:
    files = ("-f", "docker-compose.yml", "-f", "docker-compose.drills.yml")
    answer = compose(*files, "--profile", "drills", "config", environment=FILLED_IN)
    assert answer.returncode == 0, answer.stderr
    simulator = yaml.safe_load(answer.stdout)["services"]["simulator"]
    assert simulator["network_mode"] == "service:worker-reads"


@pytest.mark.parametrize("missing", sorted(FILLED_IN))
def test_compose_client_refuses_a_missing_secret(missing: str) -> None:
    environment = {name: value for name, value in FILLED_IN.items() if name != missing}
    answer = compose("config", environment=environment)
    assert answer.returncode != 0
    assert "set it in .env" in answer.stderr


def test_containers_run_what_one_machine_runs() -> None:
    stack = Stack(
        data=Path("/d"), port=8000, simulator_port=8001, redis_server=None, redis_url="redis://r"
    )
    plan = {child.name: options(child.command) - {"-m"} for child in plan_of(stack).children}
    contained = {name: options(service.get("command", [])) for name, service in services().items()}
    assert contained["worker-reads"] == plan["reads"]
    assert contained["worker-changes"] == plan["changes"]
    assert contained["clock"] == plan["clock"]
    image = (ROOT / "Dockerfile").read_text().rpartition("CMD")[2]
    assert all(f'"{word}"' in image for word in plan["web"])


def test_everything_waits_for_the_migration() -> None:
    ours = {name: service for name, service in services().items() if "build" in service}
    waits = {
        name
        for name, service in ours.items()
        if service["depends_on"].get("migrate") == {"condition": "service_completed_successfully"}
    }
    assert waits == set(ours) - {"migrate"}


def test_worker_of_changes_may_finish_the_longest_run_before_it_is_killed() -> None:
    """The hard limit of a task is two minutes more than a run's deadline."""
    default = re.search(
        r"RUNBOOK_RUN_DEADLINE_SECONDS:-(\d+)", (ROOT / "docker-compose.yml").read_text()
    )
    assert default is not None
    grace = services()["worker-changes"]["stop_grace_period"]
    assert int(grace.removesuffix("m")) * 60 > int(default[1]) + 120


def test_containers_hold_no_privileges() -> None:
    ours = [service for service in services().values() if "build" in service]
    assert [service["cap_drop"] for service in ours] == [["ALL"]] * len(ours)
    assert all(service["read_only"] for service in ours)
    assert "\nUSER runbook\n" in (ROOT / "Dockerfile").read_text()


def test_procfile_names_the_same_processes() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert {line.partition(":")[0] for line in lines} == {
        *("web", "reads", "changes", "clock", "release"),
    }
