"""Secrets of an incident: which are known, and what takes them out of all that is kept or sent.

The rules are `runbook.redaction`; here they meet rows. Values of parameters whose name says secret
lie in `Incident.secrets`, the text that runs in `StepCommand.text` and `Run.text`; whatever people
read is made from them by what is in this file.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac

from incidents.models import Incident, Run
from runbook.commands.base import FieldChange, Plan
from runbook.commands.secret_patterns import wrong_pattern
from runbook.commands.secret_text import values_in, without_value
from runbook.document.definition import Json
from runbook.redaction.labels import DONE, plain
from runbook.redaction.names import secret_kind
from runbook.redaction.redactor import Redactor

logger = logging.getLogger(__name__)

NO_UNDO = (
    "The command that takes this back would spell a secret, which is not kept. Take it back by hand"
    " with the former value."
)
_MARK_LENGTH = 12
SEAM = 1000


def redactor_of(run: Run) -> Redactor:
    """For all that a run prints, says and leaves behind: knows what its text pipes into secrets."""
    return redactor_for(run.incident, run.text)


def redactor_for(incident: Incident, *texts: str) -> Redactor:
    """For what is said in an incident; `texts` are commands whose piped values are secret too."""
    return redactor_with(incident.secrets, incident.environment.redact, texts)


def redactor_with(
    secrets: Mapping[str, str], patterns: Sequence[str], texts: Sequence[str] = ()
) -> Redactor:
    """The same from columns. Asks no database, and builds each redactor once."""
    known = {*secrets.values(), *(value for text in texts for value in values_in(text))}
    return _built(frozenset(known), (*settings.REDACT, *patterns))


def beginning(redactor: Redactor, text: str, longest: int) -> str:
    """At most so many letters of a text without its secrets. What is far behind them costs nothing;
    what the cut may have parted from the words that make it a secret is left out."""
    if len(text) <= longest + SEAM:
        return redactor.text(text)[:longest]
    return redactor.text(text[: longest + SEAM])[:-SEAM][:longest]


@lru_cache(maxsize=128)
def _built(known: frozenset[str], patterns: tuple[str, ...]) -> Redactor:
    return Redactor(known, _usable(patterns))


def _usable(patterns: Iterable[str]) -> list[str]:
    """A pattern that got past the forms must not stop an incident from being written down."""
    wrong = [pattern for pattern in patterns if wrong_pattern(pattern)]
    if wrong:
        logger.error("these patterns of secrets are wrong and hide nothing: %s", wrong)
    return [pattern for pattern in patterns if pattern not in wrong]


def split_secrets(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Parameters as they are shown, and the values of those whose name says secret.

    A shown one names its value by a mark, so that a changed secret is a changed parameter.
    """
    secrets = {name: value for name, value in values.items() if secret_kind(name, value)}
    shown = {
        name: _marked(plain(secret_kind(name, value), value), value) if name in secrets else value
        for name, value in values.items()
    }
    return shown, secrets


def all_values(incident: Incident) -> dict[str, str]:
    """The parameters with their secrets, for filling commands."""
    return {**incident.parameters, **incident.secrets}


def shown_as(text: str, secrets: Mapping[str, str], patterns: Sequence[str]) -> str:
    """A command as people read it, for `shown_as`; "" where `without_value` says enough."""
    bare = without_value(text)
    shown = redactor_with(secrets, patterns, [text]).text(bare)
    return "" if shown == bare else shown


def mark(text: str) -> str:
    """A name for a secret that tells it from others, and nothing else: keyed, so that nobody can
    try values without the installation's key."""
    return salted_hmac("incidents.redacting", text, algorithm="sha256").hexdigest()[:_MARK_LENGTH]


def _marked(words: str, secret: str) -> str:
    """`words` with the mark of the secret in each of their labels."""
    return DONE.sub(lambda label: f"{label[0][:-1]} {mark(secret)}]", words)


class PlanSecrets:
    """Takes secrets out of the plans of one run, and puts them back where the engine compares.

    In a plan each label carries a mark of the whole value that it stands in, so that two plans are
    alike exactly where their values are, and a digest over one stands for the secrets too. What was
    taken out is kept here, in memory, while a worker has the run in its hands.
    """

    def __init__(self, run: Run) -> None:
        self._redactor = redactor_of(run)
        self._taken: dict[str, Json] = {}

    def redacted(self, plan: Plan) -> Plan:
        """The plan as it is stored, shown and approved. An undo that would spell a secret cannot be
        kept, and says so."""
        undo = plan.undo if self._redactor.text(plan.undo) == plan.undo else ""
        return replace(
            plan,
            before=self._without(plan.before, self._redactor.json(plan.before)),
            after=self._without(plan.after, self._redactor.json(plan.after)),
            changes=tuple(map(self._change, plan.changes)),
            warnings=tuple(map(self._redactor.text, plan.warnings)),
            refusals=tuple(map(self._redactor.text, plan.refusals)),
            undo=undo,
            why_no_undo=self._redactor.text(plan.why_no_undo)
            or ("" if undo == plan.undo else NO_UNDO),
        )

    def restored(self, plan: Plan) -> Plan:
        """The plan with the values of all plans that went through `redacted`. A value that was in
        none of them stays a mark, and equals nothing."""
        return replace(
            plan,
            before=self._with(plan.before),
            after=self._with(plan.after),
            changes=tuple(
                replace(change, before=self._with(change.before), after=self._with(change.after))
                for change in plan.changes
            ),
        )

    def are_missing(self, plan: Plan) -> bool:
        """Whether the plan has marks whose values are not known here yet."""
        return any(
            DONE.search(text) and text not in self._taken
            for value in (plan.before, plan.after, *_values(plan.changes))
            for text in _texts(value)
        )

    def _change(self, change: FieldChange) -> FieldChange:
        def field(value: Json) -> Json:
            return self._without(value, self._redactor.field(change.path, value))

        return replace(change, before=field(change.before), after=field(change.after))

    def _without(self, real: Json, redacted: Json) -> Json:
        if isinstance(real, dict) and isinstance(redacted, dict) and len(real) == len(redacted):
            pairs = zip(real.values(), redacted.items(), strict=True)
            return {name: self._without(value, left) for value, (name, left) in pairs}
        if isinstance(real, list) and isinstance(redacted, list):
            return [self._without(*pair) for pair in zip(real, redacted, strict=True)]
        if real == redacted:
            return real
        words = _marked(str(redacted), json.dumps(real))
        self._taken[words] = real
        return words

    def _with(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {name: self._with(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._with(inner) for inner in value]
        return self._taken.get(value, value) if isinstance(value, str) else value


def _values(changes: Iterable[FieldChange]) -> Iterator[Json]:
    for change in changes:
        yield from (change.before, change.after)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
