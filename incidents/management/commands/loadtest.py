"""`manage.py loadtest URL`: a bounded load, approved like every change, or at once in a drill."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User

from incidents.actions.load_tests import (
    ask_in,
    failed_expectations,
    line_of,
    open_load_test,
)
from incidents.management.by_hand import (
    INTERRUPTED,
    CommandByHand,
    emitting,
    environment_named,
    not_run,
    person_named,
    require_simulated,
    session_for,
    simulator_at,
)
from incidents.management.watched_run import WatchedRun
from incidents.models import Environment, Incident, Run
from incidents.permissions import COMMANDING, who_holds
from incidents.queries.named import incident_named
from incidents.refusal import Refused
from incidents.source import acting_from
from incidents.states import Role
from incidents.targets import target_of
from runbook.cloud.hosts import refused_url
from runbook.cloud.target import Target
from runbook.commands import shell
from runbook.commands.base import Emit, Outcome
from runbook.commands.probes.loadtest import USUAL_CONNECTIONS, USUAL_DURATION
from runbook.commands.trial import FAILED, Trial

Options = dict[str, Any]  # Any: argparse


class Command(CommandByHand):
    requires_system_checks = ()
    help = (
        "Send a bounded load to an allowed host. It is opened as an incident of one step and waits"
        " for approval; with --allow-changes, in a simulated environment, it is sent at once."
        " Exits with 0 when it bore the load, 1 when not, 3 when nothing was sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", metavar="URL")
        parser.add_argument("--concurrent-connections", default=USUAL_CONNECTIONS, metavar="20")
        parser.add_argument("--duration", default=USUAL_DURATION, metavar="30s")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--environment", metavar="NAME", help="whose hosts may be asked")
        where.add_argument("--endpoint", metavar="URL", help="a simulator: http://127.0.0.1:PORT")
        where.add_argument("--incident", metavar="INC-42", help="use its step with this load")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="who asks for it")
        parser.add_argument(
            "--allow-changes",
            action="store_true",
            help="send it here and now, in simulated environments only",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        connections, duration = options["concurrent_connections"], options["duration"]
        line = line_of(options["url"], connections=connections, duration=duration)
        read = shell.read(line, {})
        if not read.lines:
            raise not_run(read.reason or "This is no load test.")
        here = options["endpoint"] or options["allow_changes"]
        status = self._send(line, options) if here else self._ask(line, options)
        if status:
            sys.exit(status)

    def _send(self, line: str, options: Options) -> int:
        target = _target(options)
        if options["allow_changes"]:
            require_simulated(target)
        emit = emitting(self)
        bearing: list[Outcome] = []
        trial = Trial(
            target=target,
            session=session_for,
            emit=emit,
            allows_changes=options["allow_changes"],
            heard=bearing.append,
        )
        try:
            status = trial.attempt(shell.read(line, {}))
            return status or _borne(bearing, emit)
        except KeyboardInterrupt:
            emit("Interrupted; nothing more is sent.", "stderr")
            return INTERRUPTED

    def _ask(self, line: str, options: Options) -> int:
        try:
            with acting_from("command line"):
                run = _asked(line, options)
        except Refused as refused:
            raise not_run(refused.sentence) from refused
        return WatchedRun(run, emitting(self)).status()


def _borne(outcomes: list[Outcome], emit: Emit) -> int:
    """0 when the expectations of a load test hold, 1 when not."""
    found = [one for outcome in outcomes for one in failed_expectations(outcome.result)]
    for sentence in found:
        emit(sentence, "stderr")
    return FAILED if found else 0


def _target(options: Options) -> Target:
    """A bare simulator answers for the host of the address, whatever it is called."""
    if not options["endpoint"]:
        return target_of(_environment(options))
    parts = urlsplit(options["url"])
    host = parts.hostname or ""
    base = simulator_at(options["endpoint"])
    hosts = (host, f"{host}:{parts.port}") if parts.port else (host,)
    return replace(base, allowed_hosts=hosts, routes={host: base.endpoint})


def _asked(line: str, options: Options) -> Run:
    if options["incident"]:
        incident = _incident(options["incident"])
        return ask_in(actor=_person(options, incident), incident=incident, line=line)
    environment = _environment(options)
    return open_load_test(
        actor=_commander(options, environment), environment=environment, line=line
    )


def _incident(name: str) -> Incident:
    found = incident_named(name)
    if found is None:
        raise not_run(f"There is no incident {name}. Name it like INC-3.")
    return found


def _environment(options: Options) -> Environment:
    """The one that was named, else the one whose hosts may be asked for this address."""
    if options["incident"]:
        return _incident(options["incident"]).environment
    if options["environment"]:
        return environment_named(options["environment"])
    url = options["url"]
    fitting = [one for one in Environment.objects.all() if not refused_url(url, target_of(one))]
    if len(fitting) == 1:
        return fitting[0]
    which = ", ".join(one.name for one in fitting) or "none"
    host = urlsplit(url).netloc
    raise not_run(f"Environments that may ask {host}: {which}. Name one with --environment.")


def _person(options: Options, incident: Incident) -> User:
    return person_named(options["username"]) if options["username"] else incident.commander


def _commander(options: Options, environment: Environment) -> User:
    """Who was named, else the only commander; accounts that rules act as have no password."""
    if options["username"]:
        return person_named(options["username"])
    people = list(who_holds(environment, COMMANDING).order_by("username"))
    commanders = who_holds(environment, [Role.COMMANDER]).order_by("username")
    own = [one for one in commanders if one.has_usable_password()]
    if len(own) == 1:
        return own[0]
    names = ", ".join(one.username for one in people) or "nobody yet"
    raise not_run(f"Say who asks with --as USERNAME. Who may in {environment}: {names}.")
