"""Making environments and changing what they are."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, permissions
from incidents.actions.environment_rules import faults_of
from incidents.actions.voiding import void_where_authority_fell
from incidents.models import Environment, Membership
from incidents.refusal import Refused
from incidents.states import Role

CHANGEABLE = (
    "project",
    "region",
    "endpoint",
    "scenario",
    "allowed_hosts",
    "allowed_networks",
    "routes",
    "is_protected",
    "credentials",
    "service_account",
    "credentials_file",
    "changes_policy",
    "destroys_policy",
    "approval_expires",
    "excludes_runners",
    "redact",
)
"""Everything but the name, under which approvals and entries know it."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,58}[a-z0-9]")

Values = Mapping[str, Any]  # Any: column values


def create_environment(*, actor: User, name: str, project: str, region: str) -> Environment:
    """Its administrator is who makes it, until that role is given on."""
    with transaction.atomic():
        administration.hold()
        permissions.require_superuser(person=actor, what="make environments")
        if not _NAME.fullmatch(name) or name == "add":
            raise Refused(
                "A name has small letters, digits and hyphens: production-eu.", status=422
            )
        if Environment.objects.filter(name=name).exists():
            raise Refused(f"There is an environment {name} already.")
        environment = Environment(name=name, project=project, region=region)
        _require_sound(environment)
        environment.save()
        Membership.objects.create(person=actor, environment=environment, role=Role.ADMINISTRATOR)
        administration.record(
            actor=actor,
            kind="environment.created",
            text=f"made the environment {name}",
            environment=environment,
            data={"after": values_of(environment), "administrator": actor.get_username()},
        )
    return environment


def change_environment(
    *, actor: User, environment_id: int, values: Values, seen: str
) -> Environment:
    """Write those of `CHANGEABLE` that `values` names. `seen` is the `digest_of` what the person
    was looking at: nobody writes over what somebody else has just changed. Approvals that no longer
    fit are void."""
    with transaction.atomic():
        administration.hold()
        environment = Environment.objects.filter(pk=environment_id).first()
        if environment is None:
            raise Refused("That environment does not exist.", status=404)
        permissions.require_administrator(
            person=actor, environment=environment, what="change the settings of"
        )
        if digest_of(environment) != seen:
            raise Refused("Somebody has changed this meanwhile. Load the page again, then yours.")
        before = values_of(environment)
        changed = {name: values[name] for name in values if values[name] != before[name]}
        for name, value in changed.items():
            setattr(environment, name, value)
        _require_sound(environment)
        if changed:
            environment.save(update_fields=sorted(changed))
            _record(actor, environment, before, changed)
    if changed:
        void_where_authority_fell(environment_id=environment.pk, actor=actor)
    return environment


def values_of(environment: Environment) -> dict[str, Any]:  # Any: column values
    return {name: getattr(environment, name) for name in CHANGEABLE}


def digest_of(environment: Environment) -> str:
    """Tells whether two readings of an environment are the same."""
    text = json.dumps(values_of(environment), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _record(actor: User, environment: Environment, before: Values, changed: Values) -> None:
    words = ", ".join(name.replace("_", " ") for name in sorted(changed))
    administration.record(
        actor=actor,
        kind="environment.changed",
        text=f"changed {words} of {environment}",
        environment=environment,
        data={"before": {name: before[name] for name in changed}, "after": dict(changed)},
    )


def _require_sound(environment: Environment) -> None:
    faults = faults_of(environment)
    if faults:
        raise Refused(" ".join(faults), status=422)
