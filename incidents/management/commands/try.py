"""`manage.py try "gcloud …"`: one line of a runbook, run as a worker would run it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from incidents.management.by_hand import (
    INTERRUPTED,
    CommandByHand,
    emitting,
    environment_named,
    not_run,
    require_simulated,
    session_for,
    simulator_at,
)
from incidents.models import Environment
from incidents.targets import programs_of, target_of
from runbook.commands import shell
from runbook.commands.trial import Trial


class Command(CommandByHand):
    help = (
        "Run one line of a runbook as a worker would, and exit as gcloud does: 0 done, 1 failed, "
        "2 gcloud refuses the words; and 3 not run from here, 4 nobody knows whether a change "
        "took effect."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("line", help='the whole line in quotes: "gcloud sql instances list …"')
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--environment", metavar="NAME", help="an environment of this project")
        where.add_argument("--endpoint", metavar="URL", help="a simulator: http://127.0.0.1:PORT")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="the value of a parameter in the line; may be repeated",
        )
        parser.add_argument(
            "--allow-changes",
            action="store_true",
            help="also run what changes something, in simulated environments only",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        environment = environment_named(options["environment"]) if options["environment"] else None
        trial = self._trial(options, environment)
        values = {"PROJECT": trial.target.project, "REGION": trial.target.region}
        values |= dict(_assignment(text) for text in options["set"])
        programs = programs_of(environment) if environment else ()
        try:
            status = trial.attempt(shell.read(options["line"], values, programs))
        except KeyboardInterrupt:
            emitting(self)("Interrupted. What Google had taken by then goes on.", "stderr")
            status = INTERRUPTED
        if status:
            sys.exit(status)

    def _trial(
        self,
        options: dict[str, Any],  # Any: argparse
        environment: Environment | None,
    ) -> Trial:
        target = target_of(environment) if environment else simulator_at(options["endpoint"])
        if options["allow_changes"]:
            require_simulated(target)
        return Trial(
            target=target,
            session=session_for,
            emit=emitting(self),
            allows_changes=options["allow_changes"],
            takes_place_of_line=bool(options["endpoint"]),
        )


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise not_run(f"--set takes NAME=VALUE, not {text}.")
    return name, value
