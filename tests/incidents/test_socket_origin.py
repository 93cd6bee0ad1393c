"""A page of somebody else's site cannot open our sockets with a visitor's cookies."""

from importlib import import_module
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.test import Client

from incidents.models import Incident
from tests.incidents.views.conftest import static_folder

__all__ = ["static_folder"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("static_folder")]


async def answer(path: str, cookie: str, *origin: str) -> dict[str, Any]:
    """What the served application says to a browser that wants to connect."""
    headers = [(b"host", b"localhost"), (b"cookie", f"sessionid={cookie}".encode())]
    headers += [(b"origin", place.encode()) for place in origin]
    scope = {"type": "websocket", "path": path, "headers": headers, "subprotocols": []}
    communicator = ApplicationCommunicator(import_module("runbook.asgi").application, scope)
    await communicator.send_input({"type": "websocket.connect"})
    found = dict(await communicator.receive_output(timeout=30))
    await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
    await communicator.wait(timeout=30)
    return found


@pytest.fixture
def cookie(commander: User) -> str:
    client = Client()
    client.force_login(commander)
    return str(client.cookies["sessionid"].value)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", ""])
async def test_other_origins_are_turned_away(incident: Incident, cookie: str, origin: str) -> None:
    found = await answer(f"/live/incidents/INC-{incident.number}/", cookie, origin)
    assert found["type"] == "websocket.close"


async def test_no_origin_at_all_is_turned_away(incident: Incident, cookie: str) -> None:
    found = await answer(f"/live/incidents/INC-{incident.number}/", cookie)
    assert found["type"] == "websocket.close"


async def test_our_own_pages_come_in(incident: Incident, cookie: str) -> None:
    found = await answer(f"/live/incidents/INC-{incident.number}/", cookie, "http://localhost")
    assert found["type"] == "websocket.accept"
