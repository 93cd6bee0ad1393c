"""A person's own account: second factors, password, sessions; and proving again who one is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as accounts
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from incidents import clock, second_factor, single_sign_on
from incidents.actions.tokens import revoke_own_tokens
from incidents.queries.tokens import working_tokens
from incidents.refusal import Refused
from incidents.sign_in import sessions
from incidents.views.requests import PageRequest, PublicRequest

View = Callable[..., HttpResponseBase]


@require_GET
def account(request: PageRequest) -> HttpResponse:
    """What protects the account, and where it is signed in."""
    found = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at"))
    codes = _first(found, Authenticator.Type.RECOVERY_CODES)
    context = {
        "app": _first(found, Authenticator.Type.TOTP),
        "passkeys": [row for row in found if row.type == Authenticator.Type.WEBAUTHN],
        "has_codes": codes is not None,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "provider": settings.OIDC_NAME if settings.OIDC_URL else "",
        "is_connected": SocialAccount.objects.filter(user_id=request.user.pk).exists(),
        "has_password": request.user.has_usable_password(),
        "sessions": sessions.list_sessions(request, request.user),
    }
    return render(request, "account/account.html", context)


@require_http_methods(["GET", "POST"])
def change_password(request: PageRequest) -> HttpResponseBase:
    """Ends every other session: Django ties a session to the password it began with."""
    if not request.user.has_usable_password():
        raise Refused(
            "You sign in through your organisation and have no password here. Change it there.",
            status=409,
        )
    answer: HttpResponseBase = _change_password(request)
    return answer


@require_POST
def end_session(request: PageRequest, session_id: int) -> HttpResponse:
    if not sessions.end(request, request.user, session_id):
        raise Refused("That session has ended already.", status=404)
    return redirect("account")


@require_POST
def end_other_sessions(request: PageRequest) -> HttpResponse:
    sessions.end_others(request, request.user)
    return redirect("account")


def recently_signed_in(view: View) -> View:
    """For who has neither password nor second factor here and so cannot be asked again: who found
    their browser open must not be able to set up a second factor in their name."""

    @wraps(view)
    def guarded(
        request: PageRequest,
        *arguments: Any,  # Any: whatever the address holds  # noqa: ANN401
        **named: Any,  # Any: whatever the address holds  # noqa: ANN401
    ) -> HttpResponseBase:
        can_be_asked = get_adapter().get_reauthentication_methods(request.user)
        if not can_be_asked and not second_factor.is_fresh(second_factor.signed_in_at(request)):
            raise Refused(
                f"For this you must have signed in within the last {settings.SECOND_FACTOR_MINUTES}"
                " minutes. Sign out, sign in again and come back here.",
                status=403,
            )
        return view(request, *arguments, **named)

    return guarded


@require_GET
def prove(request: PageRequest) -> HttpResponse:
    """To the page that asks for the best second factor that the person has, and then to `next`."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    address = wanted if is_ours and wanted.startswith("/") else reverse("now")
    if not second_factor.is_enrolled(request.user):
        return redirect("account")
    methods = get_adapter().get_reauthentication_methods(request.user)
    return redirect(f"{methods[0]['url']}?{urlencode({'next': address})}")


@login_not_required
@require_POST
def to_provider(request: PublicRequest) -> HttpResponse:
    """A page that leads on, not a redirect: `form-action` of our policy covers those as well, and
    the provider may send the browser to any number of hosts."""
    if not settings.OIDC_URL:
        raise Refused("There is no single sign-on here. Sign in with a password.", status=404)
    address = single_sign_on.address_of_provider(request, next_page=request.POST.get("next", ""))
    return render(request, "account/to_provider.html", {"address": address})


@require_POST
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]  # of allauth
def connect(request: PageRequest) -> HttpResponse:
    """Lets the provider sign the person in to this account from now on."""
    address = single_sign_on.address_of_provider(
        request, next_page=reverse("account"), process="connect"
    )
    return render(request, "account/to_provider.html", {"address": address})


@require_POST
@reauthentication_required(app="allauth.mfa")  # type: ignore[untyped-decorator]  # of allauth
def disconnect(request: PageRequest) -> HttpResponse:
    single_sign_on.disconnect(request, request.user)
    return redirect("account")


class ProveByPasskey(passkeys.ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Says on the page itself that a passkey did not work."""

    def form_invalid(self, form: Form) -> HttpResponse:
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return answer


class ChangePassword(accounts.PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """Names the API tokens that work, and revokes them too unless the person leaves them."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:  # Any: Django's  # noqa: ANN401
        tokens = list(working_tokens(self.request.user, clock.now()))
        return {**super().get_context_data(**named), "tokens": tokens}

    def form_valid(self, form: Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        if self.request.POST.get("revoke_tokens"):
            revoke_own_tokens(actor=self.request.user)
        sessions.tell_pages()
        return answer


_change_password = ChangePassword.as_view()
prove_by_passkey = ProveByPasskey.as_view()


def _first(found: list[Authenticator], kind: str) -> Authenticator | None:
    return next((row for row in found if row.type == kind), None)
