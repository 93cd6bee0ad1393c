"""A load on one address: planned as what it will send, since a page may not bear it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.cloud.hosts import refused_url
from runbook.cloud.loads import Load, LoadReport
from runbook.commands.base import (
    Cancelled,
    Caution,
    Effect,
    Emit,
    FieldChange,
    Outcome,
    Plan,
    Probe,
    aside,
)
from runbook.commands.load_test_text import load_test_result, load_test_text
from runbook.commands.load_text import hey_text, result_of
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target

FEW_REQUESTS = 10
"""So many at once are what a browser sends for one page; they count as reading."""


@dataclass(frozen=True, slots=True)
class Loading:
    """`name` is "hey", "loadtest", or "curl" for a loop of curls in the background, whose own
    output is the curls'; the summary then goes aside."""

    written: str
    name: str
    load: Load
    is_timed: bool = False

    @property
    def effect(self) -> Effect:
        is_few = self.name == "curl" and self.load.requests <= FEW_REQUESTS
        return Effect.READS if is_few else Effect.CHANGES

    @property
    def resource(self) -> str:
        return self.load.url

    @property
    def project(self) -> str:
        return ""

    def as_gcloud(self) -> str:
        return self.written

    def outside(self, target: Target) -> str:
        return refused_url(self.load.url, target)

    def cautions(self) -> tuple[Caution, ...]:
        return ()

    def plan(self, session: Session) -> Plan:  # noqa: ARG002 (part of the contract)
        load = self.load
        most = f"{load.requests} requests"
        amount = f"for {load.seconds:g} s, at most {most}" if self.is_timed else most
        sent = f"{load.method} {load.url}, {amount}, {load.connections} at once"
        return Plan(
            self.resource,
            before=None,
            after=None,
            changes=(FieldChange("load", before=None, after=sent),),
            fingerprint="",
            warnings=(
                "This sends a load. Who uses the site meanwhile may be served late or not at all.",
            ),
            why_no_undo="Requests that were sent cannot be taken back.",
        )

    def execute(self, session: Session, emit: Emit, plan: Plan | None = None) -> Outcome:
        if plan is None and self.effect is not Effect.READS:
            return Outcome("failed", "A load needs an approved plan; nothing was sent.")
        try:
            report = session.loads.send(self.load, aside(emit))
        except CloudError as error:
            return Outcome("failed", error.message, self._result(LoadReport((), 0.0, 0.0)))
        with suppress(Cancelled):  # which comes too late: all of it was sent
            text = _TEXTS.get(self.name, hey_text)(report)
            emit(text, "stderr" if self.name == "curl" else "stdout")
        return _outcome(report, self._result(report))

    def _result(self, report: LoadReport) -> Json:
        return _RESULTS.get(self.name, result_of)(report)

    def verify(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("applied", "The load was sent; it leaves nothing behind to look at.")

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("differs", "Nothing tells afterwards how much of a load was sent.")


_TEXTS: Mapping[str, Callable[[LoadReport], str]] = {"loadtest": load_test_text}
_RESULTS: Mapping[str, Callable[[LoadReport], Json]] = {"loadtest": load_test_result}
"""Of those that do not speak as hey does."""


def _outcome(report: LoadReport, result: Json) -> Outcome:
    answered = len(report.latencies)
    by = ", answered by the simulator" if report.via else ""
    message = (
        f"{answered} of {len(report.samples)} requests answered in {report.seconds:.1f} s{by}, "
        f"{report.error_rate:.1%} errors."
    )
    return Outcome("succeeded" if answered else "failed", message, result)
