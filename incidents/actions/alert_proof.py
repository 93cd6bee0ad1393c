"""How systems that post alerts prove who they are: by a token, or a signature over each message."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from incidents import clock, encryption
from incidents.encryption import Unreadable
from incidents.health_states import AlertKind
from incidents.models import AlertSource
from incidents.refusal import Refused
from runbook.alerts.kinds import grafana, pagerduty

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]|[a-z0-9]")
SIGNING = (AlertKind.PAGERDUTY, AlertKind.GRAFANA)
"""Kinds that can sign. PagerDuty always does, Grafana once its secret is written here."""

UNKNOWN = "This is not known here."
"""What strangers are told, whether or not there is such a source."""

TOO_OLD = (
    "The signature is right, but its time is more than 5 minutes from ours: it may be a copy."
    " Set the clocks of both machines right."
)
_PURPOSE = "runbook alert sources"


class Shown(NamedTuple):
    """What whoever posts shows, "" for what it does not: a token, and the headers of those that
    sign."""

    token: str = ""
    pagerduty: str = ""
    grafana: str = ""
    grafana_at: str = ""


def who_posts(*, name: str, shown: Shown, body: bytes) -> AlertSource:
    """The source that has proven itself. Refused with one and the same sentence for a source that
    does not exist, a wrong token and a wrong signature; what follows takes as long for each."""
    known = name if NAME.fullmatch(name) else ""
    source = AlertSource.objects.select_related("environment").filter(name=known).first()
    if source is not None and signs(source):
        proven = _has_signed(source, shown, body)
    else:
        proven = _has_token(source, shown.token)
    if source is None or not proven:
        raise Refused(UNKNOWN, status=401)
    if not source.is_on:
        raise Refused("This source is switched off.", status=403)
    return source


def signs(source: AlertSource) -> bool:
    """Else it has a token; never both count."""
    return source.kind == AlertKind.PAGERDUTY or source.sealed_secret != ""


def digest_of(token: str, *, key: str | None = None) -> str:
    """What is kept of a token."""
    salt = "incidents.alert_sources"
    return salted_hmac(salt, token, secret=key, algorithm="sha256").hexdigest()


def sealed(secret: str) -> str:
    """What is kept of a signing secret."""
    return encryption.seal(secret, purpose=_PURPOSE)


def _has_token(source: AlertSource | None, token: str) -> bool:
    kept = source.token_digest if source and source.token_digest else "-" * 64
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    fits = [constant_time_compare(kept, digest_of(token, key=str(key))) for key in keys]
    return any(fits)


def _has_signed(source: AlertSource, shown: Shown, body: bytes) -> bool:
    if not source.sealed_secret:
        return False
    try:
        secret = encryption.unseal(source.sealed_secret, purpose=_PURPOSE)
    except Unreadable:
        return False
    if source.kind == AlertKind.PAGERDUTY:
        return pagerduty.is_signed(body, header=shown.pagerduty, secret=secret)
    return _grafana_has_signed(body, shown, secret)


def _grafana_has_signed(body: bytes, shown: Shown, secret: str) -> bool:
    """Of a message with a time a copy is of no use for long."""
    at = shown.grafana_at
    if not grafana.is_signed(body, header=shown.grafana, at=at, secret=secret):
        return False
    if at and not grafana.is_fresh(at, clock.now()):
        raise Refused(TOO_OLD, status=401)
    return True
