"""Where commands act: one environment as plain values, so that the engine needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """A project and region, how to reach its APIs, and which hosts probes may touch.

    `endpoint` is "" for the real Google APIs (application default credentials) or the base URL of
    a simulator, `http://127.0.0.1:PORT`, loopback only, reached without credentials. `routes` maps
    a public host name to the base URL that answers for it (simulated environments only); a host in
    `allowed_hosts` without a route is reached as itself. `allowed_networks` are the private
    networks that a probe may reach besides public addresses ("10.20.0.0/16"). `programs` names the
    programs of the operator's own that may run for the environment. Times are seconds:
    `connect_timeout` and `read_timeout` bound one request, `deadline` one command including its
    operation.
    """

    name: str
    project: str
    region: str
    endpoint: str = ""
    allowed_hosts: tuple[str, ...] = ()
    allowed_networks: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    routes: Mapping[str, str] = field(default_factory=dict)
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    deadline: float = 600.0

    @property
    def is_simulated(self) -> bool:
        return bool(self.endpoint)
