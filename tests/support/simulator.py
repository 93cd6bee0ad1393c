"""The simulator's control interface, as tests use it."""

from dataclasses import dataclass
from datetime import datetime
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any

import httpx

_PLAIN = SSLContext(PROTOCOL_TLS_CLIENT)  # unused; httpx would read all certificates each time


@dataclass(frozen=True)
class Simulator:
    """`address` is the base URL of a running simulator."""

    address: str

    def state(self) -> dict[str, Any]:
        return self._send("GET", "state")

    def change_resource(self, key: str, **columns: object) -> None:
        """Gives one resource of the state ("sql/projects/…") other values, past every API."""
        state = self.state()
        state["resources"][key] |= columns
        self._send("PUT", "state", state)

    def at(self, moment: datetime | None) -> None:
        """Moves its clock there, from where it runs on; None gives the real time back."""
        self._send("POST", "clock", {"at": moment and moment.isoformat()})

    def reset(self) -> None:
        self._send("POST", "reset")

    def fail(self, **fault: object) -> None:
        """`match=` a path prefix, `kind=` 403, 503, "slow", "hang", …; `times=`, `seconds=`."""
        self._send("POST", "faults", fault)

    def heal(self) -> None:
        """Takes every planned fault back."""
        self._send("DELETE", "faults")

    def log(self) -> list[dict[str, Any]]:
        """The requests it has seen."""
        return list(self._send("GET", "log")["requests"])

    def _send(self, method: str, name: str, body: object = None) -> Any:
        url = f"{self.address}/_simulator/{name}"
        answer = httpx.request(method, url, json=body, timeout=60, verify=_PLAIN)
        answer.raise_for_status()
        return answer.json() if answer.content else None
