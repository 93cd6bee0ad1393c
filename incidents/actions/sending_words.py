"""Where the words of an update go besides the pages: mail, a GitHub issue, the status page. What is
wrong with that is said before anything is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from incidents.actions.public_words import require_no_secret
from incidents.models import Incident
from incidents.queries.receivers import Named, who_is
from incidents.queries.words.private import private_words
from incidents.queries.words.templates import Way, find_template
from incidents.redacting import redactor_for
from incidents.refusal import Refused
from incidents.states import Audience, PublicStage
from runbook.document.telling import ISSUE, LONGEST_LABEL, MOST_LABELS

LONGEST_SUBJECT = 200
LONGEST_TITLE = 200
MOST_RECIPIENTS = 100


@dataclass(frozen=True, slots=True)
class Sending:
    """What comes with the words of an update. `template` is the draft it began as, and says by
    which way it goes; `token` names the form, so that two clicks tell once. `insisted` is the
    `Doubts.seen` of what a person was warned of and sends all the same."""

    template: str = ""
    subject: str = ""
    recipients: Sequence[str] = ()
    stage: str = ""
    public_title: str = ""
    issue: str = ""
    labels: Sequence[str] = ()
    token: str | None = None
    insisted: str = ""

    @property
    def way(self) -> Way:
        found = find_template(self.template)
        return found.way if found else "page"


class Doubts(Refused):
    """Something that a person should look at again; sent all the same with `insisted=seen`."""

    def __init__(self, sentences: Sequence[str], *, seen: str) -> None:
        super().__init__(
            f"{' '.join(sentences)} Change it, or send it once more as it is.", status=422
        )
        self.sentences = tuple(sentences)
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Receivers:
    """Whom the recipients of a mail mean: addresses, and the people that `words` name."""

    addresses: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    named: Named = field(default_factory=Named)

    @property
    def count(self) -> int:
        return len(self.addresses) + len(self.named.people) + len(self.named.channels)


def receivers_of(incident: Incident, recipients: Sequence[str]) -> Receivers:
    """Words with an @ are addresses and must be valid; all others are names of the runbook."""
    words = [word.strip() for word in recipients if word.strip()]
    addresses = [word for word in words if "@" in word]
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            raise Refused(f"“{address[:80]}” is no mail address.", status=422) from None
    names = [word for word in words if "@" not in word]
    return Receivers(tuple(addresses), tuple(names), who_is(names, incident))


def check(incident: Incident, audience: str, words: str, sending: Sending) -> Receivers:
    """Raises `Refused`, or `Doubts` where a person has not insisted."""
    template = find_template(sending.template)
    if sending.template and (template is None or template.audience != audience):
        raise Refused(f"“{sending.template}” is no draft for {audience}.", status=422)
    _check_public(incident, audience, words, sending)
    _check_issue(sending)
    receivers = _check_mail(incident, sending)
    _doubt(incident, audience, words, sending, receivers)
    return receivers


def _check_public(incident: Incident, audience: str, words: str, sending: Sending) -> None:
    if audience != Audience.PUBLIC:
        return
    if sending.stage and sending.stage not in PublicStage.values:
        raise Refused(f"“{sending.stage}” is not a stage of the status page.", status=422)
    if len(sending.public_title) > LONGEST_TITLE:
        raise Refused(f"A title has at most {LONGEST_TITLE} characters.", status=422)
    require_no_secret(words, sending.public_title, redactor=redactor_for(incident))


def _check_issue(sending: Sending) -> None:
    if sending.way != "github":
        return
    if sending.issue and not ISSUE.fullmatch(sending.issue):
        raise Refused("Write the GitHub issue as owner/repository#12.", status=422)
    too_long = any(len(label) > LONGEST_LABEL for label in sending.labels)
    if len(sending.labels) > MOST_LABELS or too_long:
        raise Refused(
            f"An issue gets at most {MOST_LABELS} labels of {LONGEST_LABEL} characters.", status=422
        )


def _check_mail(incident: Incident, sending: Sending) -> Receivers:
    if sending.way != "mail":
        return Receivers()
    if not sending.subject.strip() or len(sending.subject) > LONGEST_SUBJECT:
        raise Refused(
            f"A mail needs a subject of at most {LONGEST_SUBJECT} characters.", status=422
        )
    if len(sending.recipients) > MOST_RECIPIENTS:
        raise Refused(f"A mail goes to at most {MOST_RECIPIENTS} recipients.", status=422)
    receivers = receivers_of(incident, sending.recipients)
    if not receivers.count:
        unknown = ", ".join(receivers.named.unknown)
        why = f"{unknown} reaches nobody here" if unknown else "It names no recipient"
        raise Refused(f"{why}. Write a group, a rota, a role or a mail address.", status=422)
    return receivers


def _doubt(
    incident: Incident, audience: str, words: str, sending: Sending, receivers: Receivers
) -> None:
    sentences = []
    if receivers.named.unknown:
        listed = ", ".join(f"“{word}”" for word in receivers.named.unknown)
        sentences.append(f"Nobody here is called {listed}: they get no mail.")
    if audience == Audience.PUBLIC:
        found = private_words(incident, f"{sending.public_title}\n{words}")
        listed = ", ".join(f"“{one.word}” ({one.what})" for one in found)
        if found:
            sentences.append(f"Everybody would read names that are private here: {listed}.")
    seen = _seen(words, sending)
    if sentences and sending.insisted != seen:
        raise Doubts(sentences, seen=seen)


def _seen(words: str, sending: Sending) -> str:
    """Names exactly what the person was warned of: other words are warned of again."""
    parts = "\0".join((words, sending.subject, sending.public_title, *sending.recipients))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]
