"""States saved by name, as files in one folder."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from runbook.simulator.errors import Refusal
from runbook.simulator.store import Resource, Store

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_EXTRA = ("project", "number", "region", "speed")


def state_of(store: Store) -> Resource:
    """What `GET /_simulator/state` answers and `PUT` takes: the snapshot and where it is."""
    place = store.place
    told = (place.project, place.number, place.region, store.speed)
    return store.snapshot() | dict(zip(_EXTRA, told, strict=True))


def put_state(store: Store, state: Resource) -> Resource:
    """Takes up a state that `state_of` gave. Raises `Refusal` 400 for anything else."""
    try:
        store.restore({field: value for field, value in state.items() if field not in _EXTRA})
    except ValueError as error:
        raise Refusal(400, str(error)) from error
    return {"scenario": store.scenario}


def save(store: Store, folder: Path | None, wanted: Resource) -> Resource:
    """Writes the state to a file of its own, in one step; an older one of that name goes."""
    path = _path(folder, wanted)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(state_of(store)))
    os.replace(draft, path)  # noqa: PTH105 - atomic on every platform
    return {"saved": path.stem}


def load(store: Store, folder: Path | None, wanted: Resource) -> Resource:
    path = _path(folder, wanted)
    if not path.exists():
        raise Refusal(404, f"No state is saved as {path.stem}; there are: {names(folder)}.")
    return put_state(store, json.loads(path.read_text()))


def names(folder: Path | None) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.json")) if folder else []


def _path(folder: Path | None, wanted: Resource) -> Path:
    if folder is None:
        raise Refusal(400, "States are saved by name only with --saves FOLDER.")
    name = str(wanted.get("name", ""))
    if not _NAME.fullmatch(name):
        raise Refusal(400, f"{name!r} is not a name of lower-case letters, digits and hyphens.")
    return folder / f"{name}.json"
