"""Where other systems post alerts: a token or a signature opens it, cookies are never looked at."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from incidents.actions.alert_messages import receive
from incidents.actions.alert_proof import Shown, who_posts
from incidents.health_states import AlertMessageState
from incidents.refusal import Refused

MOST_BYTES = 1024 * 1024
TOO_LONG = "A message may have 1 MiB."


@csrf_exempt
@login_not_required
def inbox(request: HttpRequest, source: str) -> HttpResponse:
    """202 with what became of it; 400 for what cannot be read, which is kept and shown; 401 for
    whoever cannot prove to be the source, of whom nothing is kept."""
    try:
        if request.method != "POST":
            raise Refused("This address takes POST only.", status=405)
        body = _body(request)
        known = who_posts(name=source, shown=_shown(request), body=body)
        found = receive(source=known, body=body)
    except Refused as refused:
        return _refusal(refused)
    counts = {"accepted": found.accepted, "unmatched": found.unmatched, "message": found.message.pk}
    if found.message.state == AlertMessageState.MALFORMED:
        return _said(counts | {"error": found.message.reason}, 400)
    return _said(counts, 202)


def _body(request: HttpRequest) -> bytes:
    """Whoever says nothing of its length, or too little, is not read further than that."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length[:12]) > MOST_BYTES:
        raise Refused(TOO_LONG, status=413)
    try:
        body = request.read(MOST_BYTES + 1)
    except UnreadablePostError as error:
        raise Refused("The message broke off.", status=400) from error
    if len(body) > MOST_BYTES:
        raise Refused(TOO_LONG, status=413)
    return body


def _shown(request: HttpRequest) -> Shown:
    """The name of the last is ours: Grafana takes any, and what it is to take stands in its
    setup."""
    return Shown(
        token=_token(request),
        pagerduty=request.headers.get("X-PagerDuty-Signature", ""),
        grafana=request.headers.get("X-Grafana-Alerting-Signature", ""),
        grafana_at=request.headers.get("X-Grafana-Alerting-Timestamp", ""),
    )


def _token(request: HttpRequest) -> str:
    """By `Authorization: Bearer`, as the password of basic authentication (whatever the name), or
    in X-Runbook-Token: each sender can do one of them."""
    kind, _, given = request.headers.get("Authorization", "").strip().partition(" ")
    if kind.lower() == "bearer":
        return given.strip()
    if kind.lower() == "basic":
        return _password(given.strip())
    return request.headers.get("X-Runbook-Token", "").strip()


def _password(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _refusal(refused: Refused) -> HttpResponse:
    """Cloud Monitoring sends its password only to who has asked for one."""
    response = _said({"error": refused.sentence}, refused.status)
    if refused.status == 401:
        response["WWW-Authenticate"] = 'Basic realm="Runbook alerts"'
    if refused.status == 429:
        response["Retry-After"] = "60"
    if refused.status == 405:
        response["Allow"] = "POST"
    return response


def _said(answer: Mapping[str, object], status: int) -> HttpResponse:
    response = JsonResponse(dict(answer), status=status)
    response["Cache-Control"] = "no-store"
    return response
