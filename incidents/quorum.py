"""Who has decided about a change, who may, who may not, and what is still open.

What people hold is read each time: a decision weighs what its person may say now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.contrib.auth.models import User
from django.db.models import Q

from incidents.models import Approval, Decision, Membership, Run
from incidents.requirements import Question, groups_here, question_of
from incidents.states import Role, Verdict
from runbook.document.approval_policy import ROLES, Seat, missing, seats, slug

APPROVING = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
WORKING = APPROVING | {Role.RESPONDER, Role.COMMANDER}

Names = frozenset[str]
"""Roles and groups that a person counts as in one environment."""


@dataclass(frozen=True)
class Weighing:
    """An approval's question as it stands now. `counts` and `excluded` are by person; a yes to
    another plan than the one with this `digest` weighs nothing."""

    digest: str
    questions: tuple[Question, ...]
    decisions: tuple[Decision, ...]
    counts: Mapping[int, Names]
    excluded: Mapping[int, str]

    @cached_property
    def in_favour(self) -> dict[int, Names]:
        """Who said yes and still counts, in the order in which they said it."""
        yes = {decision.person_id: self.counts_as(decision.person_id) for decision in self._yes}
        return {person: names for person, names in yes.items() if names}

    @cached_property
    def fell(self) -> tuple[Decision, ...]:
        """Decisions in favour by people who count for nothing here any more."""
        return tuple(one for one in self._yes if one.person_id not in self.in_favour)

    @property
    def _yes(self) -> list[Decision]:
        return [
            one
            for one in self.decisions
            if one.verdict == Verdict.APPROVED and one.digest == self.digest
        ]

    @property
    def is_met(self) -> bool:
        return self._open(self.in_favour) == 0

    def seats(self, question: Question) -> tuple[Seat[int], ...]:
        return seats(question.terms, self.in_favour)

    @property
    def still_open(self) -> str:
        """In words what is missing, as "1 commander"."""
        open_terms = {
            str(term)
            for question in self.questions
            for term in missing(question.terms, self.in_favour)
        }
        return " and ".join(sorted(open_terms))

    @property
    def asked_for(self) -> str:
        """The roles and groups whose word counts, as "infrastructure or commander"."""
        return " or ".join(
            dict.fromkeys(term.role for question in self.questions for term in question.terms)
        )

    def counts_as(self, person_id: int) -> Names:
        """What of the questions the person can fill: nothing for whoever is excluded."""
        asked = {term.role for question in self.questions for term in question.terms}
        held = self.counts.get(person_id, frozenset())
        return frozenset() if person_id in self.excluded else held & asked

    def adds(self, person_id: int) -> bool:
        """Whether a yes of the person would fill a place that is open."""
        with_them = self.in_favour | {person_id: self.counts_as(person_id)}
        return self._open(with_them) < self._open(self.in_favour)

    def waits_for(self, person_id: int) -> bool:
        """Whether the person may decide, and has not."""
        has_decided = any(one.person_id == person_id for one in self.decisions)
        return not has_decided and self.adds(person_id)

    def _open(self, people: Mapping[int, Names]) -> int:
        return sum(
            term.count for question in self.questions for term in missing(question.terms, people)
        )


def weigh(approval: Approval, *, also: User | None = None) -> Weighing:
    """The approval must be loaded with its run's incident's environment and command's step."""
    return weigh_all([approval], also=also)[approval.pk]


def weigh_all(approvals: Sequence[Approval], *, also: User | None = None) -> dict[int, Weighing]:
    """By approval. Seven queries for any number; `also` is somebody whose own standing matters."""
    if not approvals:
        return {}
    decisions = _decisions(approvals)
    people = {one.person_id for own in decisions.values() for one in own}
    people |= {also.pk} if also is not None else set()
    environments = {approval.run.incident.environment_id for approval in approvals}
    standing = standings(people, environments)
    known = groups_here()
    excluded = _excluded([approval.run for approval in approvals])
    return {
        approval.pk: Weighing(
            digest=approval.digest,
            questions=tuple(question_of(one, known) for one in approval.requirements),
            decisions=tuple(decisions.get(approval.pk, ())),
            counts=_there(standing, approval.run.incident.environment_id),
            excluded=excluded[approval.run_id],
        )
        for approval in approvals
    }


def who_may_decide(approval: Approval) -> list[User]:
    """Active people whose yes would fill a place that is open, and who have not decided."""
    environment = approval.run.incident.environment_id
    held = Membership.objects.filter(environment=environment, role__in=sorted(WORKING))
    by_name = Q(pk__in=held.filter(person__isnull=False).values("person"))
    by_group = Q(groups__in=held.filter(group__isnull=False).values("group"))
    people = {one.pk: one for one in User.objects.filter(by_name | by_group, is_active=True)}
    counts = _there(standings(people, [environment]), environment)
    weighing = replace(weigh(approval), counts=counts)
    return [one for pk, one in people.items() if weighing.waits_for(pk)]


def _decisions(approvals: Iterable[Approval]) -> dict[int, list[Decision]]:
    found: dict[int, list[Decision]] = defaultdict(list)
    for one in Decision.objects.filter(approval__in=list(approvals)).select_related("person"):
        found[one.approval_id].append(one)
    return found


def _there(standing: Mapping[tuple[int, int], Names], environment_id: int) -> dict[int, Names]:
    return {person: names for (person, at), names in standing.items() if at == environment_id}


def standings(
    people: Collection[int], environments: Collection[int]
) -> dict[tuple[int, int], Names]:
    """By person and environment. Groups count for those who may approve there, a group that is
    called like a role never, and nobody counts who is not active."""
    roles: dict[tuple[int, int], set[Role]] = defaultdict(set)
    held = Membership.objects.filter(environment__in=environments)
    by_name = held.filter(person__in=people, person__is_active=True)
    by_group = held.filter(Q(group__user__in=people) & Q(group__user__is_active=True))
    for person, environment, role in (
        *by_name.values_list("person_id", "environment_id", "role"),
        *by_group.values_list("group__user", "environment_id", "role"),
    ):
        roles[person, environment].add(Role(role))
    groups = _groups_of(people)
    return {key: _names(found, groups.get(key[0], set())) for key, found in roles.items()}


def _groups_of(people: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = User.groups.through.objects.filter(user_id__in=people)
    for person, name in rows.values_list("user_id", "group__name"):
        found[person].add(slug(name))
    return {person: names - set(ROLES) for person, names in found.items()}


def _names(roles: Collection[Role], groups: Collection[str]) -> Names:
    names = {role.value for role in roles if role != Role.VIEWER}
    if set(roles) & APPROVING:
        names |= {Role.APPROVER.value, *groups}
    if set(roles) & WORKING:
        names.add(Role.RESPONDER.value)
    return frozenset(names)


def _excluded(runs: Sequence[Run]) -> dict[int, dict[int, str]]:
    """By run, why somebody may not decide about it although the role is there."""
    strict = [run for run in runs if run.incident.environment.excludes_runners]
    earlier: dict[int, list[tuple[int, int]]] = defaultdict(list)
    if strict:
        rows = Run.objects.filter(command__in=[run.command_id for run in strict])
        for command, number, person in rows.values_list("command", "number", "requested_by"):
            earlier[command].append((number, person))
    authors = _authors(runs)
    return {
        run.pk: authors.get(run.pk, {}) | _excluded_from(run, earlier.get(run.command_id, ()))
        for run in runs
    }


def _authors(runs: Sequence[Run]) -> dict[int, dict[int, str]]:
    """Where a rule asks and no person, who wrote what it runs has caused the change, and who wrote
    the rule."""
    by_rule = {run.pk: run.rule_author_id for run in runs if run.rule_author_id is not None}
    own = Run.objects.filter(pk__in=by_rule, incident__revision__created_by__isnull=False)
    rows = own.values_list("pk", "incident__revision__created_by") if by_rule else ()
    of_runbook = "You wrote the runbook that an alert rule runs; somebody else must approve."
    of_rule = "You wrote the alert rule that asked for this; somebody else must approve."
    written = {run: {author: of_runbook} for run, author in rows}
    return {run: written.get(run, {}) | {author: of_rule} for run, author in by_rule.items()}


def _excluded_from(run: Run, earlier: Iterable[tuple[int, int]]) -> dict[int, str]:
    found = {
        person: f"You asked for run {number} of this command; somebody else must approve."
        for number, person in earlier
        if number < run.number
    }
    if run.command.edited_by_id is not None:
        found[run.command.edited_by_id] = "You wrote this command; somebody else must approve."
    if run.command.step.edited_by_id is not None:
        found[run.command.step.edited_by_id] = (
            "You edited this step last; somebody else must approve."
        )
    found[run.requested_by_id] = "You asked for this; somebody else must approve."
    return found
