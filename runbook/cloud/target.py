"""Where commands act: one environment as plain values, so that the engine needs no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

CredentialsKind: TypeAlias = Literal["application default", "impersonated", "workload identity"]
"""Whose credentials a worker takes: its own, a service account's that it may act as, or those that
its token of another identity provider is exchanged for. None of them is ever a key of ours."""


@dataclass(frozen=True, slots=True)
class Target:
    """A project and region, how to reach its APIs, and which hosts probes may touch.

    `endpoint` is "" for the real Google APIs or the base URL of a simulator,
    `http://127.0.0.1:PORT`, loopback only, reached without credentials. `service_account` is the
    e-mail address of whom `credentials` act as ("impersonated" needs one, "workload identity" may
    have one), `credentials_file` the path on the worker's machine of the configuration of "workload
    identity"; `credentials_stamp` is what `credentials.stamped` found them to be, "" before.
    `routes` maps a public host name to the base URL that answers for it (simulated environments
    only); a host in `allowed_hosts` without a route is reached as itself. `allowed_networks` are
    the private networks that a probe may reach besides public addresses ("10.20.0.0/16").
    `programs` names the programs of the operator's own that may run for the environment. Times are
    seconds:
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
    credentials: CredentialsKind = "application default"
    service_account: str = ""
    credentials_file: str = ""
    credentials_stamp: str = ""

    @property
    def is_simulated(self) -> bool:
        return bool(self.endpoint)
