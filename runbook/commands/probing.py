"""What probes share: they look at one host, change nothing, and their faults are results."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runbook.cloud.errors import CloudError
from runbook.commands.base import Emit, Outcome, Plan
from runbook.commands.reads_only import ReadsOnly
from runbook.document.definition import Json

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session
    from runbook.cloud.target import Target


@dataclass(frozen=True, slots=True)
class Probing(ReadsOnly, ABC):
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
