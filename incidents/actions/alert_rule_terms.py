"""What a rule about alerts says, and what of it is refused at once instead of each time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User

from incidents import permissions
from incidents.actions.declare import FROM_ENVIRONMENT, open_runbook
from incidents.actions.unfold import steps_of
from incidents.models import AlertRule, AlertSource, Environment, Revision, Runbook
from incidents.permissions import APPROVING
from incidents.refusal import Refused
from incidents.states import Severity
from runbook.alerts.matching import Matcher
from runbook.commands.base import NotRunnable
from runbook.commands.language.patterns import compiled
from runbook.document.parameters import missing

MOST_MATCHERS, MOST_WORDS = 20, 40
LONGEST_NAME, LONGEST_LABEL, LONGEST_VALUE = 100, 200, 500
LONGEST_REOPENS = 30 * 24 * 3600
DIAGNOSTICS = "diagnostics"
"""Among the steps that a rule runs: all reads of the first phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All of a rule but its place: see `models.AlertRule`."""

    name: str
    is_on: bool = True
    source: AlertSource | None = None
    matchers: Sequence[Matcher] = ()
    tells: Sequence[str] = ()
    declares: bool = False
    runbook: Runbook | None = None
    environment: Environment | None = None
    severity: str = Severity.P1
    parameters: Mapping[str, str] = field(default_factory=dict)
    group_by: Sequence[str] = ()
    runs: Sequence[str] = ()
    closes: bool = False
    reopens_within: int = 3600
    acts_as: User | None = None


def require_sound(terms: Terms, *, itself: AlertRule | None) -> None:
    name = terms.name
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(f"A rule has a name of up to {LONGEST_NAME} letters.", status=422)
    others = AlertRule.objects.filter(name=name)
    if (others.exclude(pk=itself.pk) if itself else others).exists():
        raise Refused(f"There is a rule “{name}” already. Choose another name.")
    for matcher in terms.matchers:
        _require_good(matcher)
    if len(terms.matchers) > MOST_MATCHERS:
        raise Refused(f"A rule has up to {MOST_MATCHERS} conditions.", status=422)
    if any(len(words) > MOST_WORDS for words in (terms.tells, terms.runs, terms.group_by)):
        raise Refused(f"A list of a rule has up to {MOST_WORDS} words.", status=422)
    if not 0 <= terms.reopens_within <= LONGEST_REOPENS:
        raise Refused("An alert counts as the same for up to 30 days.", status=422)
    if terms.severity not in Severity.values:
        raise Refused("Choose a severity of P0 to P4.", status=422)
    if terms.declares:
        _require_can_declare(terms)
    elif terms.runs or terms.closes:
        raise Refused("Only a rule that declares an incident runs steps or closes it.", status=422)


def _require_good(matcher: Matcher) -> None:
    if not 0 < len(matcher.label) <= LONGEST_LABEL or len(matcher.value) > LONGEST_VALUE:
        raise Refused("A condition names a label, and what it holds in 500 letters.", status=422)
    if matcher.test != "matches":
        return
    try:
        compiled(matcher.value)
    except NotRunnable as error:
        raise Refused(error.reason, status=422) from error


def _require_can_declare(terms: Terms) -> None:
    """What would be refused each time is refused once, here."""
    if terms.runbook is None or terms.acts_as is None:
        raise Refused(
            "A rule that declares incidents names a runbook, and the account in whose name it"
            " acts.",
            status=422,
        )
    _require_harmless(terms.acts_as)
    revision = Revision.objects.filter(runbook=terms.runbook).order_by("-number").first()
    if revision is None:
        raise Refused("This runbook has no revision.", status=422)
    document = open_runbook(revision)
    _require_steps(terms, {step.key for phase in document.phases for step, _, _ in steps_of(phase)})
    unknown = set(terms.parameters) - {one.name for one in document.parameters}
    if unknown - set(FROM_ENVIRONMENT):
        names = ", ".join(sorted(unknown))
        raise Refused(f"The runbook “{terms.runbook}” has no parameter {names}.", status=422)
    lacking = missing(document, terms.parameters)
    if lacking:
        raise Refused(f"These parameters need a value: {', '.join(lacking)}.", status=422)


def _require_steps(terms: Terms, keys: Collection[str]) -> None:
    for run in terms.runs:
        if run != DIAGNOSTICS and run not in keys:
            raise Refused(
                f"The runbook “{terms.runbook}” has no step “{run}”. Name steps by their keys, or"
                f" write “{DIAGNOSTICS}” for all reads of its first phase.",
                status=422,
            )


def _require_harmless(person: User) -> None:
    """Who approves must not be who asked: an account that a rule speaks for asks for changes, so
    that nobody's own account, nor one that may approve, is lent to a rule."""
    if not person.is_active:
        raise Refused(f"{person.get_username()} is deactivated. Choose another account.")
    approves = permissions.memberships_of(person).filter(role__in=sorted(APPROVING))
    if person.is_superuser or approves.exists():
        raise Refused(
            f"{person.get_username()} may approve changes, so no rule acts in that name. Make an"
            " account that is commander and responder, and nothing else.",
            status=422,
        )
