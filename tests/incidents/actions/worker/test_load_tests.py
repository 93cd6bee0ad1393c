"""A load test from the command line: asked for, approved by somebody else, sent, printed."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from incidents.actions import approve, load_tests, plan, work
from incidents.management import watched_run
from incidents.models import Approval, Environment, Incident, Run
from incidents.refusal import Refused
from incidents.states import RunState
from runbook.commands.probes import loadtest as probe
from tests import factories
from tests.incidents.actions.worker import deeds
from tests.support.simulator import Simulator

URL = "https://api-staging.netrasystems.ai/health"
EIGHT = "https://api-staging.netrasystems.ai:8443/health"
QUICK = ("--duration=1s", "--concurrent-connections=2")


@pytest.fixture(autouse=True)
def _few_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to judge by, so that no test lasts as long as its load may."""
    monkeypatch.setattr(probe, "MOST_REQUESTS", 20)


@pytest.fixture
def staging(google: Simulator, db: None) -> Environment:
    found = factories.make_environment()
    deeds.point_at(found, google.address)
    return found


def loadtest(*words: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("loadtest", *words, stdout=out, stderr=err, no_color=True)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch, engineer: User) -> list[Callable[[], None]]:
    """What worker and approver do while the command waits, one after the other."""

    def run() -> Run:
        return Run.objects.get()

    def say_yes() -> None:
        asked = Approval.objects.get()
        approve.approve(actor=engineer, approval_id=asked.pk, digest=asked.digest)

    deeds_left: list[Callable[[], None]] = [
        lambda: plan.plan_run(run().pk, worker="test"),
        say_yes,
        lambda: work.execute_run(run().pk, worker="test"),
    ]
    monkeypatch.setattr(watched_run, "sleep", lambda _seconds: deeds_left.pop(0)())
    return deeds_left


def test_a_load_waits_for_somebody_elses_approval_and_is_sent(
    staging: Environment,
    mended: Simulator,
    commander: User,
    others: list[Callable[[], None]],
) -> None:
    deeds.point_at(staging, mended.address)
    code, out, err = loadtest(URL, *QUICK)

    incident = Incident.objects.get()
    assert (incident.severity, incident.commander) == ("P4", commander)
    assert "It waits for approval. Who may approve: engineer. Where: http" in err
    assert code == 0, err
    assert "Time to answer  p50 " in out
    run = Run.objects.get()
    assert isinstance(run.result, dict)
    assert (run.state, run.result["errors"]) == (RunState.SUCCEEDED, 0)
    assert [one["passed"] for one in run.checks] == [True, True, True]


def test_a_site_that_does_not_bear_it_ends_with_1(
    staging: Environment, commander: User, others: list[Callable[[], None]]
) -> None:
    code, out, err = loadtest(URL, *QUICK)

    assert code == 1
    assert " answered 503" in out
    assert "Expected error_rate < 0.01, found error_rate = 1.0" in err


def test_no_means_that_nothing_is_sent(
    staging: Environment,
    commander: User,
    engineer: User,
    others: list[Callable[[], None]],
) -> None:
    def say_no() -> None:
        asked = Approval.objects.get()
        approve.reject(actor=engineer, approval_id=asked.pk, reason="not now")

    others[1:] = [say_no]
    code, out, _err = loadtest(URL, *QUICK)
    assert (code, out, Run.objects.get().state) == (1, "", RunState.REJECTED)


def test_in_a_drill_it_is_sent_at_once(mended: Simulator, db: None) -> None:
    code, out, _err = loadtest(URL, *QUICK, f"--endpoint={mended.address}", "--allow-changes")
    assert (code, Incident.objects.count()) == (0, 0)
    assert "\nErrors          0 (0.0%)\n" in out


def test_a_drill_that_is_not_borne_ends_with_1(google: Simulator, db: None) -> None:
    code, _out, err = loadtest(URL, *QUICK, f"--endpoint={google.address}", "--allow-changes")
    assert (code, "Expected error_rate < 0.01, found error_rate = 1.0." in err) == (1, True)


def test_without_a_worker_it_says_so(
    staging: Environment, commander: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched_run, "PATIENCE", 0.0)
    code, _out, err = loadtest(URL, *QUICK)
    assert (code, "No worker has taken it up" in err) == (3, True)


def test_who_and_where_must_be_clear(staging: Environment, commander: User) -> None:
    assert loadtest("https://elsewhere.example.com/")[2] == (
        "Environments that may ask elsewhere.example.com: none. Name one with --environment."
    )
    assert "may ask api-staging.netrasystems.ai:8443: none." in loadtest(EIGHT)[2]
    staging.allowed_hosts = [*staging.allowed_hosts, "api-staging.netrasystems.ai:8443"]
    staging.save()
    factories.make_person("another", "commander")
    assert "Who may in staging: another, commander." in loadtest(EIGHT)[2]
    assert "Who may in staging: another, commander." in loadtest(URL)[2]


@pytest.mark.parametrize("url", ["https://[bad", "ftp://x.example/", "nothing"])
def test_what_is_no_address_is_told_at_once(staging: Environment, url: str) -> None:
    code, _out, err = loadtest(url, "--endpoint=http://127.0.0.1:1")
    assert (code, err) == (
        3,
        f"'{url}' is not a whole address; write https:// and no brackets.",
    )


def test_others_may_not_open_one_and_other_hosts_are_refused(
    staging: Environment, engineer: User, commander: User
) -> None:
    line = load_tests.line_of(URL, connections="2", duration="1s")
    with pytest.raises(Refused, match="You may not declare incidents"):
        load_tests.open_load_test(actor=engineer, environment=staging, line=line)
    elsewhere = load_tests.line_of("https://a.example/", connections="2", duration="1s")
    with pytest.raises(Refused, match=r"a\.example"):
        load_tests.open_load_test(actor=commander, environment=staging, line=elsewhere)
    with pytest.raises(Refused, match="A load has 1 to 100 connections"):
        wrong = load_tests.line_of(URL, connections="999", duration="1s")
        load_tests.open_load_test(actor=commander, environment=staging, line=wrong)
    assert not Incident.objects.exists()


def test_an_incidents_own_step_may_be_used(staging: Environment, commander: User) -> None:
    line = load_tests.line_of(URL, connections="2", duration="1s")
    opened = load_tests.open_load_test(actor=commander, environment=staging, line=line)
    Run.objects.filter(pk=opened.pk).update(state=RunState.CANCELLED)

    again = load_tests.ask_in(actor=commander, incident=opened.incident, line=line)
    assert (again.incident, again.number) == (opened.incident, 2)
    other = load_tests.line_of(URL, connections="3", duration="1s")
    with pytest.raises(Refused, match="has no step with this load test"):
        load_tests.ask_in(actor=commander, incident=opened.incident, line=other)
