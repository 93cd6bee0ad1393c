from pathlib import Path

from runbook.processes.plan import Child, Plan, Ready, read_plan, write_plan


def test_plan_survives_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    plan = Plan(
        folder="/f",
        logs="/f/logs",
        children=(
            Child(name="a", command=("true",), ready=Ready("redis", "/s"), patience=1.5),
            Child(name="b", command=("sleep", "1"), after=("a",)),
        ),
        stop_order=(("b",), ("a",)),
        environment={"REDIS_URL": "redis://:password@host/0"},
        front="b",
        greeting="hello",
        lock=7,
    )
    path = tmp_path / "plan.json"
    write_plan(plan, path)
    assert read_plan(path) == plan
    assert path.stat().st_mode & 0o777 == 0o600
