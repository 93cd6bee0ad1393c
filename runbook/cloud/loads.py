"""Many requests at once, and what became of them, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

MOST_CONNECTIONS = 100
MOST_REQUESTS = 100_000
MOST_SECONDS = 300.0
UNANSWERED = "no answer by the end"
"""What is wrong with a request that hung until the time of the load was up."""


@dataclass(frozen=True, slots=True)
class Load:
    """`requests` in all, `connections` at once, at most `seconds`; `patience` bounds one."""

    url: str
    method: str
    connections: int
    requests: int
    seconds: float = MOST_SECONDS
    patience: float = 20.0
    headers: tuple[tuple[str, str], ...] = ()
    keeps_connections: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """One request. `status` is 0 and `error` a kind in words where no answer came.

    `connect_seconds` and `tls_seconds` are 0 on a connection that was open before.
    """

    seconds: float
    status: int = 0
    error: str = ""
    connect_seconds: float = 0.0
    tls_seconds: float = 0.0
    size: int = 0

    @property
    def is_good(self) -> bool:
        return not self.error and self.status < HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, slots=True)
class LoadReport:
    samples: tuple[Sample, ...]
    seconds: float
    dns_seconds: float
    via: str = ""

    @property
    def latencies(self) -> list[float]:
        """Of the requests that were answered, shortest first."""
        return sorted(sample.seconds for sample in self.samples if not sample.error)

    @property
    def statuses(self) -> Counter[int]:
        return Counter(sample.status for sample in self.samples if not sample.error)

    @property
    def errors(self) -> Counter[str]:
        return Counter(sample.error for sample in self.samples if sample.error)

    @property
    def error_rate(self) -> float:
        """The share without an answer or with one of 400 and above: who is told that there is no
        such page, or to come back later, was not served."""
        bad = sum(1 for sample in self.samples if not sample.is_good)
        return bad / len(self.samples) if self.samples else 1.0

    @property
    def unanswered_time(self) -> float:
        """The share of all waiting that was in vain. Connections that hang ask nothing more, so
        among the many requests of the others they hardly show."""
        waited = sum(sample.seconds for sample in self.samples)
        lost = sum(sample.seconds for sample in self.samples if sample.error)
        return lost / waited if waited else 1.0


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The value that `percent` of `ordered` do not exceed; 0 of none."""
    if not ordered:
        return 0.0
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(rank, 1) - 1]
