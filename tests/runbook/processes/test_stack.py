from pathlib import Path

from runbook.processes.stack import Stack, plan_of, private_redis_url


def stack(*, redis_server: Path | None) -> Stack:
    return Stack(
        data=Path("/d"),
        port=9000,
        simulator_port=9001,
        redis_server=redis_server,
        redis_url=private_redis_url(Path("/d")),
        environment={"RUNBOOK_LEASE_SECONDS": "3"},
    )


def test_plan_of_starts_the_page_before_the_workers_and_stops_the_queue_last() -> None:
    plan = plan_of(stack(redis_server=Path("/bin/valkey")))
    assert [child.name for child in plan.children] == [
        *("redis", "web", "reads", "changes", "clock", "simulator"),
    ]
    after_web = {child.name for child in plan.children if child.after == ("web",)}
    assert after_web == {"reads", "changes", "clock", "simulator"}
    assert plan.stop_order == (
        *(("reads", "changes"), ("clock",), ("web",), ("simulator",), ("redis",)),
    )


def test_plan_of_leaves_a_foreign_redis_alone() -> None:
    plan = plan_of(stack(redis_server=None))
    assert "redis" not in {child.name for child in plan.children}
    assert plan.stop_order[-1] == ("simulator",)


def test_plan_of_tells_every_process_the_same() -> None:
    environment = plan_of(stack(redis_server=None)).environment
    assert environment["REDIS_URL"] == "unix:///d/run/redis.sock"
    assert environment["RUNBOOK_LEASE_SECONDS"] == "3"
    assert (environment["PORT"], environment["RUNBOOK_SIMULATOR_PORT"]) == ("9000", "9001")
