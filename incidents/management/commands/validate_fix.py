"""`manage.py validate_fix INC-42`: has workers validate a fix, waits, prints what they found."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from time import monotonic, sleep

from django.contrib.auth.models import User

from incidents.actions import validate
from incidents.health_states import UNENDED_VALIDATIONS, ValidationState
from incidents.management.by_hand import CommandByHand, not_run, person_named
from incidents.models import Incident, Validation
from incidents.queries.named import incident_named
from incidents.queries.validation_text import validation_text
from incidents.queries.validations import sealed_part_of
from incidents.refusal import Refused
from incidents.source import acting_from

NOT_YET = 1
PATIENCE = 30.0
LONGEST = 600.0
_PAUSE = 0.5


class Command(CommandByHand):
    help = (
        "Checks everything that must hold before the fix of an incident is signed off, and exits"
        " with 0 when it may be, 1 when not, 3 when that could not be found out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", metavar="INC-42")
        parser.add_argument(
            "--as",
            dest="username",
            metavar="USERNAME",
            help="who asks; the incident's commander unless said",
        )
        parser.add_argument("--json", action="store_true", help="print the results as JSON")

    def handle(
        self, *, incident: str, username: str | None, json: bool, **_options: object
    ) -> None:
        found = incident_named(incident)
        if found is None:
            raise not_run(f"There is no incident {incident}. Name it like INC-3.")
        person = person_named(username) if username else found.commander
        with acting_from("command line"):
            asked = _ask(person, found)
        validation = self._wait_for(asked, found)
        if validation.state == ValidationState.FAILED:
            raise not_run(f"The validation could not be made: {validation.error}")
        self.stdout.write(_as_json(validation) if json else "\n".join(validation_text(validation)))
        if not validation.may_sign_off:
            sys.exit(NOT_YET)

    def _wait_for(self, asked: Validation, incident: Incident) -> Validation:
        begun = monotonic()
        while True:
            row = Validation.objects.select_related("incident", "before", "after").get(pk=asked.pk)
            if row.state not in UNENDED_VALIDATIONS:
                return row
            waited = monotonic() - begun
            if row.state == ValidationState.WAITING and waited > PATIENCE:
                raise not_run(
                    f"No worker has taken it up for {PATIENCE:g} s. Is one running? It stays asked"
                    f" for: the page of {incident.name} shows what comes of it."
                )
            if waited > LONGEST:
                raise not_run(f"It has not ended after {LONGEST:g} s. Look at its page later.")
            sleep(_PAUSE)


def _ask(person: User, incident: Incident) -> Validation:
    try:
        return validate.ask(actor=person, incident_id=incident.pk)
    except Refused as refused:
        raise not_run(refused.sentence) from refused


def _as_json(validation: Validation) -> str:
    facts = {
        "incident": validation.incident.name,
        "validation": validation.number,
        "digest": validation.digest,
        **sealed_part_of(validation),
    }
    return json.dumps(facts, indent=2, ensure_ascii=False)
