"""Addresses of signing in and of a person's own account. Those named with an underscore carry the
names by which allauth finds its own pages; what is not listed here, such as sign-up, is not there.
"""

from __future__ import annotations

from allauth.account import views as accounts
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount.providers.openid_connect import views as provider
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.decorators.cache import never_cache

from incidents import row_numbers  # noqa: F401  (makes <row:…> known)
from incidents.views import account

sign_in = [
    path("sign-in/", accounts.login, name="sign-in"),
    path("sign-in/", accounts.login, name="account_login"),
    path("sign-in/second-factor/", factors.authenticate, name="mfa_authenticate"),
    path("sign-in/no-longer/", accounts.account_inactive, name="account_inactive"),
    path("sign-in/organisation/", account.to_provider, name="single-sign-on"),
    path("sign-in/<slug:provider_id>/back/", provider.callback, name="openid_connect_callback"),
    path("sign-in/", accounts.login, name="socialaccount_login_cancelled"),
    path("sign-out/", login_not_required(LogoutView.as_view()), name="sign-out"),
]

own = [
    path("account/", account.account, name="account"),
    path("account/", account.account, name="mfa_index"),
    path("account/", account.account, name="mfa_list_webauthn"),
    path("account/password/", account.change_password, name="account_change_password"),
    path("account/connect/", account.connect, name="connect"),
    path("account/disconnect/", account.disconnect, name="disconnect"),
    path("account/sessions/end/", account.end_other_sessions, name="end-other-sessions"),
    path("account/sessions/<row:session_id>/end/", account.end_session, name="end-session"),
]

proof = [
    path("account/prove/", account.prove, name="prove"),
    path("account/prove/password/", accounts.reauthenticate, name="account_reauthenticate"),
    path("account/prove/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/prove/passkey/", account.prove_by_passkey, name="mfa_reauthenticate_webauthn"),
]

second_factors = [
    path("account/app/add/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("account/passkeys/<row:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path(
        "account/recovery-codes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/recovery-codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]

for pattern in second_factors:
    pattern.callback = account.recently_signed_in(pattern.callback)
for pattern in second_factors + proof:
    pattern.callback = never_cache(pattern.callback)  # secrets must not come back with "Back"

urlpatterns = sign_in + own + proof + second_factors
