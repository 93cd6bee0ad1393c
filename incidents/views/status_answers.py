"""What answers for strangers have in common: shared caches may keep them for a moment, and pages of
other sites may read the JSON and the feed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

KEPT = "public, max-age=1, stale-while-revalidate=10, stale-if-error=86400"


def shared(response: HttpResponse) -> HttpResponse:
    """The same for everybody who has not signed in. A page that asks for sign-in is nobody's."""
    if settings.STATUS_PAGE_IS_PUBLIC:
        response["Cache-Control"] = KEPT
    return response


def for_anybody(response: HttpResponse) -> HttpResponse:
    """Also readable for scripts of other sites, which send no cookie along."""
    if settings.STATUS_PAGE_IS_PUBLIC:
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return shared(response)
