"""Waiting for operations: three kinds, one wait, its own deadline."""

from __future__ import annotations

import pytest

from runbook.cloud import operations
from runbook.cloud.errors import CloudError
from runbook.cloud.operations import Operation, OperationFailedError


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_the_three_kinds_are_read_alike() -> None:
    failed = Operation("op", is_done=True, error="No space left.")
    errors = {"errors": [{"code": "FULL", "message": "No space left."}]}
    assert (
        operations.of_longrunning(
            {"name": "op", "done": True, "error": {"code": 9, "message": "No space left."}}
        )
        == failed
    )
    assert operations.of_sql({"name": "op", "status": "DONE", "error": dict(errors)}) == failed
    assert operations.of_compute({"name": "op", "status": "DONE", "error": dict(errors)}) == failed
    running = operations.of_compute({"name": "op", "status": "RUNNING", "progress": 40})
    assert running == Operation("op", is_done=False, percent=40)


def test_wait_tells_progress_until_the_end() -> None:
    time, told = Time(), list[str]()
    looks = [Operation("a/op", is_done=False, percent=50), Operation("a/op", is_done=True)]
    ended = operations.wait(
        Operation("a/op", is_done=False),
        lambda: looks.pop(0),
        emit=told.append,
        deadline=60,
        clock=lambda: time.now,
        sleep=time.sleep,
    )
    assert ended.is_done
    assert told == ["  0 s: operation op is running", "  0 s: operation op is running, 50 %"]
    assert time.now == 1.0


def test_wait_looks_often_at_first_and_seldom_later() -> None:
    time, looks = Time(), list[float]()

    def look() -> Operation:
        looks.append(time.now)
        return Operation("op", is_done=len(looks) == 24)

    operations.wait(
        Operation("op", is_done=False),
        look,
        emit=lambda _text: None,
        deadline=60,
        clock=lambda: time.now,
        sleep=time.sleep,
    )
    assert looks[:4] == [0.25, 1.0, 2.0, 3.0]
    assert looks[-4:] == [20.0, 23.0, 26.0, 29.0]


def test_wait_survives_looks_that_fail_for_a_while() -> None:
    time, told = Time(), list[str]()
    fault = CloudError("UNAVAILABLE", "No connection.")
    answers: list[Operation | CloudError] = [fault, Operation("op", is_done=True)]

    def look() -> Operation:
        answer = answers.pop(0)
        if isinstance(answer, CloudError):
            raise answer
        return answer

    operations.wait(
        Operation("op", is_done=False),
        look,
        emit=told.append,
        deadline=60,
        clock=lambda: time.now,
        sleep=time.sleep,
    )
    assert told[1] == "  No connection. Asking again about op."


def test_wait_ends_at_its_deadline_in_doubt() -> None:
    time = Time()
    with pytest.raises(CloudError) as caught:
        operations.wait(
            Operation("op", is_done=False),
            lambda: Operation("op", is_done=False),
            emit=lambda _text: None,
            deadline=30,
            clock=lambda: time.now,
            sleep=time.sleep,
        )
    assert caught.value.message == "The operation op was still running after 30 s."
    assert (caught.value.may_have_applied, time.now) == (True, 32.0)


def test_wait_raises_what_google_says_of_a_failed_operation() -> None:
    with pytest.raises(OperationFailedError) as caught:
        operations.wait(
            Operation("op", is_done=True, error="No space left."),
            lambda: Operation("op", is_done=True),
            emit=lambda _text: None,
            deadline=30,
        )
    assert (caught.value.message, caught.value.may_have_applied) == ("No space left.", False)


def test_wait_is_in_doubt_when_it_may_not_look() -> None:
    def look() -> Operation:
        raise CloudError("DENIED", "No.")

    with pytest.raises(CloudError) as caught:
        operations.wait(
            Operation("op", is_done=False),
            look,
            emit=lambda _text: None,
            deadline=30,
            sleep=lambda _seconds: None,
        )
    assert caught.value.may_have_applied
