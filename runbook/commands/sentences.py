"""What to tell people when a command did not succeed."""

from __future__ import annotations

from runbook.cloud.errors import CloudError
from runbook.commands.base import Outcome

_FIRST_WORDS = {
    "NOT_FOUND": "Not found: {resource}. Check the name, the project and the region.",
    "DENIED": "Not allowed to use {resource}.",
    "CONFLICT": "Something else is being changed on {resource}. Wait until it is done.",
    "PRECONDITION": "{resource} is not in a state in which Google does this.",
    "INVALID": "Google refuses this as invalid.",
    "QUOTA": "Google's quota is used up for the moment. Try again in a minute.",
    "UNAVAILABLE": "Google's service is not available. Try again.",
    "TIMEOUT": "",
    "BAD_RESPONSE": "",
}
_DOUBT = "It is not certain whether the change took effect: look before anyone repeats it."


def sentence(error: CloudError, resource: str) -> str:
    """What happened, Google's own words, and what to do next."""
    first = _FIRST_WORDS[error.kind].format(resource=resource)
    said = f"Google says: {error.message}" if first and error.http_status else error.message
    doubt = _DOUBT if error.may_have_applied else ""
    return " ".join(part for part in (first, _ended(said), error.advice, doubt) if part)


def outcome_of(error: CloudError, resource: str) -> Outcome:
    """`unknown` when a change may have applied, `failed` when it is certain that none did."""
    words = sentence(error, resource)
    return Outcome("unknown" if error.may_have_applied else "failed", words)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
