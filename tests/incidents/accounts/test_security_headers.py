"""What every answer tells the browser to refuse, and that secrets do not stay in its memory."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.incidents.accounts.conftest import SignIn, set_up_app

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize("path", ["/sign-in/", "/account/", "/", "/nothing/", "/admin/"])
def test_every_answer_carries_the_headers(path: str, sign_in: SignIn) -> None:
    headers = sign_in().get(path).headers

    assert {name: headers.get(name, "")[: len(text)] for name, text in EXPECTED.items()} == EXPECTED


def test_pages_with_secrets_are_not_kept_by_the_browser(sign_in: SignIn) -> None:
    client = sign_in()
    set_up_app(client)

    for path in ("/account/recovery-codes/", "/account/passkeys/add/", "/account/prove/code/"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(sign_in: SignIn) -> None:
    cookie = sign_in().cookies["sessionid"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_sign_in_page_is_not_kept(db: None) -> None:
    assert "no-store" in Client().get("/sign-in/").headers["Cache-Control"]
