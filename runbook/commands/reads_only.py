"""The half of the contract that is the same for every command that changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runbook.commands.base import Caution, Effect, Plan, Probe

if TYPE_CHECKING:
    from runbook.cloud.sessions import Session


class ReadsOnly:
    """Its plan holds no change and asks nobody; there is nothing to verify, undo or look for."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def resource(self) -> str: ...

    @property
    def effect(self) -> Effect:
        return Effect.READS

    def cautions(self) -> tuple[Caution, ...]:
        return ()

    def plan(self, session: Session) -> Plan:  # noqa: ARG002 (part of the contract)
        return Plan(self.resource, before=None, after=None, changes=(), fingerprint="")

    def verify(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("applied", "This command only reads.")

    def undo(self, plan: Plan) -> str:  # noqa: ARG002 (part of the contract)
        return ""

    def probe(self, session: Session, plan: Plan) -> Probe:  # noqa: ARG002 (part of the contract)
        return Probe("not applied", "This command only reads; run it again.")
