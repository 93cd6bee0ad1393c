"""Whether somebody is still to be told when a notification's time comes: rungs of a ladder, quiet
hours and retries lie between the moment it was stored and the one it is sent.

A person is told only while their account is active and, where they had a role in the environment it
is about when it was stored, while they have one there. Whom a runbook names without any role is
told as it names them. A question is put only to who can still answer it, what passes with its
incident is not told of a closed one, and nothing to a subscriber whose address wants no more.
"""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User

from incidents import permissions
from incidents.models import Approval, Environment, Notification
from incidents.queries.notices import SEEN_IN
from incidents.queries.settled import SETTLED, why_settled
from incidents.quorum import weigh
from incidents.states import ApprovalState

LOUD_AT = "loud_at"
KEPT_HERE = (SEEN_IN, LOUD_AT, SETTLED)
"""Keys of a notification's data that leave with no letter: the environment in which its person had
a role, when it would have been due but for quiet hours, and when it was seen to."""
CONFIRM = "status.confirm"
"""The `type` of the one letter that goes to who has not confirmed."""
ASKS = "approval"
"""The key of its data that says which question it puts."""


def who_sees(environment: Environment | None, people: Collection[int]) -> frozenset[int]:
    """Those of these people, by id, who have a role there."""
    if environment is None or not people:
        return frozenset()
    seeing = permissions.who_may_see(environment).filter(pk__in=people)
    return frozenset(seeing.values_list("pk", flat=True))


def why_not_told(row: Notification) -> str:
    """A sentence when its person may not be told any more, else ""."""
    person = row.person
    if person is None:
        return ""
    if not person.is_active:
        return f"{person} is not active any more."
    environment = Environment.objects.filter(pk=row.data.get(SEEN_IN)).first()
    if environment is None or who_sees(environment, [person.pk]):
        return ""
    return f"{person} has no role in {environment} any more."


def why_needless(row: Notification) -> str:
    """A sentence when it could only puzzle who gets it, else ""."""
    if settled := why_settled(row):
        return settled
    subscriber, what = row.subscriber, row.data.get("type", CONFIRM)
    if subscriber is not None and subscriber.confirmed_at is None and what != CONFIRM:
        return "The subscriber wants nothing any more."
    return _why_not_asked(row)


def _why_not_asked(row: Notification) -> str:
    """When it puts a question that its person cannot answer any more."""
    if row.person is None or ASKS not in row.data:
        return ""
    loaded = "run__incident__environment", "run__command__step"
    rows = Approval.objects.filter(pk=row.data[ASKS], state=ApprovalState.WAITING)
    approval = rows.select_related(*loaded).first()
    if approval and _may_answer(approval, row.person):
        return ""
    return f"{row.person} has answered, or could not answer any more."


def _may_answer(approval: Approval, person: User) -> bool:
    return weigh(approval, also=person).waits_for(person.pk)
