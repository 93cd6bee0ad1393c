"""How often a request is sent, on a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests
from googleapiclient.errors import HttpError
from httplib2 import Response

from runbook.cloud.calls import Calls
from runbook.cloud.errors import CloudError
from runbook.cloud.target import Target

TARGET = Target("staging", "netra-staging", "us-central1", read_timeout=30.0)


class Time:
    """A clock that only moves when something sleeps or takes its time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def refusal(status: int, headers: dict[str, str] | None = None) -> HttpError:
    return HttpError(Response({"status": str(status), **(headers or {})}), b"")


def failing(*faults: Exception) -> tuple[Callable[[float], str], list[float]]:
    """A call that fails with each fault in turn and then answers; and the seconds it was given."""
    left, given = list(faults), []

    def send(seconds: float) -> str:
        given.append(seconds)
        if left:
            raise left.pop(0)
        return "answer"

    return send, given


def test_read_is_tried_three_times_within_the_bound() -> None:
    time = Time()
    send, given = failing(refusal(503), requests.ConnectionError())
    calls = Calls(TARGET, clock=lambda: time.now, sleep=time.sleep)
    assert calls.read(send, permission="p") == "answer"
    assert time.pauses == [0.3, 1.0]
    assert given == [30.0, pytest.approx(29.7), pytest.approx(28.7)]


def test_read_gives_up_after_three_tries() -> None:
    time = Time()
    send, given = failing(*[refusal(503) for _ in range(5)])
    with pytest.raises(CloudError) as caught:
        Calls(TARGET, clock=lambda: time.now, sleep=time.sleep).read(send, permission="p")
    assert (caught.value.kind, len(given)) == ("UNAVAILABLE", 3)


@pytest.mark.parametrize(("seconds", "pauses"), [("7", [7.0]), ("11", []), ("soon", [0.3])])
def test_read_waits_as_told_up_to_a_bound(seconds: str, pauses: list[float]) -> None:
    time = Time()
    send, _given = failing(refusal(429, {"retry-after": seconds}))
    calls = Calls(TARGET, clock=lambda: time.now, sleep=time.sleep)
    if pauses:
        assert calls.read(send, permission="p") == "answer"
    else:
        with pytest.raises(CloudError):
            calls.read(send, permission="p")
    assert time.pauses == pauses


def test_read_does_not_start_again_after_its_time_is_over() -> None:
    time = Time()

    def send(seconds: float) -> str:
        time.now += seconds
        raise requests.ReadTimeout

    with pytest.raises(CloudError) as caught:
        Calls(TARGET, clock=lambda: time.now, sleep=time.sleep).read(send, permission="p")
    assert (caught.value.message, time.now) == ("Google did not answer within 30 s.", 130.0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412])
def test_read_is_not_repeated_when_that_cannot_help(status: int) -> None:
    time = Time()
    send, given = failing(refusal(status))
    with pytest.raises(CloudError):
        Calls(TARGET, clock=lambda: time.now, sleep=time.sleep).read(send, permission="p")
    assert len(given) == 1


@pytest.mark.parametrize(
    ("fault", "in_doubt"),
    [
        (refusal(503), True),
        (refusal(403), False),
        (refusal(429), False),
        (requests.ConnectionError("Connection aborted."), True),
        (requests.ReadTimeout(), True),
        (requests.ConnectTimeout(), False),
    ],
)
def test_change_is_sent_once_and_knows_whether_it_may_have_applied(
    fault: Exception, in_doubt: bool
) -> None:
    send, given = failing(fault)
    with pytest.raises(CloudError) as caught:
        Calls(TARGET).change(send, permission="p")
    assert (len(given), caught.value.may_have_applied) == (1, in_doubt)
