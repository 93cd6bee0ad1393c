"""The people, the groups and the environment that a first start comes with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction

from incidents import administration, clock
from incidents.actions.first_rule import add_first_rule
from incidents.models import Environment, Membership, Monitor
from incidents.states import Role

WATCHED_EVERY = 60
HOSTS = ("staging.netrasystems.ai", "api-staging.netrasystems.ai")

MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    first_name: str
    last_name: str
    roles: tuple[Role, ...]
    about: str
    groups: tuple[str, ...] = ()
    is_superuser: bool = False


PEOPLE = {
    "commander": DemoPerson(
        "Chiara",
        "Moretti",
        (Role.COMMANDER, Role.RESPONDER),
        "runs the incident",
        groups=("development", "platform"),
    ),
    "engineer": DemoPerson(
        "Emeka",
        "Obi",
        (Role.APPROVER, Role.RESPONDER),
        "runs and approves commands",
        groups=("infrastructure", "infrastructure-lead"),
    ),
    "leader": DemoPerson(
        "Lena",
        "Fischer",
        (Role.VIEWER,),
        "reads the status page",
        groups=("engineering-leadership", "vp-engineering", "product"),
    ),
    "administrator": DemoPerson(
        "Ines",
        "Duarte",
        (Role.ADMINISTRATOR,),
        "looks after environments, groups and people",
        is_superuser=True,
    ),
}


def create_environment(endpoint: str) -> Environment:
    """`staging`, pointing at the simulator's present address."""
    environment, _ = Environment.objects.update_or_create(
        name="staging",
        defaults={
            "project": "netra-staging",
            "region": "us-central1",
            "endpoint": endpoint,
            "scenario": "issue-1278",
            "allowed_hosts": list(HOSTS),
            "routes": dict.fromkeys(HOSTS, endpoint),
        },
    )
    return environment


def watch(environment: Environment) -> None:
    """Checked each minute from now on, unless somebody has set its monitor already."""
    with transaction.atomic():
        administration.hold()
        _, is_new = Monitor.objects.get_or_create(
            environment=environment,
            defaults={"is_on": True, "every": WATCHED_EVERY, "next_at": clock.now()},
        )
        if is_new:
            add_first_rule(actor=None, environment=environment)


def create_account_of_rules(environment: Environment) -> None:
    """The account in whose name rules about alerts act: nobody signs in with it, and it approves
    nothing, so that four eyes see what a rule asks for."""
    with transaction.atomic():
        user, is_new = User.objects.get_or_create(
            username=MONITOR, defaults={"first_name": "Runbook", "last_name": "monitor"}
        )
        if not is_new:
            return
        user.set_unusable_password()
        user.save(update_fields=["password"])
        for role in (Role.COMMANDER, Role.RESPONDER):
            Membership.objects.create(person=user, environment=environment, role=role)


def create_people(environment: Environment) -> dict[str, str]:
    """Passwords by user name, of those who were not there yet."""
    made: dict[str, str] = {}
    for username, person in PEOPLE.items():
        if User.objects.filter(username=username).exists():
            continue
        made[username] = secrets.token_urlsafe(9)
        with transaction.atomic():
            user = User.objects.create_user(
                username,
                password=made[username],
                first_name=person.first_name,
                last_name=person.last_name,
                is_superuser=person.is_superuser,
                is_staff=person.is_superuser,
            )
            user.groups.add(*(Group.objects.get_or_create(name=g)[0] for g in person.groups))
            Membership.objects.bulk_create(
                Membership(person=user, environment=environment, role=role) for role in person.roles
            )
    return made
