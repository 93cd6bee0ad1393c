"""What the simulated project holds: resources, operations and armed faults, as plain JSON.

One lock guards it; work on it inside `transaction()`, which first lets finished operations take
effect and afterwards saves the state file when something changed. Values go in and come out as
copies, so nobody changes the state without `put`.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Resource = dict[str, Any]  # Any: one JSON object of Google's, its shape differs by product


@dataclass(frozen=True, slots=True)
class Place:
    """The one project that exists: its id, its number as Google prints it, and its region."""

    project: str
    number: str
    region: str


class Store:
    """State of one simulated project. Times are seconds since the epoch; `speed` shortens waits.

    `changes` counts; `observed` is its value when symptoms were last noted.
    """

    def __init__(
        self,
        initial: Callable[[], tuple[Place, dict[str, Resource]]],
        *,
        scenario: str,
        state_file: Path | None = None,
        speed: float = 1.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.scenario = scenario
        self.speed = speed
        self._clock = now
        self._ahead = 0.0
        self._first = initial()
        self._state_file = state_file
        self._lock = threading.RLock()
        self._dirty = False
        self.place, self._resources = copy.deepcopy(self._first)
        self.operations: dict[str, Resource] = {}
        self.faults: list[Resource] = []
        self.symptoms: Resource = {}
        self.changes = 0
        self.observed = -1
        self._serial = 0
        self._load()

    def now(self) -> float:
        return self._clock() + self._ahead

    def move_clock(self, at: float | None) -> None:
        """From now on it is `at` and time runs on from there; None is the real time again. What
        depends on the time is looked at anew, and not kept over a restart."""
        self._ahead = 0.0 if at is None else at - self._clock()
        self.touch()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Holds the lock, settles what is due, and saves afterwards if anything was touched."""
        with self._lock:
            self._settle()
            try:
                yield
            finally:
                if self._dirty:
                    self._save()

    def get(self, key: str) -> Resource | None:
        return copy.deepcopy(self._resources.get(key))

    def put(self, key: str, resource: Resource | None) -> None:
        """Stores a copy; None removes the resource."""
        if resource is None:
            self._resources.pop(key, None)
        else:
            self._resources[key] = copy.deepcopy(resource)
        self.touch()

    def under(self, prefix: str) -> list[Resource]:
        """Resources directly inside a collection, in the order in which they were made."""
        return [copy.deepcopy(value) for _, value in self.items(prefix)]

    def items(self, prefix: str) -> list[tuple[str, Resource]]:
        start = len(prefix) + 1
        return [
            (key, value)
            for key, value in self._resources.items()
            if key.startswith(f"{prefix}/") and "/" not in key[start:]
        ]

    def everything(self) -> list[tuple[str, Resource]]:
        """All resources by key, for reading only."""
        return list(self._resources.items())

    def touch(self) -> None:
        self._dirty = True
        self.changes += 1

    def serial(self) -> int:
        """A number that no resource or operation of this state has had."""
        self._serial += 1
        self.touch()
        return self._serial

    def fingerprint(self) -> str:
        """A new opaque token in the alphabet of Google's etags and fingerprints."""
        digest = hashlib.sha256(f"{self.scenario}/{self.serial()}".encode()).digest()
        return base64.urlsafe_b64encode(digest[:8]).decode()

    def time(self, at: float | None = None) -> str:
        """An RFC 3339 time with milliseconds; now, unless told."""
        moment = datetime.fromtimestamp(self.now() if at is None else at, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def reset(self) -> None:
        """Back to the scenario and the real time: first resources, no operations, no faults."""
        self._ahead = 0.0
        self.place, self._resources = copy.deepcopy(self._first)
        self.operations.clear()
        self.faults.clear()
        self.symptoms.clear()
        self.observed = -1
        self.touch()

    def restore(self, saved: Resource) -> None:
        """Takes up a snapshot of the same scenario. Raises ValueError for anything else."""
        if not isinstance(saved, dict) or saved.keys() != self.snapshot().keys():
            raise ValueError("This is not a state of the simulator.")
        if saved["scenario"] != self.scenario:
            raise ValueError(f"This is a state of {saved['scenario']}, not of {self.scenario}.")
        self._resources = copy.deepcopy(saved["resources"])
        self.operations = copy.deepcopy(saved["operations"])
        self.faults = copy.deepcopy(saved["faults"])
        self.symptoms = copy.deepcopy(saved["symptoms"])
        self._serial = max(self._serial, int(saved["serial"]))
        self.observed = -1
        self.touch()

    def snapshot(self) -> Resource:
        """Everything the state file holds."""
        return {
            "scenario": self.scenario,
            "serial": self._serial,
            "resources": self._resources,
            "operations": self.operations,
            "faults": self.faults,
            "symptoms": self.symptoms,
        }

    def _settle(self) -> None:
        """Lets every operation whose time has come take effect, in the order of their ends."""
        now = self.now()
        due = [
            operation
            for operation in self.operations.values()
            if not operation["done"] and operation["ends"] is not None and operation["ends"] <= now
        ]
        for operation in sorted(due, key=lambda one: float(one["ends"])):
            operation["done"] = True
            self.touch()
            if operation["kind"] == "silent" and not self._still_stands(operation):
                continue
            self.put(operation["target"], operation["before" if operation["error"] else "after"])

    def _still_stands(self, operation: Resource) -> bool:
        """Whether the target is the resource that the operation began with, not its successor."""
        found = self._resources.get(operation["target"])
        return found is not None and found["id"] == operation["after"]["id"]

    def _load(self) -> None:
        """Takes up the state file, unless it is missing or belongs to another scenario."""
        if self._state_file is None or not self._state_file.exists():
            return
        saved = self._read(self._state_file)
        if saved["scenario"] == self.scenario:
            self.restore(saved)
            self._dirty = False

    def _read(self, path: Path) -> Resource:
        try:
            saved: Resource = json.loads(path.read_text())
        except ValueError:
            saved = {}
        if not isinstance(saved, dict) or saved.keys() != self.snapshot().keys():
            raise ValueError(f"{path} is not a state of the simulator: remove it to start afresh.")
        return saved

    def _save(self) -> None:
        """Replaces the state file in one step, so that a reader never sees half of it."""
        self._dirty = False
        if self._state_file is None:
            return
        draft = self._state_file.with_name(f"{self._state_file.name}.new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self.snapshot()))
        os.replace(draft, self._state_file)  # noqa: PTH105 - atomic on every platform
