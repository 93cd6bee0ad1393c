"""`manage.py advance 6h --incident INC-3`: time passes for one drill, for nothing else."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents.actions.advance import MOST_FIRED, Passed, advance
from incidents.models import Incident
from incidents.refusal import Refused
from incidents.source import acting_from
from runbook.document.durations import seconds, words


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Let time pass for one drill: what falls due meanwhile fires, in its order."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("span", help="how long: 30m, 6h, 1h30m")
        parser.add_argument("--incident", required=True, help="which one: INC-3")
        parser.add_argument(
            "--most",
            type=int,
            default=MOST_FIRED,
            metavar="N",
            help=f"stop once so many timers have fallen due ({MOST_FIRED})",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature  # noqa: ANN401, ARG002
        span = seconds(options["span"])
        if not span:
            raise CommandError(f"“{options['span']}” is not a length of time; write 30m or 6h.")
        incident = self.find(options["incident"])
        try:
            with acting_from("advance"):
                passed = advance(incident_id=incident.pk, seconds=span, most_fired=options["most"])
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if passed.left:
            raise CommandError(_stopped(incident, span, passed))
        self.stdout.write(
            f"{words(span)} have passed for {incident.name}; {passed.fired} fell due."
        )

    def find(self, name: str) -> Incident:
        number = name.upper().removeprefix("INC-")
        found = Incident.objects.filter(number=int(number)) if number.isdecimal() else None
        incident = found.first() if found is not None else None
        if incident is None:
            raise CommandError(f"There is no incident {name}.")
        return incident


def _stopped(incident: Incident, span: int, passed: Passed) -> str:
    left, number = words(passed.left), incident.name
    return (
        f"Only {words(span - passed.left)} have passed for {number}: {passed.fired} fell due, and "
        f"there it stopped. The last {left} have not passed. See whether its ladder repeats as "
        f"often as it should; then let the rest pass: advance {passed.left}s --incident {number}"
    )
