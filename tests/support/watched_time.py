"""A watched environment in a time of its own: our clock and the simulator's are moved together, and
every check that falls due really reads what is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from incidents import clock
from incidents.actions import look
from incidents.actions.alert_words import tell_what_is_late
from incidents.actions.monitor import ask_due_checks
from incidents.health_states import AlertState, HealthCheckState
from incidents.models import Alert, Environment, HealthCheck, Monitor
from tests import factories
from tests.support.simulator import Simulator

HOSTS = ("staging.netrasystems.ai", "api-staging.netrasystems.ai")
CONNECTOR = "projects/netra-staging/locations/us-central1/connectors/staging-connector"
DATABASE = "projects/netra-staging/instances/netra-staging-db"


@dataclass
class Told:
    """An alert as it was told: "check", "drift", "blind" or the name of a threshold."""

    name: str
    began: datetime
    ended: datetime | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.began:%H:%M} to {f'{self.ended:%H:%M}' if self.ended else '…'}"


@dataclass
class WatchedTime:
    """`told` are the alerts so far, in the order in which they began."""

    google: Simulator
    environment: Environment
    at: datetime
    has_worker: bool = True
    checks: int = 0
    told: list[Told] = field(default_factory=list)

    def pass_until(self, moment: datetime) -> None:
        """What falls due before it is made on its minute; then it is that moment."""
        while (due := Monitor.objects.get(environment=self.environment).next_at) and due < moment:
            self.move(max(due, self.at))
            self._check()
        self.move(moment)

    def move(self, moment: datetime) -> None:
        self.at = moment
        self.google.at(moment)

    def set_connector(self, **columns: object) -> None:
        self.google.change_resource(f"vpcaccess/{CONNECTOR}", **columns)

    def refuse(self, kind: str, *, seconds: int) -> None:
        """Google's APIs, all of them; the application answers."""
        for api in ("/v1/", "/v2/", "/v3/", "/sql/", "/compute/", "/apis/"):
            self.google.fail(match=api, kind=kind, seconds=seconds)

    def _check(self) -> None:
        ask_due_checks()
        waiting = HealthCheck.objects.filter(state=HealthCheckState.WAITING)
        for check in waiting if self.has_worker else []:
            look.run(check.pk)
            self.checks += 1
        tell_what_is_late()
        self._note()

    def _note(self) -> None:
        firing = Alert.objects.filter(environment=self.environment, state=AlertState.FIRING)
        names = {key.split("/")[2] for key in firing.values_list("key", flat=True)}
        for one in self.told:
            if one.ended is None and one.name not in names:
                one.ended = self.at
        known = {one.name for one in self.told if one.ended is None}
        self.told += [Told(name, self.at) for name in sorted(names - known)]


@contextmanager
def watched_time(google: Simulator, *, begins: datetime, every: int) -> Iterator[WatchedTime]:
    """Checked every so many seconds from then on. The real time comes back afterwards."""
    environment = factories.make_environment()
    environment.endpoint = google.address
    environment.allowed_hosts = list(HOSTS)
    environment.routes = dict.fromkeys(HOSTS, google.address)
    environment.save(update_fields=["endpoint", "allowed_hosts", "routes"])
    Monitor.objects.create(environment=environment, is_on=True, every=every, next_at=begins)
    time = WatchedTime(google, environment, begins)
    clock.set_source(lambda: time.at)
    try:
        yield time
    finally:
        clock.set_source(None)
        google.at(None)
