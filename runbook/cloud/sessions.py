"""What a command gets to talk to Google with: one environment, one worker, one run."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from runbook.cloud import late
from runbook.cloud.certificate_manager import CertificateManager
from runbook.cloud.credentials import identity_of, stamped
from runbook.cloud.dns import Dns
from runbook.cloud.endpoints import check_endpoint
from runbook.cloud.load import Loads
from runbook.cloud.logs import Logs
from runbook.cloud.monitoring import Monitoring
from runbook.cloud.projects import Projects
from runbook.cloud.run import Run
from runbook.cloud.secrets import Secrets
from runbook.cloud.services import Services
from runbook.cloud.sql import Sql
from runbook.cloud.target import Target
from runbook.cloud.tls import Tls
from runbook.cloud.vpc_access import VpcAccess
from runbook.cloud.web import Web
from runbook.cloud.websocket import WebSocket

if TYPE_CHECKING:
    from runbook.cloud.compute import Compute


class Session:
    """Adapters for one target, made when first used; everything they raise is `CloudError`.

    Anonymous credentials against a simulator, which must be on this machine (ValueError); those
    that the target refers to otherwise, as they are when the session is made. `request_id` is the
    idempotency key of the run, for the APIs that take one. Importing this module takes half a
    second: only workers and commands do.
    """

    def __init__(self, target: Target, *, request_id: str = "") -> None:
        check_endpoint(target.endpoint)
        self.target = stamped(target)
        self.request_id = request_id

    def identity(self) -> str:
        """Who everything this session sends acts as, the same words on every machine that has the
        same credentials; "simulator" against one. Raises `CloudError`."""
        return identity_of(self.target)

    @cached_property
    def vpc_access(self) -> VpcAccess:
        return VpcAccess(self.target)

    @cached_property
    def sql(self) -> Sql:
        return Sql(self.target)

    @cached_property
    def secrets(self) -> Secrets:
        return Secrets(self.target)

    @cached_property
    def compute(self) -> Compute:
        return late.compute()(self.target)

    @cached_property
    def run(self) -> Run:
        return Run(self.target)

    @cached_property
    def logs(self) -> Logs:
        return Logs(self.target)

    @cached_property
    def monitoring(self) -> Monitoring:
        return Monitoring(self.target)

    @cached_property
    def certificate_manager(self) -> CertificateManager:
        return CertificateManager(self.target)

    @cached_property
    def projects(self) -> Projects:
        return Projects(self.target)

    @cached_property
    def services(self) -> Services:
        return Services(self.target)

    @cached_property
    def dns(self) -> Dns:
        return Dns(self.target)

    @cached_property
    def tls(self) -> Tls:
        return Tls(self.target)

    @cached_property
    def web(self) -> Web:
        return Web(self.target)

    @cached_property
    def websocket(self) -> WebSocket:
        return WebSocket(self.target)

    @cached_property
    def loads(self) -> Loads:
        return Loads(self.target)

    def within(self, seconds: float) -> Session:
        """The same session with a shorter deadline, as `timeout N` in front of a command asks."""
        target = replace(
            self.target,
            deadline=min(seconds, self.target.deadline),
            read_timeout=min(seconds, self.target.read_timeout),
        )
        return Session(target, request_id=self.request_id)
