"""Systems that may post alerts: who they are, by what they prove it, and whether they are heard."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.db import transaction

from incidents import administration, clock, permissions
from incidents.actions.alert_proof import NAME, SIGNING, digest_of, sealed
from incidents.health_states import AlertKind
from incidents.models import AlertSource, Environment
from incidents.refusal import Refused

PREFIX = "rba_"
MOST = 50
LEAST_SECRET, LEAST_CHOSEN, LONGEST_SECRET = 8, 16, 500
"""PagerDuty makes its secret up, that of a contact point people choose."""

POSTING = [kind for kind in AlertKind if kind != AlertKind.MONITOR]


def create_source(
    *, actor: User, name: str, kind: str, environment_id: int | None = None
) -> tuple[AlertSource, str]:
    """The source and its token, which is shown this once and kept nowhere. PagerDuty signs instead:
    there is no token, and nothing is heard until `set_secret`."""
    if not NAME.fullmatch(name):
        raise Refused(
            "A source's name has up to 60 small letters, digits and hyphens, such as"
            " prometheus-eu.",
            status=422,
        )
    if kind not in POSTING:
        raise Refused("Choose Alertmanager, Google, Grafana or PagerDuty.", status=422)
    token = "" if kind == AlertKind.PAGERDUTY else _new_token()
    with transaction.atomic():
        administration.hold()
        _require_may(actor)
        if AlertSource.objects.filter(name=name).exists():
            raise Refused(f"There is a source {name} already. Choose another name.")
        if AlertSource.objects.count() >= MOST:
            raise Refused(f"There are {MOST} sources already. Remove one that is not used.")
        source = AlertSource.objects.create(
            name=name,
            kind=kind,
            token_digest=digest_of(token) if token else "",
            environment=_environment(environment_id),
            created_by=actor,
            created_at=clock.now(),
        )
        _record(actor, source, "alert_source.created", "added the alert source")
    return source, token


def rotate_token(*, actor: User, source_id: int) -> tuple[AlertSource, str]:
    """A new token; the old one opens nothing from now on, nor does a signature."""
    token = _new_token()
    with transaction.atomic():
        administration.hold()
        source = _find(actor, source_id)
        if source.kind == AlertKind.PAGERDUTY:
            raise Refused("PagerDuty signs with its own secret. Write a new one instead.")
        own = AlertSource.objects.filter(pk=source.pk)
        own.update(token_digest=digest_of(token), sealed_secret="")
        _record(actor, source, "alert_source.rotated", "made a new token for the alert source")
    return source, token


def set_secret(*, actor: User, source_id: int, secret: str) -> AlertSource:
    """What it signs with: PagerDuty as it shows it once, Grafana as its contact point has it, whose
    token opens nothing from now on. It is sealed and never shown again."""
    secret = secret.strip()
    with transaction.atomic():
        administration.hold()
        source = _find(actor, source_id)
        if source.kind not in SIGNING:
            raise Refused("This source proves itself by its token.")
        _require_secret(source, secret)
        own = AlertSource.objects.filter(pk=source.pk)
        own.update(sealed_secret=sealed(secret), token_digest="")
        _record(actor, source, "alert_source.secret_set", "set the signing secret of")
    source.refresh_from_db()
    return source


def _require_secret(source: AlertSource, secret: str) -> None:
    is_chosen = source.kind == AlertKind.GRAFANA
    least = LEAST_CHOSEN if is_chosen else LEAST_SECRET
    if least <= len(secret) <= LONGEST_SECRET and secret.isprintable():
        return
    if is_chosen:
        words = f"Choose a secret of at least {least} characters and give it to the contact point."
    else:
        words = "Write the signing secret that PagerDuty shows for the webhook."
    raise Refused(words, status=422)


def change_source(
    *, actor: User, source_id: int, is_on: bool, environment_id: int | None
) -> AlertSource:
    """One that is off is refused at the door; its alerts stay as they are."""
    with transaction.atomic():
        administration.hold()
        source = _find(actor, source_id)
        before = _facts(source)
        source.is_on, source.environment = is_on, _environment(environment_id)
        source.save(update_fields=["is_on", "environment"])
        if _facts(source) != before:
            _record(actor, source, "alert_source.changed", "changed the alert source", before)
    return source


def remove_source(*, actor: User, source_id: int) -> None:
    """With its messages and the rules that are about it alone; its alerts stay."""
    with transaction.atomic():
        administration.hold()
        source = _find(actor, source_id)
        _record(actor, source, "alert_source.removed", "removed the alert source")
        source.delete()


def _new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _environment(environment_id: int | None) -> Environment | None:
    if environment_id is None:
        return None
    found = Environment.objects.filter(pk=environment_id).first()
    if found is None:
        raise Refused("That environment does not exist any more.", status=404)
    return found


def _find(actor: User, source_id: int) -> AlertSource:
    _require_may(actor)
    found = AlertSource.objects.select_related("environment").filter(pk=source_id).first()
    if found is None:
        raise Refused("That source does not exist any more.", status=404)
    return found


def _require_may(actor: User) -> None:
    permissions.require_superuser(person=actor, what="change where alerts come from")


def _facts(source: AlertSource) -> dict[str, object]:
    environment = source.environment.name if source.environment else ""
    return {"kind": source.kind, "is_on": source.is_on, "environment": environment}


def _record(
    actor: User, source: AlertSource, kind: str, did: str, before: dict[str, object] | None = None
) -> None:
    """Never the token, nor the secret."""
    administration.record(
        actor=actor,
        kind=kind,
        text=f"{did} {source} ({source.get_kind_display()})",
        data={"source": source.name, "before": before, "after": _facts(source)},
    )
