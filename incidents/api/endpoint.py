"""The frame around every call: a token and nothing else opens it, answers and refusals are JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.csrf import csrf_exempt

from incidents import clock
from incidents.actions.tokens import PREFIX, use_token
from incidents.addresses import client_address
from incidents.models import ApiToken
from incidents.refusal import Refused
from incidents.states import Scope

WRONG_TOKENS = 20
"""So many wrong tokens a minute are told what is wrong with them, of one address. A right one is
heard all the same: one broken program must not silence the others behind the same address."""

Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks and for what: `body` is the JSON object that was sent, {} for none."""

    person: User
    query: QueryDict
    body: Json


Answer = Callable[..., Json]


def get(answer: Answer) -> Callable[..., HttpResponse]:
    return _endpoint(answer, method="GET", scope=Scope.READ)


def post(answer: Answer, scope: Scope) -> Callable[..., HttpResponse]:
    return _endpoint(answer, method="POST", scope=scope)


def _endpoint(answer: Answer, *, method: str, scope: Scope) -> Callable[..., HttpResponse]:
    """Cookies are never looked at, so there is nothing that a foreign page could ride on."""

    @csrf_exempt
    @login_not_required
    @wraps(answer)
    def view(request: HttpRequest, **keys: int) -> HttpResponse:
        try:
            if request.method != method:
                raise Refused(f"This address answers {method} only.", status=405)
            token = _token(request)
            _require_scope(token, scope)
            call = Call(person=token.person, query=request.GET, body=_body(request))
            return _said(answer(call, **keys))
        except Refused as refused:
            return _refusal(refused.sentence, refused.status)
        except Http404:
            return _refusal("There is nothing here that you may see.", 404)

    return view


@csrf_exempt
@login_not_required
def nothing(request: HttpRequest, **_keys: str) -> HttpResponse:  # noqa: ARG001  (Django's)
    return _refusal("The API has no such address. docs/api.md lists them.", 404)


def _token(request: HttpRequest) -> ApiToken:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not secret.startswith(PREFIX):
        raise Refused(
            "Send a token: Authorization: Bearer rb_… You make one in your account.", status=401
        )
    try:
        return use_token(secret)
    except Refused:
        if _count_wrong(client_address(request)) > WRONG_TOKENS:
            raise Refused(
                "Too many wrong tokens from your address. Wait a minute.", status=429
            ) from None
        raise


def _require_scope(token: ApiToken, scope: Scope) -> None:
    if scope not in token.scopes:
        may = " and ".join(token.scopes)
        raise Refused(f"This token may {may}; this needs one that may {scope}.", status=403)


def _body(request: HttpRequest) -> Json:
    try:
        body = json.loads(request.body or b"{}")
        json.dumps(body, ensure_ascii=False).encode()  # ValueError for half a character
    except RequestDataTooBig as error:
        raise Refused("That is too much at once.", status=413) from error
    except (ValueError, RecursionError) as error:
        raise Refused("The body is not JSON.", status=400) from error
    if not isinstance(body, dict):
        raise Refused("The body is not a JSON object.", status=400)
    return body


def _said(answer: Json) -> HttpResponse:
    return _uncached(JsonResponse(answer))


def _refusal(sentence: str, status: int) -> HttpResponse:
    response = _uncached(JsonResponse({"error": sentence}, status=status))
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _count_wrong(address: str) -> int:
    """How many there were this minute. Kept in the database, so the same for every process."""
    minute = int(clock.now().timestamp() // 60)
    place = f"wrong-tokens-{address}-{minute}"
    count = int(cache.get(place, 0)) + 1
    cache.set(place, count, timeout=120)
    return count
