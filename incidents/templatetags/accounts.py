"""What the pages of signing in and of one's own account need besides rows."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.template.context import RequestContext

from incidents import permissions, second_factor

register = template.Library()


@register.simple_tag
def sign_in_ways() -> dict[str, bool | str]:
    """Whether passwords count here, and what the provider of single sign-on is called."""
    provider = settings.OIDC_NAME if settings.OIDC_URL else ""
    return {"passwords": settings.LOCAL_PASSWORDS, "provider": provider}


@register.filter
def has_passkeys(options: dict[str, Any] | None) -> bool:  # Any: WebAuthn's own JSON
    """Whether the options of a passkey ceremony name any passkey of this person."""
    found = (options or {}).get("request_options", {}).get("publicKey", {})
    return bool(found.get("allowCredentials"))


@register.simple_tag(takes_context=True)
def address_for_passkeys(context: RequestContext) -> str:
    """Where passkeys work, when they do not here: browsers refuse them for a numeric address.

    Empty when they work, "none" when we know no better name.
    """
    request: HttpRequest = context["request"]
    host, _, port = request.get_host().rpartition(":")
    try:
        number = ip_address((host or port).strip("[]"))
    except ValueError:
        return ""
    if not number.is_loopback:
        return "none"
    return f"{request.scheme}://localhost:{port}{request.path}"


@register.inclusion_tag("account/_missing.html", takes_context=True)
def second_factor_bar(context: RequestContext) -> dict[str, bool]:
    """A bar for people who may approve in a protected environment and could not."""
    request: HttpRequest = context["request"]
    person = getattr(request, "user", None)
    if not isinstance(person, User):
        return {"is_missing": False}
    approves = permissions.environments_to_approve_in(person).filter(is_protected=True)
    return {"is_missing": approves.exists() and not second_factor.is_enrolled(person)}


@register.inclusion_tag("account/_no_role.html", takes_context=True)
def no_role_bar(context: RequestContext) -> dict[str, bool | str]:
    """For who has an account and nothing to see yet: whom to ask."""
    person = context["request"].user
    if not isinstance(person, User) or person.is_superuser:
        return {"is_lost": False}
    if permissions.memberships_of(person).exists():
        return {"is_lost": False}
    helpers = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")[:3]
    names = [helper.get_full_name() or helper.get_username() for helper in helpers]
    return {"is_lost": True, "whom": " or ".join(names) or "an administrator"}
