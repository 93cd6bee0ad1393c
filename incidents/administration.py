"""The one place that writes what administrators did: environments, roles, people, tokens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from incidents import clock, ledger, source
from incidents.models import AdministrationEntry, Environment, LedgerHead
from incidents.redacting import redactor_with

LEDGER = ledger.ADMINISTRATION


def hold() -> LedgerHead:
    """Lock the ledger's end, inside the caller's transaction: administrators act one after another.

    First of all in an action that reads who is left before it takes something away.
    """
    LedgerHead.objects.get_or_create(name=LEDGER)
    return LedgerHead.objects.select_for_update().get(name=LEDGER)


def record(
    *,
    actor: User | None,
    kind: str,
    text: str,
    environment: Environment | None = None,
    data: dict[str, Any] | None = None,  # Any: JSON whose shape belongs to `kind`
) -> AdministrationEntry:
    """Write one entry inside the caller's transaction; two writers wait for each other. Secrets
    that were typed by mistake are taken out first."""
    head = hold()
    named = {"environment": environment.name} if environment else {}
    redactor = redactor_with({}, environment.redact if environment else [])
    told = ledger.plain(named | (data or {}))
    now = clock.now()
    facts = ledger.facts_of(
        ledger=LEDGER,
        number=head.count + 1,
        at=now,
        actor=actor.get_username() if actor else "",
        source=source.current(),
        kind=kind,
        text=redactor.text(text),
        data={name: redactor.json(value) for name, value in told.items()},
    )
    link = ledger.link(facts, after=head.head)
    moved = LedgerHead.objects.filter(pk=head.pk, count=head.count).update(
        count=link.number, head=link.digest, seal=link.head_seal
    )
    if not moved:
        raise ledger.NotHeld("the administration ledger got another entry meanwhile")
    return AdministrationEntry.objects.create(
        at=now, actor=actor, environment=environment, **link.columns
    )
