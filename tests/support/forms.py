"""Signs in as a browser does, without one: for tests that are about something else."""

from __future__ import annotations

import re

import httpx

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def token_on(client: httpx.Client, path: str) -> str:
    """The token of a page's forms."""
    return TOKEN.findall(client.get(path).text)[0]


def post(client: httpx.Client, path: str, token: str, **fields: str) -> httpx.Response:
    """Sends a form from the page that had the token."""
    fields = {"csrfmiddlewaretoken": token, **fields}
    return client.post(path, data=fields, headers={"Referer": str(client.base_url)})


def sign_in(client: httpx.Client, username: str, password: str) -> None:
    token = token_on(client, "/sign-in/")
    answer = post(client, "/sign-in/", token, login=username, password=password)
    assert answer.status_code == 302, answer.text
