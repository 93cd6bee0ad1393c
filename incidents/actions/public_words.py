"""Words that go to strangers hold no secret: they are refused, because what was once published is
not taken back by hiding it."""

from __future__ import annotations

from incidents.redacting import redactor_with
from incidents.refusal import Refused
from runbook.redaction.redactor import Redactor


def require_no_secret(*texts: str, redactor: Redactor | None = None) -> None:
    """`redactor` knows the secrets of an incident; without one, shapes of secrets and the patterns
    of this installation count."""
    redact = (redactor or redactor_with({}, [])).text
    if all(redact(text) == text for text in texts):
        return
    whose = " of the incident" if redactor else ""
    raise Refused(
        f"These words hold a secret{whose}. Take it out: this goes to everybody.", status=422
    )
