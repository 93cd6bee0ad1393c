"""What probes share: they look at one host, change nothing, and their faults are results."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.base import Caution, Effect, Emit, Outcome, Plan, Probe
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Probing(ABC):
    """A command that only asks. `written` is its whole text as people read it."""

    written: str

    @property
    @abstractmethod
    def name(self) -> str: ...

    @property
    @abstractmethod
    def resource(self) -> str:
        """What is asked: an address of the web, a name, a host with its port."""

    @property
    def effect(self) -> Effect:
        return Effect.READS

    @property
    def project(self) -> str:
        return ""

    def as_gcloud(self) -> str:
        return self.written

    @abstractmethod
    def outside(self, target: Target) -> str: ...

    @abstractmethod
    def look(self, session: Session, emit: Emit) -> Outcome:
        """Asks and prints. Raises `CloudError` when there is no answer."""

    @abstractmethod
    def nothing(self, why: str) -> Json:
        """What checks look at when there was no answer."""

    def cautions(self) -> tuple[Caution, ...]:
        return ()

    def plan(self, session: Session) -> Plan:  # noqa: ARG002 (part of the contract)
        return Plan(self.resource, before=None, after=None, changes=(), fingerprint="")

    def execute(
        self,
        session: Session,
        emit: Emit,
        plan: Plan | None = None,  # noqa: ARG002 (part of the contract)
    ) -> Outcome:
        try:
            return self.look(session, emit)
        except CloudError as error:
            return Outcome("failed", error.message, self.nothing(error.message))

    def verify(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("applied", "This command only reads.")

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("not applied", "This command only reads; run it again.")
