"""Who may take an incident along, and how it arrives."""

import io
import zipfile
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from incidents.models import Incident, TimelineEntry
from tests.incidents.views.conftest import SignIn


def address(incident: Incident) -> str:
    return reverse("export", kwargs={"number": incident.number})


def body(response: StreamingHttpResponse) -> bytes:
    async def collect() -> bytes:
        return b"".join([part async for part in response.streaming_content])

    found = async_to_sync(collect)()
    request_finished.disconnect(close_old_connections)  # the test's own is still needed
    try:
        response.close()
    finally:
        request_finished.connect(close_old_connections)
    return found


def test_everybody_with_a_role_there_gets_the_bundle(
    busy_incident: Incident, leader: User, sign_in: SignIn
) -> None:
    response = sign_in(leader).get(address(busy_incident))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    name = f'attachment; filename="{busy_incident.name.lower()}.zip"'
    assert response["Content-Disposition"] == name
    assert response["Cache-Control"] == "private, no-store"
    content = body(response)
    assert int(response["Content-Length"]) == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.read("document.md") == bytes(busy_incident.revision.source)


def test_export_changes_nothing(busy_incident: Incident, leader: User, sign_in: SignIn) -> None:
    before = TimelineEntry.objects.count()
    body(sign_in(leader).get(address(busy_incident)))
    assert TimelineEntry.objects.count() == before
    assert sign_in(leader).post(address(busy_incident)).status_code == 405


def test_outsiders_learn_nothing(incident: Incident, outsider: User, sign_in: SignIn) -> None:
    assert sign_in(outsider).get(address(incident)).status_code == 404
    assert Client().get(address(incident)).status_code == 302


def test_command_writes_the_same(busy_incident: Incident, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    call_command("export", busy_incident.name, str(file), stdout=io.StringIO())
    with zipfile.ZipFile(file) as archive:
        assert "manifest.json" in archive.namelist()
    with pytest.raises(CommandError, match="cannot be written: File exists"):
        call_command("export", busy_incident.name, str(file))
    with pytest.raises(CommandError, match="There is no incident INC-0"):
        call_command("export", "INC-0", str(file))
