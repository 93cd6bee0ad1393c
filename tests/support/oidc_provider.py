"""A real OpenID Connect provider in a process of its own, and people who sign in at it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from runbook.processes.ports import free_port
from tests.support.processes import PATIENCE, wait_until


class Provider:
    """What the provider knows about whom is set with `know`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def know(self, sub: str, **claims: object) -> None:
        httpx.put(f"{self.url}/users/{sub}", json=claims, timeout=PATIENCE).raise_for_status()

    def let_in(self, address: str, sub: str) -> str:
        """What a browser does at the address that we sent it to; where it is sent back to."""
        answer = httpx.post(address, data={"sub": sub}, timeout=PATIENCE)
        return answer.headers["Location"]

    def turn_away(self, address: str) -> str:
        answer = httpx.post(address, data={"action": "deny"}, timeout=PATIENCE)
        return answer.headers["Location"]


@contextmanager
def private_provider() -> Iterator[Provider]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)]
    quiet = os.environ | {"NO_COLOR": "1"}
    process = subprocess.Popen(command, env=quiet, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(url), "the OpenID Connect provider")
        yield Provider(url)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/.well-known/openid-configuration").is_success
    except httpx.TransportError:
        return False
