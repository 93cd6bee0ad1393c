"""A connection that a proxy keeps for its next request is still there when it uses it."""

from __future__ import annotations

import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.stories.callers import PATIENCE_SECONDS
from tests.support.processes import Processes

pytestmark = pytest.mark.story

LONGER_THAN_CLIENTS_KEEP_ONE_SECONDS = 6.0


def test_next_request_of_an_idle_connection_is_answered(processes: Processes) -> None:
    """A request that meets a closing connection is lost, and a proxy answers it with 502."""
    host = processes.address.removeprefix("http://")
    with closing(HTTPConnection(host, timeout=PATIENCE_SECONDS)) as kept:
        assert answer_on(kept) == 200
        time.sleep(LONGER_THAN_CLIENTS_KEEP_ONE_SECONDS)
        assert answer_on(kept) == 200


def answer_on(connection: HTTPConnection) -> int:
    connection.request("GET", "/health/live")
    answer = connection.getresponse()
    answer.read()
    return answer.status
