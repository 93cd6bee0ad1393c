"""An incident as a file that proves itself, for everybody who may see it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from typing import IO

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_GET

from incidents import clock
from incidents.queries.proof.bundle import write_bundle
from incidents.views.requests import PageRequest, find_incident

PART = 256 * 1024


class Parts:
    """A temporary file in pieces; whoever waits for the next one blocks nobody else."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while part := await asyncio.to_thread(self._file.read, PART):
            yield part

    def close(self) -> None:
        self._file.close()


@require_GET
def export(request: PageRequest, number: int) -> StreamingHttpResponse:
    """Written to a temporary file first, so that a fault is an error page and not half a bundle."""
    incident = find_incident(request.user, number=number)
    file = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the response)
    write_bundle(incident.number, file, at=clock.now())
    size = file.tell()
    file.seek(0)
    response = StreamingHttpResponse(Parts(file), content_type="application/zip")
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{incident.name.lower()}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response
