"""What is said of an area that is not seen, or not all."""

from __future__ import annotations

from runbook.health.blindness import why_unseen
from runbook.health.report import Area, AreaReport, Finding


def unchecked(name: str, permission: str) -> Finding:
    message = f"{name} was not checked. The credentials need the permission {permission}."
    expectation = f"health_checks.{name}.exists"
    return Finding(Area.LOAD_BALANCER, name, expectation, "yes", "", "unchecked", message=message)


def test_the_most_frequent_refusal_is_said_and_what_else_is_needed() -> None:
    passed = Finding(Area.LOAD_BALANCER, "a", "a.exists", "yes", "yes", "passed")
    proxy = unchecked("proxy", "compute.targetHttpsProxies.get")
    check, again = (unchecked("check", "compute.healthChecks.get") for _ in range(2))
    area = AreaReport(Area.LOAD_BALANCER, "Load Balancer", (passed, proxy, check, again))

    assert why_unseen(area, [proxy, check, again]) == (
        f"3 of 4 could not be checked. {check.message}"
        " Others need the permission compute.targetHttpsProxies.get."
    )
    none = AreaReport(Area.LOAD_BALANCER, "Load Balancer", (proxy,))
    assert why_unseen(none, [proxy]) == (
        f"None of 1 expectations could be checked. {proxy.message}"
    )
