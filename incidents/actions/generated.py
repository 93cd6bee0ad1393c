"""Runbooks that are written by the application and declared at once."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from incidents.actions.declare import declare
from incidents.actions.library import add_revision
from incidents.models import Environment, Incident, Revision
from incidents.permissions import COMMANDING, roles_in
from incidents.refusal import Refused


def declare_generated(
    *,
    actor: User,
    environment: Environment,
    slug: str,
    markdown: str,
    severity: str,
    title: str,
) -> Incident:
    """An incident of a new revision of `slug`, which holds `markdown`. Saves nothing when it may
    not be declared."""
    with transaction.atomic():
        revision = generated_revision(
            actor=actor, environment=environment, slug=slug, markdown=markdown
        )
        return declare(
            actor=actor,
            revision=revision,
            environment=environment,
            severity=severity,
            title=title,
            parameters={},
        )


def generated_revision(
    *, actor: User, environment: Environment, slug: str, markdown: str
) -> Revision:
    """The newest revision of `slug`, which holds `markdown`. Who asks for the same holds until the
    transaction around it ends, and then gets the same."""
    if not COMMANDING & roles_in(person=actor, environment=environment):
        raise Refused(
            f"You may not declare incidents in {environment}. Ask someone who is commander there.",
            status=403,
        )
    source = markdown.encode()
    return add_revision(slug=slug, source=source, is_shipped=False, actor=actor)[0]
