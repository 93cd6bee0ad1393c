"""Deciding about changes that others asked for, outside of protected environments, and taking back
what one asked for, in any."""

from __future__ import annotations

from incidents.actions import approve as decide
from incidents.api import shapes
from incidents.api.endpoint import Call, Json
from incidents.api.reading import find_approval
from incidents.forms import ApproveForm, ReasonForm
from incidents.refusal import Refused
from incidents.views.typed import typed


def approve(call: Call, approval_id: int) -> Json:
    """Of exactly the plan whose digest is sent."""
    _require_unprotected(call, approval_id)
    words = typed(ApproveForm(call.body))
    decide.approve(actor=call.person, approval_id=approval_id, **words)
    return shapes.approval(find_approval(call, approval_id))


def reject(call: Call, approval_id: int) -> Json:
    _require_unprotected(call, approval_id)
    reason = typed(ReasonForm(call.body))["reason"]
    decide.reject(actor=call.person, approval_id=approval_id, reason=reason)
    return shapes.approval(find_approval(call, approval_id))


def withdraw(call: Call, approval_id: int) -> Json:
    """By who asked: it needs no second factor anywhere, because nothing happens by it."""
    find_approval(call, approval_id)
    decide.withdraw(actor=call.person, approval_id=approval_id)
    return shapes.approval(find_approval(call, approval_id))


def _require_unprotected(call: Call, approval_id: int) -> None:
    environment = find_approval(call, approval_id).run.incident.environment
    if environment.is_protected:
        raise Refused(
            f"{environment} is protected: decisions there need a second factor, which a token has"
            " not. Decide on the page.",
            status=403,
        )
