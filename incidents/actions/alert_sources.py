"""Systems that may post alerts: who they are, how they prove it, and whether they are heard."""

from __future__ import annotations

import re
import secrets

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from incidents import administration, clock, encryption, permissions
from incidents.encryption import Unreadable
from incidents.health_states import AlertKind
from incidents.models import AlertSource, Environment
from incidents.refusal import Refused
from runbook.alerts.kinds.pagerduty import is_signed

PREFIX = "rba_"
PURPOSE = "runbook alert sources"
MOST = 50
LONGEST_SECRET = 500
UNKNOWN = "This is not known here."
"""What strangers are told, whether or not there is such a source."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]|[a-z0-9]")
POSTING = [kind for kind in AlertKind if kind != AlertKind.MONITOR]


def create_source(
    *, actor: User, name: str, kind: str, environment_id: int | None = None
) -> tuple[AlertSource, str]:
    """The source and its token, which is shown this once and kept nowhere. PagerDuty signs instead:
    there is no token, and nothing is heard until `set_secret`."""
    if not _NAME.fullmatch(name):
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
            token_digest=_digest(token) if token else "",
            environment=_environment(environment_id),
            created_by=actor,
            created_at=clock.now(),
        )
        _record(actor, source, "alert_source.created", "added the alert source")
    return source, token


def rotate_token(*, actor: User, source_id: int) -> tuple[AlertSource, str]:
    """A new token; the old one opens nothing from now on."""
    token = _new_token()
    with transaction.atomic():
        administration.hold()
        source = _find(actor, source_id)
        if source.kind == AlertKind.PAGERDUTY:
            raise Refused("PagerDuty signs with its own secret. Write a new one instead.")
        AlertSource.objects.filter(pk=source.pk).update(token_digest=_digest(token))
        _record(actor, source, "alert_source.rotated", "made a new token for the alert source")
    return source, token


def set_secret(*, actor: User, source_id: int, secret: str) -> AlertSource:
    """What PagerDuty signs with, as it shows it once. It is sealed and never shown again."""
    secret = secret.strip()
    if not 8 <= len(secret) <= LONGEST_SECRET or not secret.isprintable():
        raise Refused("Write the signing secret that PagerDuty shows for the webhook.", status=422)
    with transaction.atomic():
        administration.hold()
        source = _find(actor, source_id)
        if source.kind != AlertKind.PAGERDUTY:
            raise Refused("This source proves itself by its token.")
        sealed = encryption.seal(secret, purpose=PURPOSE)
        AlertSource.objects.filter(pk=source.pk).update(sealed_secret=sealed)
        _record(actor, source, "alert_source.secret_set", "set the signing secret of")
    source.refresh_from_db()
    return source


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


def who_posts(*, name: str, token: str, signature: str, body: bytes) -> AlertSource:
    """The source that has proven itself. Refused with one and the same sentence for a source that
    does not exist, a wrong token and a wrong signature; what follows takes as long for each."""
    known = name if _NAME.fullmatch(name) else ""
    source = AlertSource.objects.select_related("environment").filter(name=known).first()
    if source is not None and source.kind == AlertKind.PAGERDUTY:
        proven = _has_signed(source, signature, body)
    else:
        proven = _has_token(source, token)
    if source is None or not proven:
        raise Refused(UNKNOWN, status=401)
    if not source.is_on:
        raise Refused("This source is switched off.", status=403)
    return source


def _has_token(source: AlertSource | None, token: str) -> bool:
    kept = source.token_digest if source and source.token_digest else "-" * 64
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    fits = [constant_time_compare(kept, _digest(token, key=str(key))) for key in keys]
    return any(fits)


def _has_signed(source: AlertSource, signature: str, body: bytes) -> bool:
    if not source.sealed_secret:
        return False
    try:
        secret = encryption.unseal(source.sealed_secret, purpose=PURPOSE)
    except Unreadable:
        return False
    return is_signed(body, header=signature, secret=secret)


def _new_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _digest(token: str, *, key: str | None = None) -> str:
    salt = "incidents.alert_sources"
    return salted_hmac(salt, token, secret=key, algorithm="sha256").hexdigest()


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
