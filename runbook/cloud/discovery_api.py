"""Calls of one discovery API: reads and changes, each answered with a JSON object or an error."""

from __future__ import annotations

from collections.abc import Callable

from runbook.cloud.answers import Call, bad_response
from runbook.cloud.calls import Calls
from runbook.cloud.connections import Connection, Transport, Untyped
from runbook.cloud.target import Target
from runbook.document.definition import Json


class DiscoveryApi:
    """One API and version. `permission` is what IAM wants for the call."""

    def __init__(self, target: Target, api: str, version: str) -> None:
        self.target = target
        self._api = api
        self._version = version
        self._connection = Connection(target)
        self._calls = Calls(target)

    def collection(self, *path: str, address: str = "") -> Untyped:
        """`address` is Google's own, where it is not the API's usual one."""
        return self._connection.collection(self._api, self._version, path, address)

    def read(self, request: Untyped, permission: str) -> dict[str, Json]:
        call = self._call(permission)

        def send(seconds: float) -> dict[str, Json]:
            with self._connection.kept_transport(seconds) as transport:
                return _answer(request, transport, call)

        return self._calls.read(send, permission=permission)

    def read_all(
        self,
        list_page: Callable[..., Untyped],
        field: str,
        permission: str,
        **arguments: str | int,
    ) -> list[Json]:
        """Every item of a list, page by page; `field` is where an answer holds its items."""
        found: list[Json] = []
        token: Json = None
        while True:
            answer = self.read(list_page(**arguments, pageToken=token), permission)
            page = answer.get(field)
            found.extend(page if isinstance(page, list) else [])
            token = answer.get("nextPageToken")
            if not token:
                return found

    def change(self, request: Untyped, permission: str) -> dict[str, Json]:
        call = self._call(permission, is_change=True)

        def send(seconds: float) -> dict[str, Json]:
            with self._connection.fresh_transport(seconds) as transport:
                return _answer(request, transport, call)

        return self._calls.change(send, permission=permission)

    def _call(self, permission: str, *, is_change: bool = False) -> Call:
        return Call(permission, is_change=is_change, seconds=self.target.read_timeout)


def _answer(request: Untyped, transport: Transport, call: Call) -> dict[str, Json]:
    """Discovery hands back the text of a page, and no error, for 200 with HTML or an empty body."""
    answer = request.execute(http=transport)
    if not isinstance(answer, dict):
        raise bad_response("a page instead of JSON" if answer else "an empty page", call)
    return answer
